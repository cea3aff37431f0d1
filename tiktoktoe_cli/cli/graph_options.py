"""The group of the commands `tiktoktoe graph`, and the options that choose a part of the graph."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import group_names, service_names, tag_names, words
from tiktoktoe_cli.cli.options import words_of
from tiktoktoe_cli.graph.choices import LADDER, USUAL_DIRECTION, Direction, GraphView
from tiktoktoe_cli.graph.model import EdgeKind

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
        help="From --focus down to what it depends on, up to who depends on it, or both.",
        show_default=USUAL_DIRECTION,
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
Tags: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only services with this tag; repeatable, one of them is enough.",
        autocompletion=tag_names,
    ),
]
Groups: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="GROUP",
        help="Only services of this group; repeatable.",
        autocompletion=group_names,
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
