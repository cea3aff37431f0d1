"""`tiktoktoe init`: write a starter configuration that runs as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import GROUPS, make_app
from tiktoktoe_cli.cli.completion import words
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

app = make_app(GROUPS["init"])


@add_command(
    app,
    "init",
    examples=(
        "tiktoktoe init demo",
        "tiktoktoe init tiny --template minimal",
    ),
)
def init(
    desk: Desk,
    directory: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Where; it is made if it is missing.")
    ] = ".",
    template: Annotated[
        str,
        typer.Option(
            "--template", metavar="NAME", help="shop or minimal.", autocompletion=words("shop", "minimal")
        ),
    ] = "shop",
) -> ExitCode:
    """Write a commented starter configuration that checks and runs as it is; nothing is overwritten."""
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.report import Column, Report
    from tiktoktoe_cli.starter import Template, starter_files, write_starter
    from tiktoktoe_cli.system import json_schema

    files = starter_files(choose(Template, template, "--template"), json_schema())
    written = write_starter(Path(directory), files)
    enter = "" if directory == "." else f"cd {directory} && "
    report = Report(
        command="init",
        ok=True,
        verdict=f"{len(written)} files written to `{directory}`",
        summary={"directory": directory, "template": template, "files": len(written)},
        items=[{"file": str(path), "size_bytes": path.stat().st_size} for path in written],
        columns=(Column("file", "FILE"), Column("size_bytes", "BYTES")),
        name_key="file",
        next_steps=(f"{enter}tiktoktoe config check", f"{enter}tiktoktoe orchestrate run"),
    )
    return desk.answer(report)
