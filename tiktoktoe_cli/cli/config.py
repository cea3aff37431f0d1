"""`tiktoktoe config`: check, show, schema, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.options import Common, add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.report import Report
    from tiktoktoe_cli.system import System

app = make_group("Check, show and explain the configuration.")


@add_command(
    app,
    "check",
    examples=(
        "tiktoktoe config check -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe config check -c samples/shop/tiktoktoe.yaml -o json",
    ),
)
def check(
    common: Common,
    fail_on: Annotated[
        str, typer.Option(metavar="LEVEL", help="Exit 1 from this severity on: error or warning.")
    ] = "error",
) -> ExitCode:
    """Check everything in the configuration and show all problems at once, each at its place."""
    from tiktoktoe_cli.checkup import check_everything, report_of
    from tiktoktoe_cli.cli.desk import Desk, choose
    from tiktoktoe_cli.errors import Severity

    desk = Desk.open(common)
    level = choose(Severity, fail_on, "--fail-on")
    report = report_of(check_everything(desk.read()))
    return desk.answer(report, None if report.ok else ExitCode.USAGE, fail_on=level)


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe config show -c samples/shop/tiktoktoe.yaml",
        "tiktoktoe config show -c samples/shop/tiktoktoe.yaml --origin",
        "tiktoktoe config show -c samples/shop/tiktoktoe.yaml -o json",
    ),
)
def show(
    common: Common,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
) -> ExitCode:
    """Show the configuration as it was understood: merged, variables replaced, secrets masked."""
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.config.view import as_yaml
    from tiktoktoe_cli.report import OutputFormat

    desk = Desk.open(common)
    system = desk.load()
    if desk.output is not OutputFormat.TABLE:
        return desk.answer(_shown(system))
    desk.terminal.answer(as_yaml(system.document, origin=origin))
    return ExitCode.YES


@add_command(app, "schema", examples=("tiktoktoe config schema",))
def schema(common: Common) -> ExitCode:
    """Print the JSON Schema of the configuration, for editors (yaml-language-server)."""
    import json

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.system import json_schema

    Desk.open(common).terminal.answer(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
    return ExitCode.YES


@add_command(
    app, "explain", examples=("tiktoktoe config explain bad-unit", "tiktoktoe config explain TTG101")
)
def explain(
    common: Common,
    code: Annotated[
        str | None, typer.Argument(help="The code in brackets; without it, all are listed.")
    ] = None,
) -> ExitCode:
    """Explain what a problem's code means, with a wrong and a right example."""
    from tiktoktoe_cli.cli.desk import Desk, unknown
    from tiktoktoe_cli.config.codes import CODES
    from tiktoktoe_cli.graph.rules import RULE_PREFIX
    from tiktoktoe_cli.graph.rules import explain as explain_rule
    from tiktoktoe_cli.report import OutputFormat

    desk = Desk.open(common)
    if code is not None and code.upper().startswith(RULE_PREFIX):
        desk.terminal.answer(explain_rule(code) + "\n")
        return ExitCode.YES
    if code is not None and code not in CODES:
        raise unknown(code, CODES, "problem code")
    chosen = [CODES[code]] if code else list(CODES.values())
    if code is None or desk.output is not OutputFormat.TABLE:
        return desk.answer(_explained(chosen))
    desk.terminal.answer(chosen[0].text())
    return ExitCode.YES


def _shown(system: System) -> Report:
    from tiktoktoe_cli.config.view import as_data, origins
    from tiktoktoe_cli.report import Column, Report

    columns = (
        Column("path", "PATH"),
        Column("value", "VALUE"),
        Column("file", "FILE"),
        Column("line", "LINE"),
    )
    items = origins(system.document)
    summary = {
        "system": system.name,
        "files": list(system.document.sources),
        "config": as_data(system.document),
    }
    return Report("config show", True, f"{len(items)} values", summary, items, columns, name_key="path")


def _explained(codes: list[Code]) -> Report:
    from tiktoktoe_cli.report import Column, Report

    items = [
        {"code": code.code, "meaning": code.meaning, "wrong": code.wrong, "right": code.right}
        for code in codes
    ]
    columns = (Column("code", "CODE"), Column("meaning", "MEANING"))
    return Report(
        "config explain", True, f"{len(codes)} codes", {"codes": len(codes)}, items, columns, name_key="code"
    )
