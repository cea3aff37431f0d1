"""What a health check is given to act with: a probe, a clock, somebody who watches, and how much it may do at once."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Final, Protocol

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health.facts import Attempt, CheckResult, ServiceHealth
    from tiktoktoe_cli.health.probes.settings import Probe
    from tiktoktoe_cli.resilience import WallClock

CONCURRENCY: Final = 256
"""How many checks may be under way at the same time where nobody says how many."""

LOOK_AROUND_NS: Final = 50 * NS_PER_MS
"""How often what runs for long looks what has ended, what is due, and whether to stop."""


class HealthObserver(Protocol):
    """Is told how checks go on, as it happens."""

    def on_start(self, service: str, check: str) -> None:
        """A check begins."""

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """A check was tried once, and failed; it is tried again."""

    def on_finish(self, service: str, result: CheckResult) -> None:
        """A check is over."""


class SilentObserver:
    """Watches, and says nothing."""

    def on_start(self, service: str, check: str) -> None:
        """Pass over the beginning of a check."""

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """Pass over an attempt."""

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Pass over the end of a check."""


@dataclass(frozen=True, slots=True)
class Effects:
    """How checks reach the world; at most `concurrency` of them are under way at the same time.

    The first of them begin one after the other within `spread_ns`: what we do for one must not make another's server
    look slow. `should_stop` is asked now and then; after a yes, what is under way is broken off.
    """

    probe: Probe
    clock: WallClock
    observer: HealthObserver = field(default_factory=SilentObserver)
    _: KW_ONLY
    concurrency: int = CONCURRENCY
    spread_ns: int = 0
    should_stop: Callable[[], bool] = lambda: False
    random: Random = field(default_factory=SystemRandom)
    answers_of: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for health, and for what.

    `deadline_ns` is a time of the clock. `passes` in a row make a service healthy; 0 means as many as its checks'
    thresholds ask for. `gone` returns how the service's process ended (`exited with 1`), or None while it runs.
    `on_round` is told how a service is after a round that was not enough.
    After a round there is a pause, which grows by half each time, and is longer or shorter by a share of up to
    `jitter`.
    """

    deadline_ns: int
    passes: int = 0
    gone: Callable[[], str | None] = lambda: None
    on_round: Callable[[ServiceHealth], None] = lambda _: None
    pause_ns: int = 50_000_000
    max_pause_ns: int = NS_PER_S
    jitter: float = 0.0
