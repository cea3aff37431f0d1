"""`tiktoktoe graph show`: the picture of the system, or of a part of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import group_names, service_names, tag_names, words
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import add_command, words_of
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.graph.choices import LADDER, Direction, GraphView
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.drawings import OUTPUTS, REPORTS, drawings_of, remarks_on
from tiktoktoe_cli.report.catalog import OutputFormat

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe graph show",
        "tiktoktoe graph show --focus payments --direction up",
        "tiktoktoe graph show --view tree --kind start --kind runtime",
        "tiktoktoe graph show --collapse --view matrix",
        "tiktoktoe graph show --group core --reduce -o json",
        "tiktoktoe graph show -o mermaid",
        "tiktoktoe graph show --report html=graph.html --report svg=graph.svg",
    ),
    outputs=OUTPUTS,
    reports=REPORTS,
)
def show(  # noqa: PLR0913  # an option each
    desk: Desk,
    *,
    view: Annotated[
        str | None,
        typer.Option(
            "--view",
            metavar="VIEW",
            help=f"Draw it as {words_of(GraphView)}, whatever width that takes (folded: rails, with services that look "
            f"alike on one line); by default as {words_of(LADDER)}, the first that fits the terminal. For -o table.",
            autocompletion=words(*GraphView),
        ),
    ] = None,
    focus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SERVICE",
            help="Only this service and what is connected with it; repeatable.",
            autocompletion=service_names,
        ),
    ] = None,
    depth: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Only so many steps from --focus, or else from the services that nobody depends on; all by default.",
        ),
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(
            metavar="WAY",
            help="From --focus down to what it depends on, up to who depends on it, or both.",
            show_default=Direction.BOTH,
            autocompletion=words(*Direction),
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help=f"Only dependencies of this kind: {words_of(EdgeKind)}; repeatable.",
            autocompletion=words(*EdgeKind),
        ),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            help="Only services with this tag; repeatable, one of them is enough.",
            autocompletion=tag_names,
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP", help="Only services of this group; repeatable.", autocompletion=group_names
        ),
    ] = None,
    collapse: Annotated[bool, typer.Option("--collapse", help="Draw each group as one box.")] = False,
    collapse_group: Annotated[
        list[str] | None,
        typer.Option(metavar="GROUP", help="Draw this group as one; repeatable.", autocompletion=group_names),
    ] = None,
    reduce: Annotated[
        bool, typer.Option("--reduce", help="Leave out start dependencies that longer paths imply.")
    ] = False,
) -> ExitCode:
    """Draw the services in start order, one line each, with a rail for each service that others depend on.

    What is not shown is counted below the picture.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.render.text import draw_graph
    from tiktoktoe_cli.graph.reports.overview import report_of
    from tiktoktoe_cli.graph.selection.overview import survey
    from tiktoktoe_cli.graph.selection.selection import Selection

    wanted = choose(GraphView, view, "--view") if view else None
    selection = Selection(
        focus=focus or (),
        depth=depth,
        direction=choose(Direction, direction, "--direction") if direction else None,
        kinds=[choose(EdgeKind, word, "--kind") for word in kind or ()],
        tags=tag or (),
        groups=group or (),
        collapse=() if collapse else collapse_group,
        reduce=reduce,
    )
    overview = survey(desk.load("services").graph(), selection)
    report = replace(report_of(overview), drawings=drawings_of(overview))
    for remark in remarks_on(overview, desk.forms, desk.terminal.answer_view):
        desk.terminal.say(remark)
    if desk.output is not OutputFormat.TABLE:
        return desk.answer(report)
    picture = draw_graph(overview, desk.terminal.answer_view, wanted)
    return desk.answer(replace(report, remarks=tuple(filter(None, [picture.legend]))), drawing=picture.text)
