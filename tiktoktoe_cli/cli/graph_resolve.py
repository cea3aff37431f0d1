"""`tiktoktoe graph resolve`: which versions fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import service_names, words
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.graph.choices import Preference

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "resolve",
    examples=(
        "tiktoktoe graph resolve",
        "tiktoktoe graph resolve --check -o json",
        "tiktoktoe graph resolve --prefer newest --service payments",
    ),
)
def resolve(
    desk: Desk,
    prefer: Annotated[
        str,
        typer.Option(
            metavar="WHICH",
            help="`deployed` changes as few services as possible, `newest` takes the newest versions that fit.",
            autocompletion=words(*Preference),
        ),
    ] = Preference.DEPLOYED.value,
    service: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE",
            help="Let only this service change, and show only it; repeatable; by default all may change.",
            autocompletion=service_names,
        ),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Answer no (exit code 1) if a service has to change.")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Show what stays, too; by default only what changes. JSON has it all."),
    ] = False,
) -> ExitCode:
    """Choose a version for every service, of the deployed and the `available` ones, so that all ranges hold.

    What to write where is said below the table: once it is written, what is deployed fits together. Where no choice
    fits, the smallest set of ranges that contradict each other is shown, how they do, and what would help: each change
    was tried out. Nothing is deployed or written.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.errors import UnfinishedError
    from tiktoktoe_cli.graph import resolution
    from tiktoktoe_cli.graph.reports.resolution import report_of
    from tiktoktoe_cli.graph.rules import Subject, validate_graph
    from tiktoktoe_cli.graph.rules.ranges import INVALID_VERSION

    preference = choose(Preference, prefer, "--prefer")
    graph = desk.load("services").graph()
    desk.refuse(validate_graph(Subject(graph), [INVALID_VERSION]))
    facts = resolution.resolve(graph, preference, service)
    if facts.gave_up:
        hint = "let fewer services change: `--service NAME`"
        raise UnfinishedError("gave up: there are too many versions to try", hint=hint)
    return desk.answer(report_of(facts, check=check, everything=everything))
