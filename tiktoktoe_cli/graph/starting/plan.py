"""In which order to start and stop: waves to read, and an order that a runner may follow one by one.

Waves are for reading. Whoever starts services for real waits for edges, not for waves, so that a slow service holds
up only those that depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.algorithms.cycles import first_start_cycle
from tiktoktoe_cli.graph.algorithms.order import order_of
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.starting.timing import hold_ns, start_time_ns
from tiktoktoe_cli.graph.starting.turns import Work, turns
from tiktoktoe_cli.graph.words import cycle_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph

Waves: TypeAlias = tuple[tuple[str, ...], ...]


class StartCycleError(UsageError):
    """No order of a `graph` exists: services wait for each other to start."""

    def __init__(self, graph: Graph, cycle: Sequence[str]) -> None:
        hint = "`tiktoktoe graph validate` shows every edge of the cycle and where to cut it"
        super().__init__(f"no start order exists: {cycle_words(cycle)}", hint=hint)
        self.graph = graph


class Standing(StrEnum):
    """Where the other end of a wait stands as seen from a plan."""

    PLANNED = "planned"
    LEFT_OUT = "left_out"  # a service, but not in this plan: taken as done
    UNDEFINED = "undefined"  # no service has this name


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of a system a plan is about: what its goals need (none named: all of it), `without` others.

    To be up they need what they wait for and what they require, be it only at run time; to be stopped, that all that
    need them so have stopped.
    """

    goals: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """Which services start, or stop, in which wave, and in which order one by one.

    `graph` holds the services of the plan, `whole` all there are. A `stops` plan is one for stopping: it begins with
    those that nobody depends on.
    """

    graph: Graph
    whole: Graph
    waves: Waves
    order: tuple[str, ...]
    stops: bool = False

    def waits_of(self, name: str) -> tuple[Edge, ...]:
        """Return the start edges that a service waits for; when it stops, those of who must have stopped before."""
        if self.stops:
            return _dependents(self.graph, name)
        return tuple(edge for edge in self.whole.services[name].dependencies if edge.kind is EdgeKind.START)

    def unblocks(self, name: str) -> tuple[str, ...]:
        """Name the services that wait for this one."""
        if self.stops:
            return tuple(edge.target for edge in self.graph.start_edges_of(name))
        return tuple(edge.source for edge in _dependents(self.graph, name))

    def standing_of(self, name: str) -> Standing:
        """Tell where a service that is waited for stands."""
        if name in self.graph.services:
            return Standing.PLANNED
        return Standing.LEFT_OUT if name in self.whole.services else Standing.UNDEFINED


def plan_start(graph: Graph, scope: Scope = Scope(), slots: int | None = None) -> OrderPlan:  # frozen
    """Plan the start of services with at most `slots` starts at the same time (None: any number).

    What is left out is taken as done: nobody waits for it. Start times that are not declared count as nothing.

    Raises:
        StartCycleError: if start edges form a cycle.
        UsageError: if the scope names a service that there is not, or leaves out all of them.
    """
    inner = _within(graph, scope)
    waves = start_waves(inner)
    takes = {name: start_time_ns(service) for name, service in inner.services.items()}
    waits = {
        name: [(edge.target, hold_ns(edge, takes[edge.target])) for edge in inner.start_edges_of(name)]
        for wave in waves
        for name in wave
    }
    return OrderPlan(inner, graph, waves, turns(Work(waits, takes), slots))


def plan_stop(graph: Graph, scope: Scope = Scope(), slots: int | None = None) -> OrderPlan:  # frozen
    """Plan the reverse: a service stops when all that depend on it have stopped.

    Raises:
        StartCycleError: if start edges form a cycle.
        UsageError: if the scope names a service that there is not, or leaves out all of them.
    """
    inner = _within(graph, scope, stops=True)
    start_waves(inner)
    waits = {name: [edge.source for edge in _dependents(inner, name)] for name in inner.services}
    waves = order_of(waits).waves
    work = Work({name: [(other, 0) for other in waits[name]] for wave in waves for name in wave}, {})
    return OrderPlan(inner, graph, waves, turns(work, slots), stops=True)


def _within(graph: Graph, scope: Scope, *, stops: bool = False) -> Graph:
    """Keep the services that a scope is about, but not what is needed only through what is left out."""
    for name in (*scope.goals, *scope.without):
        graph.must_define(name)
    if not (scope.goals or scope.without):
        return graph
    rest = graph.only(graph.services.keys() - set(scope.without))
    go = rest.dependents_closure_of if stops else rest.closure_of
    inner = rest.only(go(scope.goals or rest.services, _belongs))
    if not inner.services:
        hint = "`--without` takes away all that was to be planned: leave out less"
        raise UsageError("no service is left to plan", hint=hint)
    return inner


def _belongs(edge: Edge) -> bool:
    """Tell whether a target must be up with its source: it is waited for, or cannot be done without."""
    return edge.kind is EdgeKind.START or edge.binds


def _dependents(graph: Graph, name: str) -> tuple[Edge, ...]:
    return tuple(edge for edge in graph.dependents_of(name) if edge.kind is EdgeKind.START)


def start_waves(graph: Graph) -> Waves:
    """Group services by how long a chain of start edges is before them; names in a wave are sorted.

    Optional start edges order, too. Edges to undefined services order nothing.

    Raises:
        StartCycleError: if start edges form a cycle, or a service must start before itself.
    """
    if cycle := first_start_cycle(graph):
        raise StartCycleError(graph, cycle)
    return graph.start_order.waves


def waves_if_any(graph: Graph) -> Waves | None:
    """Return the start waves, or None if there is no start order."""
    return None if first_start_cycle(graph) else graph.start_order.waves
