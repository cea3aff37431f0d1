"""What the commands that import have in common: their arguments, and how their answer leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from tiktoktoe_cli.cli.completion import words
from tiktoktoe_cli.cli.options import words_of

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.errors import ExitCode
    from tiktoktoe_cli.importing.facts import Imported
    from tiktoktoe_cli.importing.formats import SourceFormat
    from tiktoktoe_cli.report import Report


def source_argument(formats: type[SourceFormat]) -> Any:  # what typer reads
    """Declare the argument that says whose files they are."""
    return typer.Argument(
        metavar="FORMAT",
        help=f"{words_of(formats)}.",
        autocompletion=words(*formats),
        show_default=False,
    )


Files: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE ...",
        help="Its files; several are merged as that tool does it, - for stdin, a folder for all YAML below it.",
        show_default=False,
    ),
]
Strict: TypeAlias = Annotated[
    bool, typer.Option("--strict", help="Answer no (1) if something could not be translated.")
]


def show_import(desk: Desk, imported: Imported, report: Report) -> ExitCode:
    """Print what was imported, with the remarks on it on standard error."""
    from tiktoktoe_cli.importing.report import problems_of
    from tiktoktoe_cli.importing.yaml_text import write_yaml

    desk.refuse(problems_of(imported))
    return desk.answer(report, drawing=write_yaml(imported))
