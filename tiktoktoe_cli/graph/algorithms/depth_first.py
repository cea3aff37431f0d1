"""What a walk through a graph in depth first order tells: an order for graphs with cycles, and where to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping

    from tiktoktoe_cli.graph.model import Graph

_Node = TypeVar("_Node", bound="Hashable")


def finishing_order(successors: Mapping[_Node, Collection[_Node]]) -> tuple[_Node, ...]:
    """List nodes so that each comes after its successors, except for one edge or more of each cycle.

    Every successor is a node itself. The nodes are begun with in their own order, and nothing recurses.
    """
    order: list[_Node] = []
    seen: set[_Node] = set()
    for start in successors:
        _finish(start, successors, seen, order)
    return tuple(order)


def roots_of(graph: Graph) -> tuple[str, ...]:
    """Return the fewest services that lead to all others, in the order of the configuration.

    They are those that nothing depends on, and one of each group that depend only on each other in a circle, and that
    nothing else depends on: of those not yet reached, who was finished last is in such a group. This is the first half
    of the algorithm of Kosaraju and Sharir (Sharir 1981, Computers & Mathematics with Applications 7).
    """
    successors = {
        name: tuple(edge.target for edge in service.dependencies if edge.target in graph.services)
        for name, service in graph.services.items()
    }
    reached: set[str] = set()
    roots = set()
    for name in reversed(finishing_order(successors)):
        if name not in reached:
            roots.add(name)
            _finish(name, successors, reached, [])
    return tuple(name for name in graph.services if name in roots)


def _finish(
    start: _Node, successors: Mapping[_Node, Collection[_Node]], seen: set[_Node], order: list[_Node]
) -> None:
    """Go wherever a node leads that was not seen yet, and note who has nowhere left to go."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(successors[start]))]
    while path:
        name, targets = path[-1]
        target = next((one for one in targets if one not in seen), None)
        if target is None:
            path.pop()
            order.append(name)
        else:
            seen.add(target)
            path.append((target, iter(successors[target])))
