"""Cycles of dependencies: for each group of services that reach each other, the shortest one and where to cut it.

All cycles cannot be listed (there may be exponentially many), so each strongly connected component is told by one.
Nothing recurses, and the searches in one component stop after a bounded number of visits: what is told of a huge one
may not be its very shortest cycle or its very best cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.graph.algorithms.breadth_first import path_back
from tiktoktoe_cli.graph.algorithms.order import order_of
from tiktoktoe_cli.graph.model import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.graph.algorithms.order import Order
    from tiktoktoe_cli.graph.model import Edge, Graph

_Successors: TypeAlias = "Mapping[str, Collection[str]]"

_MOST_VISITS = 2_000_000  # of edges, in the search for a component's shortest cycle
_MOST_CUT_VISITS = 50_000  # of edges, in trying out a component's cuts


@dataclass(frozen=True, slots=True)
class Cycle:
    """The shortest cycle of a component, as edges from service to service and back to the first.

    `component` is every service that reaches all the others; `cut` is an edge of the cycle whose removal leaves
    the fewest of them, `remaining`, in cycles; `as_good` are the other edges of the cycle that leave as few.
    """

    edges: tuple[Edge, ...]
    component: frozenset[str]
    cut: Edge
    remaining: int
    as_good: tuple[Edge, ...]


def start_cycles(graph: Graph) -> Iterator[Cycle]:
    """Yield a cycle of start edges for each component; a service that depends on itself is none."""
    kinds = (EdgeKind.START,)
    if not graph.start_order.unordered:
        return
    for inner in components(graph.successors(kinds), graph.start_order):
        # a cycle that is not the whole component has an edge leaving it, so it passes a service with two targets
        starts = [name for name, targets in inner.items() if len(targets) > 1] or list(inner)[:1]
        yield _describe(graph, inner, _shortest(inner, {name: inner[name] for name in starts}), kinds)


def first_start_cycle(graph: Graph) -> tuple[str, ...]:
    """Name the services of a cycle of start edges, be it one that waits for itself; none if there is an order."""
    for edge in graph.edges():
        if edge.is_loop and edge.kind is EdgeKind.START:
            return (edge.source,)
    return next((tuple(edge.source for edge in cycle.edges) for cycle in start_cycles(graph)), ())


def runtime_cycles(graph: Graph) -> Iterator[Cycle]:
    """Yield a cycle over at least one runtime edge, and start edges, for each component that has one."""
    kinds = (EdgeKind.START, EdgeKind.RUNTIME)
    calls = graph.successors((EdgeKind.RUNTIME,))
    if not any(calls.values()):
        return
    for inner in components(graph.successors(kinds)):
        calling = {name: sorted(one for one in calls[name] if one in inner) for name in inner}
        first_steps = {name: targets for name, targets in calling.items() if targets}
        if first_steps:
            yield _describe(graph, inner, _shortest(inner, first_steps), kinds)


def edges_on_cycles(graph: Graph, kinds: Collection[EdgeKind]) -> Iterator[Edge]:
    """Yield the edges of some kinds that lie on a cycle over these: between services that reach each other all do."""
    found = enumerate(components(graph.successors(kinds)))
    home = {name: number for number, component in found for name in component}
    for edge in graph.edges():
        is_inside = edge.source in home and home[edge.source] == home.get(edge.target)
        if edge.kind in kinds and (is_inside or edge.is_loop):
            yield edge


def components(successors: _Successors, order: Order | None = None) -> Iterator[dict[str, list[str]]]:
    """Yield the edges inside each component of more than one node, in the order of its first node.

    Inside, nodes are in the order of their names: what is told of a component is not a matter of who was written first.
    `order` is that of the successors, where it is known already.
    """
    order = order or order_of(successors)
    if not order.unordered:
        return
    between = _between_cycles(successors, order)
    found = [component for component in _strongly_connected(between) if len(component) > 1]
    home = {name: component for component in found for name in component}
    for component in dict.fromkeys(home[name] for name in successors if name in home):
        yield {name: sorted(component.intersection(successors[name])) for name in sorted(component)}


def _between_cycles(successors: _Successors, order: Order) -> dict[str, list[str]]:
    """Keep the nodes in cycles and on paths from one to another: in a huge graph, a few for networkx to look at.

    They have no place in the order, nor in the opposite one.
    """
    predecessors: dict[str, list[str]] = {name: [] for name in order.unordered}
    for name in order.unordered:
        for target in order.unordered.intersection(successors[name]):
            predecessors[target].append(name)
    kept = order_of(predecessors).unordered
    return {name: [target for target in successors[name] if target in kept] for name in kept}


def _strongly_connected(successors: _Successors) -> Iterator[frozenset[str]]:
    import networkx as nx  # type: ignore[import-untyped]  # it ships no types

    graph = nx.DiGraph((source, target) for source, targets in successors.items() for target in targets)
    return map(frozenset, nx.strongly_connected_components(graph))


def _shortest(successors: _Successors, first_steps: _Successors) -> list[str]:
    """Find the shortest cycle that begins with one of the first steps, as its nodes."""
    best: list[str] = []
    visits = 0
    for start, targets in first_steps.items():
        if best and visits > _MOST_VISITS:
            break
        path, visited = _way_back(successors, start, targets, len(best))
        visits += visited
        best = path or best
    low = best.index(min(best))
    return best[low:] + best[:low]


def _way_back(
    successors: _Successors, start: str, targets: Iterable[str], below: int
) -> tuple[list[str], int]:
    """Search breadth-first for a cycle through `start` of fewer than `below` nodes (0: any); count what is visited."""
    previous = dict.fromkeys(targets, start)
    frontier, length, visited = list(previous), 1, 0
    while frontier and (not below or length + 1 < below):
        reached = []
        for name in frontier:
            for target in successors[name]:
                visited += 1
                if target == start:
                    return path_back(previous, start, name), visited
                if target not in previous:
                    previous[target] = name
                    reached.append(target)
        frontier, length = reached, length + 1
    return [], visited


def _describe(graph: Graph, inner: _Successors, nodes: list[str], kinds: Collection[EdgeKind]) -> Cycle:
    steps = list(zip(nodes, [*nodes[1:], nodes[0]], strict=True))
    edges = tuple(
        next(
            edge
            for edge in graph.services[source].dependencies
            if edge.target == target and edge.kind in kinds
        )
        for source, target in steps
    )
    size = sum(map(len, inner.values()))
    candidates = edges[: max(1, _MOST_CUT_VISITS // size)]
    remaining = {edge: _left_in_cycles(inner, edge) for edge in candidates}
    cut = min(candidates, key=lambda edge: (remaining[edge], edge.required, edge.source))
    as_good = tuple(edge for edge in candidates if edge is not cut and remaining[edge] == remaining[cut])
    return Cycle(edges, frozenset(inner), cut, remaining[cut], as_good)


def _left_in_cycles(inner: _Successors, removed: Edge) -> int:
    """Count the services that are still in cycles once an edge is gone."""
    kept = [one for one in inner[removed.source] if one != removed.target]
    components = _strongly_connected({**inner, removed.source: kept})
    return sum(len(component) for component in components if len(component) > 1)
