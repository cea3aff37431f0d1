"""One round of checks from settings to facts: what the front desk calls."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.effects import Effects, SilentObserver
from tiktoktoe_cli.health.maintenance import find_window
from tiktoktoe_cli.health.open_files import fitting, open_files_limit
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.runner import check_system
from tiktoktoe_cli.health.settings import HealthSettings
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.effects import HealthObserver
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.render.about import CheckPlace
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.resilience import WallClock

_SPREAD_PER_CHECK_NS: Final = 2 * NS_PER_MS
_MOST_SPREAD_NS: Final = 250 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class HealthInputs:
    """What is checked: the checks of the chosen services, the graph around them, and what all of them share.

    `environ` is what probes that start programs hand on to them, `answers_of` the service whose answers are kept;
    `place` tells where a check is written.
    """

    checks: Mapping[str, Sequence[CheckSettings]]
    graph: Graph
    environ: Mapping[str, str]
    settings: HealthSettings = field(default_factory=HealthSettings)
    system: str = ""
    clock: WallClock = field(default_factory=SystemClock)
    random: Random = field(default_factory=SystemRandom)
    open_files: int = field(default_factory=open_files_limit)
    answers_of: str = ""
    place: CheckPlace = lambda _service, _check: None

    @property
    def enabled(self) -> Iterator[CheckSettings]:
        """The checks there are to make."""
        return (check for some in self.checks.values() for check in some if check.enabled)

    @property
    def size(self) -> int:
        """How many checks there are to make."""
        return sum(1 for _ in self.enabled)

    @property
    def spread_ns(self) -> int:
        """How long it takes until the first checks have all begun."""
        return min(_MOST_SPREAD_NS, _SPREAD_PER_CHECK_NS * self.size)

    @property
    def concurrency(self) -> int:
        """How many checks may be under way at once: as the settings say, and no more than may have their files open."""
        return fitting(self.settings.concurrency, self.open_files)

    def round(self) -> Round:
        """Return what is checked at once, at this moment."""
        now = datetime.fromtimestamp(self.clock.wall_now() / NS_PER_S, UTC)
        windows = [settings.window for settings in self.settings.maintenance]
        services = self.graph.services.values()
        return Round(
            self.checks,
            self.graph,
            {one.name for one in services if find_window(windows, one.name, one.group, now)},
        )


@asynccontextmanager
async def open_effects(
    inputs: HealthInputs, observer: HealthObserver, should_stop: Callable[[], bool]
) -> AsyncIterator[Effects]:
    """Open what one round of checks needs of the outside world."""
    async with open_probes(inputs.clock, inputs.environ, inputs.enabled) as probe:
        yield Effects(
            probe,
            inputs.clock,
            observer,
            concurrency=inputs.concurrency,
            spread_ns=inputs.spread_ns,
            should_stop=should_stop,
            random=inputs.random,
            answers_of=inputs.answers_of,
        )


async def check_once(
    inputs: HealthInputs,
    observer: HealthObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> HealthFacts:
    """Run the checks of the chosen services once."""
    async with open_effects(inputs, observer or SilentObserver(), should_stop) as effects:
        return await check_system(inputs.round(), effects)
