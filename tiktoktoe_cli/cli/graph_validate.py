"""`tiktoktoe graph validate`: does the system fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ExitCode, Severity

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk


@add_command(
    app,
    "validate",
    examples=(
        "tiktoktoe graph validate",
        "tiktoktoe graph validate --fail-on warning -o json",
        "tiktoktoe graph validate --explain TTG101",
    ),
)
def validate(
    desk: Desk,
    fail_on: FailOn = "error",
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Explain a rule, and check nothing.")
    ] = None,
) -> ExitCode:
    """Find cycles, versions that do not agree, missing services, resources that do not suffice."""
    from tiktoktoe_cli.checkup import SUBJECT_PARTS, subject_of
    from tiktoktoe_cli.cli.config import explain_code
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph import facts
    from tiktoktoe_cli.graph.reports.validation import report_of

    if explain is not None:
        return explain_code(desk, explain)
    level = choose(Severity, fail_on, "--fail-on")
    subject = subject_of(desk.load(*SUBJECT_PARTS))
    return desk.answer(report_of(facts.validate(subject), level))
