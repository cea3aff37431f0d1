"""One round of checks from settings to facts: what the front desk calls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.effects import Effects, SilentObserver
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.runner import check_system
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.effects import HealthObserver
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.settings import CheckSettings


async def check_once(
    checks: Mapping[str, Sequence[CheckSettings]],
    graph: Graph,
    environ: Mapping[str, str],
    observer: HealthObserver | None = None,
) -> HealthFacts:
    """Run the checks of the named services once; what the graph knows besides them is not part of the answer.

    `environ` is what probes that start programs hand on to them.
    """
    clock = SystemClock()
    async with open_probes(clock, environ) as probe:
        facts = await check_system(checks, graph, Effects(probe, clock, observer or SilentObserver()))
    return replace(facts, services=tuple(one for one in facts.services if one.name in checks))
