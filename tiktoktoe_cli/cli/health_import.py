"""`tiktoktoe health import`: checks as Gatus, the blackbox exporter or Compose write them, as our YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import words
from tiktoktoe_cli.cli.health_options import app
from tiktoktoe_cli.cli.options import add_command, words_of
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.health.importers.formats import CheckFormat

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "import",
    examples=(
        "tiktoktoe health import gatus ../imports/gatus.yaml",
        "tiktoktoe health import blackbox ../imports/blackbox.yml -o json",
        "tiktoktoe health import compose ../imports/compose.yaml --quiet",
    ),
)
def import_checks(
    desk: Desk,
    source: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help=f"{words_of(CheckFormat)}.",
            autocompletion=words(*CheckFormat),
            show_default=False,
        ),
    ],
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE ...", help="Its files; several are merged, - for stdin.", show_default=False
        ),
    ],
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Answer no (1) if something could not be translated.")
    ] = False,
) -> ExitCode:
    """Print a configuration of another tool as our YAML.

    What cannot be translated, means something else here or is a guess is listed on standard error, and stands as a
    comment where it belongs. With `-o json` the remarks are the items, and the configuration is in the summary.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.health.importers.catalog import import_files
    from tiktoktoe_cli.health.importers.report import report_of
    from tiktoktoe_cli.importing.report import problems_of
    from tiktoktoe_cli.importing.yaml_text import write_yaml

    imported = import_files(choose(CheckFormat, source, "FORMAT"), files)
    desk.refuse(problems_of(imported))
    return desk.answer(report_of(imported, strict=strict), picture=write_yaml(imported))
