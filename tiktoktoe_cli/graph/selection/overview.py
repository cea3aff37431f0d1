"""What `graph show` finds out, before it is drawn or put into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.cycles import components, edges_on_cycles, first_start_cycle, start_cycles
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.selection.collapse import collapse, homes_in
from tiktoktoe_cli.graph.selection.selection import Selection, select

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tiktoktoe_cli.graph.model import Edge, Graph
    from tiktoktoe_cli.graph.selection.selection import Hidden
    from tiktoktoe_cli.graph.starting.plan import Waves

_ORDERING = (EdgeKind.START,)


@dataclass(frozen=True, slots=True)
class Cycles:
    """What keeps a system, or a picture of it, from having a start order; all of the system, whatever is shown.

    `services` are those of one cycle of start dependencies, and `inside` the boxes that hide one. `boxes` name a
    circle that only boxes are in: each of them depends on the next, but no service on itself.
    """

    services: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is no order."""
        return bool(self.services or self.boxes)


@dataclass(frozen=True, slots=True)
class Overview:
    """The services and their edges, as far as they were selected; whatever is drawn also says what is `hidden`.

    `whole` is all there is, and `system` its name, if it has one. `waves` are those of the whole system, without the
    names that are not shown, or those of its boxes; None if there is no order. `members` are the services in each group
    that is drawn as one, by the name that its box has in the graph.
    """

    graph: Graph
    whole: Graph
    waves: Waves | None
    hidden: tuple[Hidden, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cycles: Cycles = Cycles()
    selection: Selection = field(default_factory=Selection)
    system: str = ""

    def on_cycles(self, kinds: Collection[EdgeKind]) -> set[tuple[str, str]]:
        """Return who in the picture depends on whom over edges of the system that lie on a cycle of some kinds."""
        homes = {name: box for box, names in self.members.items() for name in names}
        return _ends(edges_on_cycles(self.whole, kinds), homes)


def survey(graph: Graph, selection: Selection = Selection(), system: str = "") -> Overview:  # noqa: B008  # frozen
    """Look at the graph, or at a part of it.

    Raises:
        UsageError: if that part cannot be.
    """
    part = select(graph, selection)
    boxed = collapse(graph, part.box_of_group)
    cycles = _cycles(graph, boxed, homes_in(graph, part.box_of_group))
    waves = [tuple(name for name in wave if name in part.graph.services) for wave in boxed.start_order.waves]
    return Overview(
        graph=part.graph,
        whole=graph,
        waves=None if cycles else tuple(waves),
        hidden=part.hidden,
        members=part.members,
        cycles=cycles,
        selection=selection,
        system=system,
    )


def _cycles(graph: Graph, boxed: Graph, homes: Mapping[str, str]) -> Cycles:
    """Tell the cycles of services from those that come from putting them into boxes."""
    if not homes:
        return Cycles(first_start_cycle(graph))
    return Cycles(
        first_start_cycle(graph), _hiding_a_cycle(graph, homes), _circle_of_boxes(graph, boxed, homes)
    )


def _hiding_a_cycle(graph: Graph, homes: Mapping[str, str]) -> tuple[str, ...]:
    """Name the boxes that hold all services of a cycle, be it one that waits for itself."""
    around = [frozenset(inner) for inner in components(graph.successors(_ORDERING), graph.start_order)]
    around += [frozenset({edge.source}) for edge in graph.edges() if edge.is_loop and edge.kind in _ORDERING]
    found = ({homes.get(name) for name in one} for one in around)
    return tuple(dict.fromkeys(box for boxes in found if len(boxes) == 1 for box in boxes if box))


def _circle_of_boxes(graph: Graph, boxed: Graph, homes: Mapping[str, str]) -> tuple[str, ...]:
    """Name the members of the first circle that is no cycle of services, but comes from putting these into boxes."""
    real = _ends(edges_on_cycles(graph, _ORDERING), homes)
    circles = (cycle.edges for cycle in start_cycles(boxed))
    edges = next((edges for edges in circles if not _ends(edges, {}) <= real), ())
    return tuple(edge.source for edge in edges)


def _ends(edges: Iterable[Edge], homes: Mapping[str, str]) -> set[tuple[str, str]]:
    """Return from whom to whom edges lead, in the boxes that services have."""
    return {(homes.get(edge.source, edge.source), homes.get(edge.target, edge.target)) for edge in edges}
