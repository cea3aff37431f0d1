"""`tiktoktoe graph impact`: what follows if services fail, and whose failure hits most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import service_names
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

_USUAL_TOP = 10


@add_command(
    app,
    "impact",
    examples=(
        "tiktoktoe graph impact payments",
        "tiktoktoe graph impact catalog notifications -o json",
        "tiktoktoe graph impact --top 3",
    ),
)
def impact(
    desk: Desk,
    services: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SERVICE",
            help="What fails, all at once; without it, all services are ranked by what their failure hits.",
            autocompletion=service_names,
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help=f"How many services the ranking shows; {_USUAL_TOP} by default."
        ),
    ] = None,
) -> ExitCode:
    """Say who is affected if a service is down, how badly, and over which dependencies.

    Who requires it, to start or at run time, is down. Who has it as a soft or optional dependency is degraded; that
    does not spread, but who depends on a degraded service is listed as indirect. Who waited for it only until it had
    completed works on, and cannot be started again. This is how `tiktoktoe health` finds root causes, too.

    CAN_RESTART says who could be started again while this is down: whoever requires none of it to start. KIND is that
    of the first dependency of PATH.
    """
    from tiktoktoe_cli.graph.blast import rank
    from tiktoktoe_cli.graph.impact import impact_of
    from tiktoktoe_cli.graph.reports.impact import ranking_of, report_of

    if services and top:
        raise UsageError("`--top` ranks all services", hint="leave out the names, or `--top`")
    graph = desk.load("services").graph()
    if services:
        return desk.answer(report_of(impact_of(graph, services)))
    return desk.answer(ranking_of(graph, rank(graph), top or _USUAL_TOP))
