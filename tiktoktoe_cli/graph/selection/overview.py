"""What `graph show` finds out, before it is drawn or put into words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.algorithms.cycles import first_start_cycle
from tiktoktoe_cli.graph.selection.collapse import collapse
from tiktoktoe_cli.graph.selection.selection import Selection, select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.selection.selection import Hidden
    from tiktoktoe_cli.graph.starting.plan import Waves


@dataclass(frozen=True, slots=True)
class Overview:
    """The services and their edges, as far as they were selected; whatever is drawn also says what is `hidden`.

    `waves` are those of the whole system, without the names that are not shown; None if it has no start order, and
    then `cycle` names the services of one cycle. `members` are the services in each group that is drawn as one, by the
    name that its box has in the graph.
    """

    graph: Graph
    waves: Waves | None
    hidden: tuple[Hidden, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cycle: tuple[str, ...] = ()


def survey(graph: Graph, selection: Selection = Selection()) -> Overview:  # noqa: B008  # frozen
    """Look at the graph, or at a part of it.

    Raises:
        UsageError: if that part cannot be.
    """
    part = select(graph, selection)
    whole = collapse(graph, part.box_of_group)
    cycle = first_start_cycle(whole)
    waves = [[name for name in wave if name in part.graph.services] for wave in whole.start_order.waves]
    shown = None if cycle else tuple(map(tuple, waves))
    return Overview(part.graph, shown, part.hidden, part.members, cycle)
