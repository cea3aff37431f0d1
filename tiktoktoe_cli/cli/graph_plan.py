"""`tiktoktoe graph plan`: in which order it starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.graph_options import app, graph_of
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "plan",
    examples=(
        "tiktoktoe graph plan",
        "tiktoktoe graph plan -o name",
    ),
)
def plan(desk: Desk) -> ExitCode:
    """List the services in waves: those of a wave need nothing but the waves before."""
    from tiktoktoe_cli.graph.plan import plan_start
    from tiktoktoe_cli.graph.reports.start_plan import report_of

    return desk.answer(report_of(plan_start(graph_of(desk.load("services")))))
