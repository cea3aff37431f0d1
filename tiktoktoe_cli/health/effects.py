"""What a health check is given to act with: a probe, a clock, somebody who watches, and how much it may do at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health.facts import Attempt, CheckResult, ServiceHealth
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import Examination
    from tiktoktoe_cli.resilience import Clock


class Probe(Protocol):
    """Looks once, within a time limit in nanoseconds that it keeps by itself; `open_probes` makes the real one."""

    async def __call__(self, check: Examination, timeout_ns: int, /) -> Observation:
        """Observe what a check is about."""
        ...


class HealthObserver(Protocol):
    """Is told how checks go on, as it happens."""

    def on_start(self, service: str, check: str) -> None:
        """A check begins."""

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """A check was tried once, and failed; it is tried again."""

    def on_finish(self, service: str, result: CheckResult) -> None:
        """A check is over."""

    def on_round(self, health: ServiceHealth) -> None:
        """A service that is waited for was checked, and the wait goes on."""


class SilentObserver:
    """Watches, and says nothing."""

    def on_start(self, service: str, check: str) -> None:
        """Pass over the beginning of a check."""

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """Pass over an attempt."""

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Pass over the end of a check."""

    def on_round(self, health: ServiceHealth) -> None:
        """Pass over a round of a wait."""


@dataclass(frozen=True, slots=True)
class Effects:
    """How checks reach the world; at most `concurrency` of them are under way at the same time.

    The first of them begin spread over `spread_ns`, so that not all knock at the same moment. `should_stop` is asked
    now and then; after a yes, what is under way is broken off.
    """

    probe: Probe
    clock: Clock
    observer: HealthObserver = field(default_factory=SilentObserver)
    concurrency: int = 256
    spread_ns: int = 0
    should_stop: Callable[[], bool] = lambda: False
    random: Random = field(default_factory=SystemRandom)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait for health, and for what.

    `deadline_ns` is a time of the clock. `passes` in a row make a service healthy; 0 means as many as its checks'
    thresholds ask for. `gone` returns how the service's process ended (`exited with 1`), or None while it runs.
    After a round there is a pause, which grows by half each time, and is longer or shorter by a share of up to
    `jitter`.
    """

    deadline_ns: int
    passes: int = 0
    gone: Callable[[], str | None] = lambda: None
    pause_ns: int = 50_000_000
    max_pause_ns: int = NS_PER_S
    jitter: float = 0.0
