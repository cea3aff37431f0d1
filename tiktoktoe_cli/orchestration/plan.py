"""What will be started and what each service waits for: the graph's start edges, ready to be executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph import Condition, EdgeKind
from tiktoktoe_cli.graph.plan import start_waves
from tiktoktoe_cli.orchestration.states import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tiktoktoe_cli.graph import Edge, Graph, Service


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing a service waits for before it starts: that `on` has reached `condition`.

    A wait that is not `required` is over when `on` has failed, too. `timeout_ns` counts from the start of `on`;
    it is None if the time that every service has for its start is no longer.
    """

    on: str
    condition: Condition = Condition.HEALTHY
    required: bool = True
    timeout_ns: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedService:
    """One service of a plan.

    `wave` is 1 for services that wait for nothing, and else one more than the latest it waits for: for people to
    read, the execution does not wait for waves. The failure of an `essential` service ends the run; the others
    are only wanted by edges that are soft or not required.
    """

    name: str
    role: Role = Role.STARTED
    is_checked: bool = True
    waits: tuple[Wait, ...] = ()
    wave: int = 1
    is_essential: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """The services in an order in which they could start one after the other; they are stopped in reverse."""

    services: Mapping[str, PlannedService]
    dependents: Mapping[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {name: [] for name in self.services}
        for service in self.services.values():
            for wait in service.waits:
                found[wait.on].append(service.name)
        object.__setattr__(self, "dependents", {name: tuple(names) for name, names in found.items()})

    @property
    def started(self) -> tuple[str, ...]:
        """The services that are ours to start."""
        return tuple(name for name, service in self.services.items() if service.role is Role.STARTED)


def make_plan(
    graph: Graph, started: Collection[str], checked: Collection[str], start_timeout_ns: int
) -> Plan:
    """Plan the start of a validated graph; `started` have a start action, `checked` have health checks.

    A service that is scaled to 0 replicas is neither started nor awaited.

    Raises:
        StartCycleError: if start edges form a cycle.
    """
    waits = {
        name: tuple(_waits(service, graph, start_timeout_ns)) for name, service in graph.services.items()
    }
    waves = start_waves(graph)
    optional = _optional(graph)
    planned = (
        PlannedService(
            name=name,
            role=_role(graph.services[name], started, checked),
            is_checked=name in checked,
            waits=waits[name],
            wave=number,
            is_essential=name not in optional,
        )
        for number, wave in enumerate(waves, start=1)
        for name in wave
    )
    return Plan({service.name: service for service in planned})


def _waits(service: Service, graph: Graph, start_timeout_ns: int) -> Iterator[Wait]:
    for edge in service.dependencies:
        if edge.kind is EdgeKind.START and edge.target in graph.services:
            timeout_ns = int(edge.timeout) if edge.timeout < start_timeout_ns else None
            yield Wait(edge.target, edge.condition, edge.required, timeout_ns)


def _role(service: Service, started: Collection[str], checked: Collection[str]) -> Role:
    if not service.replicas:
        return Role.ASSUMED
    if service.name in started:
        return Role.STARTED
    return Role.AWAITED if service.name in checked else Role.ASSUMED


def _optional(graph: Graph) -> set[str]:
    """Find the services that nothing essential needs: all that want them do so by edges that do not bind.

    The least such set: services that need each other in a circle do not make each other optional.
    """
    optional: set[str] = set()
    candidates = [name for name in graph.services if graph.dependents_of(name)]
    grown = True
    while grown:
        found = {
            name
            for name in candidates
            if all(not _binds(edge) or edge.source in optional for edge in graph.dependents_of(name))
        }
        grown = found != optional
        optional = found
    return optional


def _binds(edge: Edge) -> bool:
    return edge.required and edge.kind is not EdgeKind.SOFT
