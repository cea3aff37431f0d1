"""`tiktoktoe graph plan`: in which order it starts, and in which it stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import service_names
from tiktoktoe_cli.cli.graph_options import answer_in_order, app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "plan",
    examples=(
        "tiktoktoe graph plan",
        "tiktoktoe graph plan --to orders --without catalog",
        "tiktoktoe graph plan --reverse -o name",
    ),
)
def plan(
    desk: Desk,
    goals: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="SERVICE",
            help="Only what it takes to get this service: what it waits for, and what it requires at run time; with "
            "--reverse what it takes to stop it: those that need it so. Repeatable.",
            autocompletion=service_names,
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE",
            help="Leave this one out, as if it were up already; repeatable.",
            autocompletion=service_names,
        ),
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="At most so many starts at the same time; any number by default."
        ),
    ] = None,
    *,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="The order for stopping: dependents before what they need.")
    ] = False,
) -> ExitCode:
    """List the services in waves: those of a wave need nothing but the waves before.

    Each service has its turn: the place in the order in which a runner starts them, that waits for dependencies and
    not for waves (by the declared `start_time` of the services, where it is known). `-o name` prints that order, one
    service a line. If services wait for each other in a circle there is no order: the answer is no (1), with every
    cycle.
    """
    from tiktoktoe_cli.graph.reports.plan import draw_plan, report_of
    from tiktoktoe_cli.graph.starting.plan import Scope, plan_start, plan_stop

    scope = Scope(tuple(goals or ()), tuple(without or ()))
    make = plan_stop if reverse else plan_start
    graph = desk.load("services").graph()
    return answer_in_order(desk, "graph plan", lambda: make(graph, scope, concurrency), report_of, draw_plan)
