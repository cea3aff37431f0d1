"""`tiktoktoe health explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import check_names
from tiktoktoe_cli.cli.health_options import app, health_inputs, run_checks
from tiktoktoe_cli.cli.options import add_command
from tiktoktoe_cli.errors import ExitCode

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "explain",
    examples=(
        "tiktoktoe health explain payments",
        "tiktoktoe health explain ledger/books -o json",
    ),
)
def explain(
    desk: Desk,
    name: Annotated[
        str,
        typer.Argument(metavar="SERVICE[/CHECK]", help="What to look at.", autocompletion=check_names),
    ],
) -> ExitCode:
    """Make one check, or all of a service, and show the attempts, phases, expectations, answer and certificates."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from tiktoktoe_cli.errors import unknown
    from tiktoktoe_cli.health.choice import Choice
    from tiktoktoe_cli.health.render.explanation import draw_explanation, explanation_of, only

    service, slash, wanted = name.partition("/")
    inputs = health_inputs(desk, Choice([service], with_dependencies=True))
    checks = [check.name for check in inputs.checks[service]]
    if slash and wanted not in checks:
        raise unknown(name, [f"{service}/{check}" for check in checks], "check")
    facts, code = run_checks(desk, replace(inputs, answers_of=service))
    facts = only(facts, service, wanted)
    drawing = draw_explanation(facts, desk.terminal.answer_view, datetime.now(UTC))
    return desk.answer(explanation_of(facts), code or facts.exit_code(), drawing=drawing)
