"""`tiktoktoe expr`: try a CEL expression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.report import Report

app = make_group("expr")


@add_command(
    app,
    "eval",
    examples=(
        "tiktoktoe expr eval '1 + 2 * 3'",
        """tiktoktoe expr eval 'data.amount > 100.0' --vars '{"data": {"amount": 250.0}}'""",
        """tiktoktoe expr eval 'duration("90s") < duration("2m")' -o json""",
    ),
)
def evaluate(
    desk: Desk,
    expression: Annotated[str, typer.Argument(help="The CEL text.", show_default=False)],
    variables: Annotated[
        str | None,
        typer.Option("--vars", metavar="JSON|@FILE", help="A JSON object of variables; @- reads stdin."),
    ] = None,
) -> ExitCode:
    """Print the value of an expression as JSON. The exit code is 1 for false, and for an error."""
    import json

    from tiktoktoe_cli.cli.inputs import read_json_object

    report = _try(expression, read_json_object(variables, "--vars"))
    error = report.summary["error"]
    if error is not None:
        desk.terminal.fail(str(error))
    value = "" if error is not None else json.dumps(report.summary["value"], ensure_ascii=False) + "\n"
    return desk.answer(report, picture=value)


def _try(text: str, bindings: dict[str, Any]) -> Report:  # bindings are JSON
    from tiktoktoe_cli.expressions import EvaluationError, to_json, type_name
    from tiktoktoe_cli.report import Column, Report

    expression = _compile(text, bindings)
    try:
        value = expression(bindings)
        result = {"type": type_name(value), "value": to_json(value), "error": None}
    except EvaluationError as error:
        result = {"type": None, "value": None, "error": error.message}
    ok = result["error"] is None and result["value"] is not False
    verdict = str(result["error"] or f"{result['type']}: {result['value']}")
    columns = tuple(Column(key, key.upper()) for key in ("expression", "type", "value", "error"))
    item = {"expression": text, **result, "reads": sorted(expression.names)}
    return Report("expr eval", ok, verdict, {**result}, [item], columns, name_key="value")


def _compile(text: str, bindings: dict[str, Any]) -> Expression:  # bindings are JSON
    """Compile an expression; a mistake is shown in a frame, as it is in a configuration.

    Raises:
        ConfigError: at the column of the mistake.
    """
    from tiktoktoe_cli.errors import ConfigError, Place, Problem
    from tiktoktoe_cli.expressions import ExpressionError, compile_expression

    try:
        return compile_expression(text, variables=bindings)
    except ExpressionError as error:
        place = Place("<expression>", error.line, error.column, error.column + max(error.length, 1))
        problem = Problem("expression", error.message, place, error.hint)
        raise ConfigError((problem,), sources={"<expression>": text}) from None
