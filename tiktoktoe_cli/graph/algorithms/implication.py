"""Start edges that say twice what other edges say, or that do not mean what they say, since other edges decide.

Only required edges force anything: a service that starts has waited for all that these lead to. What is implied is
decided exactly, by reachability; only searches for the paths that are shown stop after a bounded number of visits, so
that a tangled system of 100,000 services is told in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.algorithms.breadth_first import path_back
from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.algorithms.reduction import reduce
from tiktoktoe_cli.graph.model import Condition, EdgeKind, Evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tiktoktoe_cli.graph.model import Edge, Graph

MOST_VISITS = 2_000_000  # of services, in all searches for the paths of one question
_IMPLIED = {Condition.COMPLETED_SUCCESSFULLY: Condition.COMPLETED}


class Implied(NamedTuple):
    """An edge, and a path of required edges that leads to the same service; empty if the search for one was cut."""

    edge: Edge
    path: list[str]


def redundant_edges(graph: Graph, most_visits: int = MOST_VISITS) -> Iterator[Implied]:
    """Yield the required edges that say nothing but what a path of required edges says as well; none in a cycle.

    All of them may be left out at once: everybody still waits for the same.
    """
    return _implied(graph, most_visits, _says_only_wait, lambda edge: edge.condition)


def overruled_options(graph: Graph, most_visits: int = MOST_VISITS) -> Iterator[Implied]:
    """Yield the edges that are not required to services that the same service requires through others."""
    return _implied(
        graph, most_visits, lambda edge: _is_wait(edge) and not edge.required, lambda _: Condition.STARTED
    )


def _implied(
    graph: Graph,
    most_visits: int,
    is_candidate: Callable[[Edge], bool],
    wanted: Callable[[Edge], Condition],
) -> Iterator[Implied]:
    """Yield the candidates whose source reaches what is wanted of their target over a path of required edges."""
    candidates = [edge for edge in graph.edges() if edge.target in graph.services and is_candidate(edge)]
    if not candidates or graph.start_order.unordered:
        return
    forced = _Forced.of(graph, most_visits)
    goals = [(edge, forced.goal(edge, wanted(edge))) for edge in candidates]
    kept = reduce(forced.with_goals((edge, wanted(edge), goal) for edge, goal in goals))
    for edge, goal in goals:
        if goal not in kept[_state(edge.source)]:
            yield Implied(edge, forced.path(edge, forced.ends(edge.target, wanted(edge))))


def implies(reached: Condition, wanted: Condition) -> bool:
    """Tell whether a service that has reached one condition has also reached another: all have started."""
    return wanted in {reached, _IMPLIED.get(reached), Condition.STARTED}


_IMPLYING = {wanted: {reached for reached in Condition if implies(reached, wanted)} for wanted in Condition}


def _is_wait(edge: Edge) -> bool:
    return edge.kind is EdgeKind.START and not edge.is_loop


def _forces(edge: Edge) -> bool:
    return edge.required and _is_wait(edge)


def _says_only_wait(edge: Edge) -> bool:
    """Tell whether an edge says nothing but that its source waits: no range, no policy, no restart, no use seen."""
    says_more = edge.version_range is not None or edge.policy is not None or edge.restart
    return _forces(edge) and not says_more and edge.evidence is Evidence.DECLARED


@dataclass(slots=True)
class _Forced:
    """The required start edges, and the searches along them; `wave_of` is the number of each service's start wave.

    `conditions` are those that anybody waits for who requires a service.
    """

    graph: Graph
    successors: Mapping[str, Sequence[str]]
    conditions: Mapping[str, AbstractSet[Condition]]
    wave_of: Mapping[str, int]
    most_visits: int
    visits: int = 0
    _ends: dict[tuple[str, Condition], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph, most_visits: int) -> _Forced:
        """Take the required start edges of a graph without cycles."""
        successors: dict[str, list[str]] = {}
        conditions: dict[str, set[Condition]] = {name: set() for name in graph.services}
        for name, service in graph.services.items():
            waits = [edge for edge in service.dependencies if edge.target in conditions and _forces(edge)]
            successors[name] = [edge.target for edge in waits]
            for edge in waits:
                conditions[edge.target].add(edge.condition)
        return cls(graph, successors, conditions, wave_numbers(graph.start_order.waves), most_visits)

    def ends(self, target: str, condition: Condition = Condition.STARTED) -> frozenset[str]:
        """Return who requires a service, and waits for so much that it has then reached a condition as well."""
        if (target, condition) not in self._ends:
            self._ends[target, condition] = frozenset(
                edge.source
                for edge in self.graph.dependents_of(target)
                if _forces(edge) and implies(edge.condition, condition)
            )
        return self._ends[target, condition]

    def with_goals(self, goals: Iterable[tuple[Edge, Condition, str]]) -> dict[str, list[str]]:
        """Return the required edges, and an edge from each edge's source to what it wants of its target.

        What is wanted is a node that leads nowhere: all who wait for so much lead to it, and an edge to it is implied
        if and only if a path leads over another one of these. An option has its own node, which its target leads to.
        """
        successors = {
            _state(name): [_state(target) for target in targets] for name, targets in self.successors.items()
        }
        for edge, condition, goal in goals:
            if goal not in successors:
                successors[goal] = []
                ends = self.ends(edge.target, condition) if edge.required else (edge.source, edge.target)
                for end in ends:
                    successors[_state(end)].append(goal)
        return successors

    def goal(self, edge: Edge, condition: Condition) -> str:
        """Name what an edge wants of its target: the target itself if all who require it wait for as much."""
        if edge.required and self.conditions[edge.target] <= _IMPLYING[condition]:
            return _state(edge.target)
        return _state(edge.target, condition.value if edge.required else repr(edge.source))

    def path(self, edge: Edge, ends: frozenset[str]) -> list[str]:
        """Find the shortest way of an edge's source over one of the `ends` to its target.

        Empty once all searches together have visited too much.
        """
        floor, previous, frontier = self.wave_of[edge.target], {edge.source: edge.source}, [edge.source]
        while frontier and self.visits < self.most_visits:
            reached = []
            for name in frontier:
                for target in self.successors[name]:
                    if target in previous or self.wave_of[target] <= floor:
                        continue
                    previous[target] = name
                    if target in ends:
                        return [*path_back(previous, edge.source, target), edge.target]
                    reached.append(target)
            self.visits += len(reached) + 1
            frontier = reached
        return []


def _state(name: str, reached: str = "") -> str:
    """Name a node: a service, or what somebody wants of it; no name of a service is taken for another node."""
    return f"{reached} {name}"
