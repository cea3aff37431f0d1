"""The graph as a person wants to see it: rails if they fit, else a plain table of dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.render.rails import draw_rails
from tiktoktoe_cli.report import OutputFormat, render

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.facts import Overview
    from tiktoktoe_cli.report import Report, View


def draw_graph(overview: Overview, report: Report, view: View) -> str:
    """Draw rails; draw the table of `report` where they do not fit the terminal, or no start order exists."""
    rails = None
    if overview.waves:
        width = view.width if view.terminal else None
        rails = draw_rails(overview.graph, overview.waves, width, unicode=view.unicode)
    return view.mask(rails) if rails is not None else render(report, OutputFormat.TABLE, view)
