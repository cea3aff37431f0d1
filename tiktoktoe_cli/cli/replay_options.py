"""What the commands of `tiktoktoe replay` share: the group, the options that say which files and events are taken."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import pipeline_names

app = make_group("replay")

Pipeline: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        help="Which pipeline; not needed if there is only one.",
        autocompletion=pipeline_names,
        show_default=False,
    ),
]
Paths: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files, patterns, folders, or - for standard input, in the place of the pipeline's own.",
        show_default=False,
    ),
]
From: TypeAlias = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Take events from this time on."),
]
Until: TypeAlias = Annotated[
    str | None,
    typer.Option("--until", metavar="TIME", help="Take events before this time."),
]
Where: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CEL",
        help="Take events for which this is true, over their own fields.",
    ),
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--limit",
        min=1,
        metavar="N",
        help="Take so many events at most, and read no further.",
    ),
]
Sample: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--sample",
        metavar="SHARE",
        help="Take about this share, such as 10%: the same events with the same seed.",
    ),
]
Offset: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--offset",
        metavar="FILE:LINE",
        help="Begin to read at this line; the files before it are left out.",
    ),
]
