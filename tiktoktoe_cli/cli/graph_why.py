"""`tiktoktoe graph why`: why one service depends on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import service_names
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

_MOST_SHORTEST, _MOST = 10, 100


@add_command(
    app,
    "why",
    examples=(
        "tiktoktoe graph why gateway ledger",
        "tiktoktoe graph why gateway catalog --all",
    ),
)
def why(
    desk: Desk,
    source: Annotated[
        str, typer.Argument(metavar="SERVICE", help="Who depends.", autocompletion=service_names)
    ],
    target: Annotated[str, typer.Argument(metavar="ON", help="On whom.", autocompletion=service_names)],
    *,
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help=f"Also longer paths, {_MOST} in all at most; without it, at most {_MOST_SHORTEST} of the shortest.",
        ),
    ] = False,
) -> ExitCode:
    """Show the paths of dependencies from one service to another, with what each dependency asks for.

    A dependency binds if it is required and not soft. Says whether all dependencies of a path bind, and which ones lie
    on all paths: without one of these, nothing connects the two. If there is no path, the answer is no (1). Paths are
    counted up to 10^18: in `-o json`, `larger` names those of `shortest` and `total` that are more.
    """
    from tiktoktoe_cli.graph.paths import explain
    from tiktoktoe_cli.graph.reports.why import draw_paths, report_of

    most = _MOST if everything else _MOST_SHORTEST
    facts = explain(desk.load("services").graph(), source, target, most, only_shortest=not everything)
    return desk.answer(report_of(facts), drawing=lambda view: draw_paths(facts, view))
