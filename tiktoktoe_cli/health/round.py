"""What is checked at once, and what its results come to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.health.facts import CheckResult, ServiceHealth
from tiktoktoe_cli.health.root_cause import explain
from tiktoktoe_cli.health.state import HealthState, worst
from tiktoktoe_cli.transport import Timing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.health.settings import CheckSettings

Results: TypeAlias = "dict[str, list[CheckResult]]"
"""The results of checks by service, in the order of the configuration."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is checked at once: the checks by service, the graph that explains them, and who is in maintenance."""

    checks: Mapping[str, Sequence[CheckSettings]]
    graph: Graph
    maintained: Collection[str] = ()


def unmade(round_: Round) -> Results:
    """Make the results that checks have before they are made, for every service of the round and of its graph."""
    names = dict.fromkeys([*round_.graph.services, *round_.checks])
    return {name: [skipped(check) for check in round_.checks.get(name, ())] for name in names}


def conclude(round_: Round, results: Results) -> tuple[ServiceHealth, ...]:
    """Find out how the services of a round are, and who is the cause of what fails.

    What the graph knows besides them takes part as what nothing is known about, and is no part of the answer.
    """
    services = {name: service_of(name, some, round_.graph) for name, some in results.items()}
    explained = explain(services, round_.graph, round_.maintained)
    return tuple(one for name, one in explained.items() if name in round_.checks)


def skipped(check: CheckSettings) -> CheckResult:
    """Make the result of a check before it is made, which it keeps if it never is."""
    detail = "the run ended before it was over" if check.enabled else "it is not enabled"
    return CheckResult(check.name, check.kind, HealthState.SKIPPED, detail, "", Timing(0))


def service_of(name: str, results: Sequence[CheckResult], graph: Graph | None = None) -> ServiceHealth:
    """Return how a service is by itself: as the worst of its checks."""
    service = graph.services.get(name) if graph else None
    group = service.group if service else None
    return ServiceHealth(name, worst(result.state for result in results), tuple(results), group=group or "")
