"""Who is the cause, and who only suffers: the states of services → the same, explained by their graph. Pure.

A service that fails while something that it needs fails too is `unreachable`: nothing can be said about the service
itself. A service that works while something fails that it depends on is `degraded`. What has no check passes the
question on to what it needs. What only had to end before a service started is not needed any more: as `graph impact`
says. Where failing services need each other in a circle, all of them are causes.
What fails while it is worked on is in `maintenance`. That excuses nobody else: what fails because of such a service is
`unreachable`. Planned work degrades nobody: what works without such a service is as it was seen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.health.facts import ServiceHealth
from tiktoktoe_cli.health.state import HealthState

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Graph

Services: TypeAlias = Mapping[str, ServiceHealth]


def explain(services: Services, graph: Graph, maintained: Collection[str] = ()) -> dict[str, ServiceHealth]:
    """Give every service its state in the light of the others, with `cause` and `affected`.

    `maintained` names those that are worked on.
    """
    causes = {
        name: [cause for cause in some if _counts(services[name], cause, maintained)]
        for name, some in _causes(services, graph).items()
    }
    affected: dict[str, list[str]] = {name: [] for name in services}
    for name in services:
        for cause in causes[name]:
            affected[cause].append(name)
    return {
        name: replace(
            service,
            state=_state(service.state, causes[name], is_excused=name in maintained),
            cause=tuple(causes[name]),
            planned=tuple(cause for cause in causes[name] if cause in maintained),
            affected=tuple(affected[name]),
        )
        for name, service in services.items()
    }


def _counts(service: ServiceHealth, cause: str, maintained: Collection[str]) -> bool:
    """Ask whether a cause is to be told: of any failure, but of nothing that works if either of them is worked on."""
    return service.state.is_failing or not (cause in maintained or service.name in maintained)


def state_of_check(service: ServiceHealth, own: HealthState) -> HealthState:
    """Return the state of a check in the light of its service: one that passes does so whatever else fails."""
    return _failing_as(own, service.cause, is_excused=service.state is HealthState.MAINTENANCE)


def _state(own: HealthState, causes: Collection[str], *, is_excused: bool) -> HealthState:
    if causes and own.is_passing:
        return HealthState.DEGRADED
    return _failing_as(own, causes, is_excused=is_excused)


def _failing_as(own: HealthState, causes: Collection[str], *, is_excused: bool) -> HealthState:
    """Return how it is that something fails, if it does: as planned, because of others, or by itself."""
    if not own.is_failing:
        return own
    if is_excused:
        return HealthState.MAINTENANCE
    return HealthState.UNREACHABLE if causes else own


def _causes(services: Services, graph: Graph) -> dict[str, list[str]]:
    """Find for every service the root causes behind it, in the order of the services; none for a cause itself."""
    below = {name: set(_failing_below(name, services, graph)) for name in services}
    roots = {name for name, service in services.items() if service.state.is_failing and _is_root(name, below)}
    behind: dict[str, set[str]] = {}
    for name, service in services.items():
        if service.state.is_passing:
            behind[name] = set().union(*(_blame(target, services, below) for target in _uses(name, graph)))
        else:
            behind[name] = set() if name in roots else below[name]
    order = {name: position for position, name in enumerate(services)}
    return {name: sorted(roots & behind[name], key=order.__getitem__) for name in services}


def _is_root(name: str, below: Mapping[str, set[str]]) -> bool:
    """Ask whether all failing services below a failing one are so in a circle with it."""
    return all(name in below[other] for other in below[name])


def _blame(name: str, services: Services, below: Mapping[str, set[str]]) -> set[str]:
    """Return the failing services that a dependency stands for: itself and what it needs; none if it works."""
    state = services[name].state if name in services else HealthState.SKIPPED
    if state.is_passing:
        return set()
    return below.get(name, set()) | ({name} if state.is_failing else set())


def _failing_below(name: str, services: Services, graph: Graph) -> Iterator[str]:
    """Yield the failing services that a service needs, through others that fail or have no check.

    In a circle, that may be the service itself.
    """
    seen: set[str] = set()
    waiting = deque(_needs(name, graph))
    while waiting:
        other = waiting.popleft()
        if other in seen or other not in services or services[other].state.is_passing:
            continue
        seen.add(other)
        waiting.extend(_needs(other, graph))
        if services[other].state.is_failing:
            yield other


def _needs(name: str, graph: Graph) -> Iterator[str]:
    """Yield what a service that runs cannot do without."""
    service = graph.services.get(name)
    return (
        (edge.target for edge in service.dependencies if edge.is_needed_at_run_time) if service else iter(())
    )


def _uses(name: str, graph: Graph) -> Iterator[str]:
    """Yield whose failure a service that runs would notice."""
    service = graph.services.get(name)
    return (edge.target for edge in service.dependencies if edge.is_used_at_run_time) if service else iter(())
