"""Start edges that say twice what other edges say, or that do not mean what they say, since other edges decide.

Only required edges force anything: a service that starts has waited for all that these lead to. Searches for the path
that is shown stop after a bounded number of visits, so that a tangled system of 100,000 services is told in time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.algorithms.order import wave_numbers
from tiktoktoe_cli.graph.algorithms.reduction import reduce
from tiktoktoe_cli.graph.model import Condition, EdgeKind, Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph

_MOST_VISITS = 2_000_000  # of services, in all searches for the paths of one question
_IMPLIED = {Condition.COMPLETED_SUCCESSFULLY: Condition.COMPLETED}


class Implied(NamedTuple):
    """An edge, and a path of required edges that leads to the same service; empty if the search for one was cut."""

    edge: Edge
    path: list[str]


def redundant_edges(graph: Graph) -> Iterator[Implied]:
    """Yield the required edges that say nothing but what a path of required edges says as well; none in a cycle.

    All of them may be left out at once: everybody still waits for the same.
    """
    candidates = [edge for edge in graph.edges() if _says_only_wait(edge)]
    if not candidates or graph.start_order.unordered:
        return
    forced = _Forced.of(graph)
    kept = reduce(forced.successors)
    for edge in candidates:
        if edge.target not in graph.services or edge.target in kept[edge.source]:
            continue
        enough = forced.ends(edge.target, edge.condition)
        path = forced.path(edge, enough)
        if path or enough == forced.ends(edge.target):
            yield Implied(edge, path)


def overruled_options(graph: Graph) -> Iterator[Implied]:
    """Yield the edges that are not required to services that the same service requires through others."""
    candidates = [edge for edge in graph.edges() if _is_wait(edge) and not edge.required]
    if not candidates or graph.start_order.unordered:
        return
    forced = _Forced.of(graph)
    for edge in candidates:
        path = forced.path(edge, forced.ends(edge.target))
        if path:
            yield Implied(edge, path)


def implies(reached: Condition, wanted: Condition) -> bool:
    """Tell whether a service that has reached one condition has also reached another: all have started."""
    return wanted in {reached, _IMPLIED.get(reached), Condition.STARTED}


def _is_wait(edge: Edge) -> bool:
    return edge.kind is EdgeKind.START and edge.source != edge.target


def _says_only_wait(edge: Edge) -> bool:
    """Tell whether an edge says nothing but that its source waits: no range, no policy, no restart, no use seen."""
    says_more = edge.version_range is not None or edge.policy is not None or edge.restart
    return _is_wait(edge) and edge.required and not says_more and edge.evidence is Evidence.DECLARED


@dataclass(slots=True)
class _Forced:
    """The required start edges, and the searches along them; `wave_of` is the number of each service's start wave."""

    graph: Graph
    successors: Mapping[str, Sequence[str]]
    wave_of: Mapping[str, int]
    visits: int = 0
    _ends: dict[tuple[str, Condition], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, graph: Graph) -> _Forced:
        """Take the required start edges of a graph without cycles."""
        successors = {
            name: [
                edge.target
                for edge in service.dependencies
                if edge.required and _is_wait(edge) and edge.target in graph.services
            ]
            for name, service in graph.services.items()
        }
        return cls(graph, successors, wave_numbers(graph.start_order.waves))

    def ends(self, target: str, condition: Condition = Condition.STARTED) -> frozenset[str]:
        """Return who requires a service, and waits for so much that it has then reached a condition as well."""
        if (target, condition) not in self._ends:
            self._ends[target, condition] = frozenset(
                edge.source
                for edge in self.graph.dependents_of(target)
                if edge.required and _is_wait(edge) and implies(edge.condition, condition)
            )
        return self._ends[target, condition]

    def path(self, edge: Edge, ends: frozenset[str]) -> list[str]:
        """Find the shortest way of an edge's source over one of the `ends` to its target; empty if there is none.

        Empty as well once all searches together have visited too much.
        """
        if edge.target not in self.wave_of or ends <= {edge.source}:
            return []
        floor, previous, frontier = self.wave_of[edge.target], {edge.source: edge.source}, [edge.source]
        while frontier and self.visits < _MOST_VISITS:
            reached = []
            for name in frontier:
                for target in self.successors[name]:
                    if target in previous or self.wave_of[target] <= floor:
                        continue
                    previous[target] = name
                    if target in ends:
                        return [*_way(previous, target), edge.target]
                    reached.append(target)
            self.visits += len(reached) + 1
            frontier = reached
        return []


def _way(previous: Mapping[str, str], last: str) -> list[str]:
    way = [last]
    while previous[way[-1]] != way[-1]:
        way.append(previous[way[-1]])
    return way[::-1]
