"""Rules about what start edges say twice, or say and do not mean, since other edges decide.

Only required edges force anything: a service that starts has waited for all that these lead to. Searches for the path
that is shown stop after a bounded number of visits, so that a tangled system of 100,000 services is told in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.algorithms.reduction import reduce
from tiktoktoe_cli.graph.model import Condition, EdgeKind, Evidence
from tiktoktoe_cli.graph.rules.chains import steps_along
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.graph.words import path_words
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.rules.rule import Subject

_MOST_VISITS = 2_000_000  # of services, in all searches for the paths of one rule
_IMPLIED = {Condition.COMPLETED_SUCCESSFULLY: Condition.COMPLETED}


def find_redundant_edges(subject: Subject) -> Iterator[Finding]:
    """Find required edges that say nothing but what a path of required edges says as well."""
    candidates = [edge for edge in subject.graph.edges() if _says_only_wait(edge)]
    if not candidates or subject.graph.start_order.unordered:
        return
    forced = _Forced.of(subject.graph)
    kept = reduce(forced.successors)
    for edge in candidates:
        if edge.target not in forced.successors[edge.source] or edge.target in kept[edge.source]:
            continue
        last = [one for one in forced.edges_to(edge) if implies(one.condition, edge.condition)]
        path = forced.path(edge, {one.source for one in last})
        if path or len(last) == len(forced.edges_to(edge)):
            yield _redundant(subject.graph, edge, path)


def find_overruled_options(subject: Subject) -> Iterator[Finding]:
    """Find edges that are not required to services that the same service requires through others."""
    candidates = [edge for edge in subject.graph.edges() if _is_wait(edge) and not edge.required]
    if not candidates or subject.graph.start_order.unordered:
        return
    forced = _Forced.of(subject.graph)
    for edge in candidates:
        path = forced.path(edge, {one.source for one in forced.edges_to(edge)})
        if path:
            yield _overruled(subject.graph, edge, path)


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
        waves = enumerate(graph.start_order.waves)
        return cls(graph, successors, {name: number for number, wave in waves for name in wave})

    def edges_to(self, edge: Edge) -> list[Edge]:
        """List the other required start edges that lead to the same service."""
        incoming = self.graph.dependents_of(edge.target)
        return [one for one in incoming if one.required and _is_wait(one) and one.source != edge.source]

    def path(self, edge: Edge, ends: Collection[str]) -> list[str]:
        """Find the shortest way of an edge's source over one of the `ends` to its target; empty if there is none.

        Empty as well once all searches together have visited too much.
        """
        if edge.target not in self.wave_of or not ends:
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


def _redundant(graph: Graph, edge: Edge, path: list[str]) -> Finding:
    through = f": {path_words(path)}" if path else " through others"
    return Finding(
        f"{quoted(edge.source)} waits for {quoted(edge.target)} anyway{through}",
        graph.place_of(edge),
        f"remove it, or write `kind: runtime` if {quoted(edge.source)} calls {quoted(edge.target)} itself",
        steps_along(graph, path),
        (edge.source, edge.target),
    )


def _overruled(graph: Graph, edge: Edge, path: list[str]) -> Finding:
    says = f"{quoted(edge.source)} does not require {quoted(edge.target)}"
    return Finding(
        f"{says}, but cannot start without it: {path_words(path)}",
        graph.place_of(edge),
        "write `required: true` here, or `required: false` at one of these dependencies",
        steps_along(graph, path),
        (edge.source, edge.target),
    )


RULES = (
    Rule(
        id="TTG105",
        severity=Severity.WARNING,
        title="redundant edge",
        why="Who waits for a service that waits for another waits for that one, too; the edge says nothing more.",
        example="orders: {depends_on: {stock: {}, db: {}}}\nstock: {depends_on: {db: {}}}\ndb: {}",
        fix="remove the edge, or make it `kind: runtime` if the service calls its target itself.",
        check=find_redundant_edges,
    ),
    Rule(
        id="TTG109",
        severity=Severity.WARNING,
        title="required dependency behind an optional one",
        why="The edge says that the service can do without its target, but a service that it requires cannot.",
        example="orders: {depends_on: {cache: {required: false}, stock: {}}}\n"
        "stock: {depends_on: {cache: {}}}\n"
        "cache: {}",
        fix="require it here as well, or make one of the edges on the way optional.",
        check=find_overruled_options,
    ),
)
