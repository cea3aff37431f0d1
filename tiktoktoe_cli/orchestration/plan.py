"""What will be started and what each service waits for: the graph's start edges, ready to be executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph import Condition, EdgeKind
from tiktoktoe_cli.graph.starting.plan import start_waves
from tiktoktoe_cli.orchestration.states import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.config.units import Duration
    from tiktoktoe_cli.graph import Edge, Graph, Service
    from tiktoktoe_cli.graph.abilities import Abilities
    from tiktoktoe_cli.orchestration.settings import OrchestrationSettings


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing a service waits for before it starts: that `on` has reached `condition`.

    A wait that is not `required` is over when `on` has failed, too, or when it has lasted `timeout_ns` since the
    start of `on`; a required one that lasts so long makes `on` fail (`StartLimit`). `timeout_ns` is None if the
    time that every service has for its start is no longer.
    """

    on: str
    condition: Condition = Condition.HEALTHY
    required: bool = True
    timeout_ns: int | None = None


@dataclass(frozen=True, slots=True)
class StartLimit:
    """How long a service may take from its start until it has arrived, and the setting that says so."""

    timeout: Duration
    setting: str


@dataclass(frozen=True, slots=True)
class PlannedService:
    """One service of a plan.

    `awaited_end` is the strictest of the conditions with which others wait for its end, None if nobody does.

    `wave` is 1 for services that wait for nothing, and else one more than the latest it waits for: for people to
    read, the execution does not wait for waves. The failure of an essential service ends the run; the others are
    optional: something depends on them, but only over edges that are soft or not required.
    """

    name: str
    limit: StartLimit
    role: Role = Role.STARTED
    is_checked: bool = True
    has_ready_line: bool = False
    can_roll_back: bool = False
    awaited_end: Condition | None = None
    waits: tuple[Wait, ...] = ()
    wave: int = 1
    is_essential: bool = True

    @property
    def tells_how_it_is(self) -> bool:
        """Whether its checks, its line or its end show how its start went; else that it runs must do."""
        return self.is_checked or self.has_ready_line or self.awaited_end is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """The services in an order in which they could start one after the other; they are stopped in reverse."""

    services: Mapping[str, PlannedService]
    settings: OrchestrationSettings
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


def make_plan(graph: Graph, abilities: Abilities, settings: OrchestrationSettings) -> Plan:
    """Plan the start of a validated graph.

    A service that is scaled to 0 replicas is neither started nor awaited.

    Raises:
        StartCycleError: if start edges form a cycle.
    """
    roles = {name: _role(service, abilities) for name, service in graph.services.items()}
    planned = (
        PlannedService(
            name=name,
            limit=_limit(name, roles[name], graph, settings.start_timeout),
            role=roles[name],
            is_checked=name in abilities.checked,
            has_ready_line=name in abilities.ready_line,
            can_roll_back=name in abilities.rollback,
            awaited_end=_awaited_end(name, graph) if roles[name] is Role.STARTED else None,
            waits=tuple(_waits(name, graph, settings.start_timeout)),
            wave=number,
            is_essential=_is_essential(name, graph),
        )
        for number, wave in enumerate(start_waves(graph), start=1)
        for name in wave
    )
    return Plan({service.name: service for service in planned}, settings)


def _waits(name: str, graph: Graph, start_timeout: Duration) -> Iterator[Wait]:
    for edge in graph.start_edges_of(name):
        timeout_ns = int(edge.timeout) if edge.timeout < start_timeout else None
        yield Wait(edge.target, edge.condition, edge.required, timeout_ns)


def _limit(name: str, role: Role, graph: Graph, start_timeout: Duration) -> StartLimit:
    """Find the first moment at which somebody who must have a healthy service would give up."""
    limits = [StartLimit(start_timeout, "orchestration.start_timeout")]
    limits += [
        StartLimit(edge.timeout, f"services.{edge.source}.depends_on.{name}.timeout")
        for edge in graph.dependents_of(name)
        if edge.is_needed_to_start and _is_for_more_than_its_start(edge, role)
    ]
    return min(limits, key=lambda limit: limit.timeout)


def _is_for_more_than_its_start(edge: Edge, role: Role) -> bool:
    # that a service which somebody else runs was started shows only in its health
    return edge.condition is not Condition.STARTED or role is Role.AWAITED


def _role(service: Service, abilities: Abilities) -> Role:
    if service.is_scaled_to_zero:
        return Role.ASSUMED
    if service.name in abilities.started:
        return Role.STARTED
    return Role.AWAITED if service.name in abilities.checked else Role.ASSUMED


def _awaited_end(name: str, graph: Graph) -> Condition | None:
    edges = (edge for edge in graph.dependents_of(name) if edge.kind is EdgeKind.START)
    ends = {edge.condition for edge in edges if edge.condition.is_end}
    strictest = Condition.COMPLETED_SUCCESSFULLY
    return strictest if strictest in ends else next(iter(ends), None)


def _is_essential(name: str, graph: Graph) -> bool:
    edges = graph.dependents_of(name)
    return not edges or any(edge.binds for edge in edges)
