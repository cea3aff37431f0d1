"""The graph as a person wants to see it: rails if they fit, else a plain table of dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.plan import StartCycleError, start_waves
from tiktoktoe_cli.graph.render.rails import draw_rails
from tiktoktoe_cli.report import OutputFormat, render

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.report import Report, View


def draw_graph(graph: Graph, report: Report, view: View) -> str:
    """Draw rails; draw the table of `report` where they do not fit the terminal, or no start order exists."""
    try:
        waves = start_waves(graph)
    except StartCycleError:
        waves = ()
    rails = (
        draw_rails(graph, waves, view.width if view.terminal else None, unicode=view.unicode)
        if waves
        else None
    )
    return view.mask(rails) if rails is not None else render(report, OutputFormat.TABLE, view)
