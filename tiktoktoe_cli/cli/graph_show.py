"""`tiktoktoe graph show`: the picture of the system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.graph_options import app, graph_of
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe graph show",
        "tiktoktoe graph show -o wide",
    ),
)
def show(desk: Desk) -> ExitCode:
    """Draw the services in start order, one line each, with a rail for each service that others depend on."""
    from tiktoktoe_cli.graph.facts import survey
    from tiktoktoe_cli.graph.render import draw_graph, legend
    from tiktoktoe_cli.graph.reports.overview import report_of

    overview = survey(graph_of(desk.load("services")))
    report = report_of(overview)
    view = desk.terminal.answer_view
    desk.terminal.detail(legend(unicode=view.unicode))
    return desk.answer(report, picture=draw_graph(overview, report, view))
