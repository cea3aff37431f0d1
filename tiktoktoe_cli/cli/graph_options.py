"""What the commands of `graph` share: the options that choose a part of it, and the answer where there is no order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import group_names, service_names, words
from tiktoktoe_cli.cli.options import words_of
from tiktoktoe_cli.graph.choices import LADDER, USUAL_DIRECTION, Direction, GraphView
from tiktoktoe_cli.graph.model import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.errors import ExitCode
    from tiktoktoe_cli.report import Report, View

Facts = TypeVar("Facts")

app = make_group("graph")

Views: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--view",
        metavar="VIEW",
        help=f"Draw it as {words_of(GraphView)}, whatever width that takes (folded: rails, with services that look "
        f"alike on one line); by default as {words_of(LADDER)}, the first that fits the terminal. For -o table.",
        autocompletion=words(*GraphView),
    ),
]
Focus: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--focus",
        metavar="SERVICE",
        help="Only this service and what is connected with it; repeatable.",
        autocompletion=service_names,
    ),
]
Depth: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--depth",
        metavar="N",
        min=0,
        help="Only so many steps from --focus, or else from the services that nobody depends on; all by default.",
    ),
]
Way: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--direction",
        metavar="WAY",
        help="From --focus down to what it depends on, up to who depends on it, or both; "
        f"{USUAL_DIRECTION} by default.",
        autocompletion=words(*Direction),
    ),
]
Kinds: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help=f"Only dependencies of this kind: {words_of(EdgeKind)}; repeatable.",
        autocompletion=words(*EdgeKind),
    ),
]
Collapse: TypeAlias = Annotated[bool, typer.Option("--collapse", help="Draw each group as one box.")]
CollapsedGroups: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--collapse-group",
        metavar="GROUP",
        help="Draw this group as one; repeatable.",
        autocompletion=group_names,
    ),
]
Reduce: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--reduce", help="Leave out the dependencies that `graph validate` finds redundant (TTG105)."
    ),
]


def answer_in_order(
    desk: Desk,
    command: str,
    find: Callable[[], Facts],
    report_of: Callable[[Facts], Report],
    draw: Callable[[Facts, View], str],
) -> ExitCode:
    """Answer a question about the start order; if there is none, the answer is no, with every cycle."""
    from tiktoktoe_cli.graph.starting.plan import StartCycleError

    try:
        facts = find()
    except StartCycleError as error:
        from tiktoktoe_cli.graph.reports import no_order

        return desk.answer(no_order.report_of(error, command))
    return desk.answer(report_of(facts), drawing=lambda view: draw(facts, view))
