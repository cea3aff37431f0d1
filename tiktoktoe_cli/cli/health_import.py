"""`tiktoktoe health import`: checks as Gatus, the blackbox exporter or Compose write them, as our YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from tiktoktoe_cli.cli.health_options import app
from tiktoktoe_cli.cli.import_options import Files, Strict, show_import, source_argument
from tiktoktoe_cli.cli.options import add_command
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
    source: Annotated[str, source_argument(CheckFormat)],
    files: Files,
    *,
    strict: Strict = False,
) -> ExitCode:
    """Print a configuration of another tool as the YAML of tiktoktoe.

    What cannot be translated, means something else here or is a guess is listed on standard error, and stands as a
    comment where it belongs. With `-o json` the remarks are the items, and the configuration is in the summary.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.health.importers.catalog import import_files
    from tiktoktoe_cli.health.importers.report import report_of

    kind = choose(CheckFormat, source, "FORMAT")
    desk.keep(files)
    imported = import_files(kind, files)
    return show_import(desk, imported, report_of(imported, strict=strict))
