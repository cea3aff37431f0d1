"""`tiktoktoe graph import`: systems as Compose or Kubernetes have them, as our YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.import_options import Files, Strict, show_import, source_argument
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.graph.importers.formats import SystemFormat

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "import",
    examples=(
        "tiktoktoe graph import compose ../imports/compose.yaml",
        "tiktoktoe graph import compose ../imports/compose.yaml --profile tools -o json",
        "tiktoktoe graph import kubernetes ../imports/kubernetes.yaml --quiet",
    ),
)
def import_system(  # noqa: PLR0913  # each is an option
    desk: Desk,
    source: Annotated[str, source_argument(SystemFormat)],
    files: Files,
    *,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="SYSTEM", help="What to call the system; by default as Compose files do, if they do."
        ),
    ] = None,
    env_file: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE", help="Variables of Compose files, in place of .env beside the first; repeatable."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Take the services of this Compose profile, too; repeatable, * for all."
        ),
    ] = None,
    infer: Annotated[
        bool, typer.Option(help="Find calls in variables and arguments that name the host of a service.")
    ] = True,
    strict: Strict = False,
) -> ExitCode:
    """Print a Docker Compose or Kubernetes system as the YAML of tiktoktoe.

    Begin with `tiktoktoe graph import compose compose.yaml > tiktoktoe.yaml`. What cannot be translated, means
    something else here or is a guess is listed on standard error, and stands as a comment where it belongs. With
    `-o json` the remarks are the items, and the configuration is in the summary.

    Compose files are read with the variables of their files and never with those of the shell: `env > vars` and
    `--env-file vars` is how to use these.
    """
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.importers.catalog import import_files
    from tiktoktoe_cli.graph.importers.options import ComposeOptions, ImportOptions
    from tiktoktoe_cli.graph.importers.report import report_of
    from tiktoktoe_cli.health.importers.compose import container_checks
    from tiktoktoe_cli.importing.compose.application import Choice

    kind = choose(SystemFormat, source, "FORMAT")
    given = {"--env-file": env_file, "--profile": profile}
    kind.check(option for option, values in given.items() if values)
    choice = Choice(tuple(env_file or ()), frozenset(profile or ()))
    options = ImportOptions(name, infer, ComposeOptions(choice, facets=(container_checks,)))
    desk.keep(files)
    imported = import_files(kind, files, options)
    return show_import(desk, imported, report_of(imported, strict=strict))
