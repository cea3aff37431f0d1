"""One round of checks from settings to facts: what the front desk calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.effects import Effects, SilentObserver
from tiktoktoe_cli.health.maintenance import find_window
from tiktoktoe_cli.health.open_files import fitting, open_files_limit
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.render.rows import Row
from tiktoktoe_cli.health.runner import Round, check_system
from tiktoktoe_cli.health.settings import HealthSettings
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.effects import HealthObserver
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.resilience import Clock

_SPREAD_PER_CHECK_NS: Final = NS_PER_MS
_MOST_SPREAD_NS: Final = 250 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class HealthInputs:
    """What is checked: the checks of the chosen services, the graph around them, and what all of them share.

    `environ` is what probes that start programs hand on to them.
    """

    checks: Mapping[str, Sequence[CheckSettings]]
    graph: Graph
    environ: Mapping[str, str]
    settings: HealthSettings = field(default_factory=HealthSettings)
    system: str = ""
    clock: Clock = field(default_factory=SystemClock)
    random: Random = field(default_factory=SystemRandom)
    open_files: int = field(default_factory=open_files_limit)

    @property
    def size(self) -> int:
        """How many checks there are to make."""
        return sum(check.enabled for some in self.checks.values() for check in some)

    @property
    def concurrency(self) -> int:
        """How many checks may be under way at once: as the settings say, and no more than may have their files open."""
        return fitting(self.settings.concurrency, self.open_files)

    def round(self) -> Round:
        """Return what is checked at once, at this moment."""
        now = datetime.fromtimestamp(self.clock.now() / NS_PER_S, UTC)
        windows = [settings.window for settings in self.settings.maintenance]
        services = self.graph.services.values()
        return Round(
            self.checks,
            self.graph,
            {one.name for one in services if find_window(windows, one.name, one.group, now)},
        )


async def check_once(
    inputs: HealthInputs,
    observer: HealthObserver | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> HealthFacts:
    """Run the checks of the chosen services once; what the graph knows besides them is not part of the answer."""
    async with open_probes(inputs.clock, inputs.environ) as probe:
        effects = Effects(
            probe,
            inputs.clock,
            observer or SilentObserver(),
            inputs.concurrency,
            min(_MOST_SPREAD_NS, _SPREAD_PER_CHECK_NS * inputs.size),
            should_stop,
            inputs.random,
        )
        facts = await check_system(inputs.round(), effects)
    return replace(facts, services=tuple(one for one in facts.services if one.name in inputs.checks))


def only(facts: HealthFacts, service: str, check: str = "") -> HealthFacts:
    """Leave out all but one service, or all but one of its checks; who is the cause stays known."""
    found = next(one for one in facts.services if one.name == service)
    rows = [Row(found, one) for one in found.checks if check in {"", one.name}]
    state = rows[0].state if check else found.state
    return replace(facts, services=(replace(found, checks=tuple(row.check for row in rows), state=state),))
