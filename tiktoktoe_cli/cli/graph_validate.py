"""`tiktoktoe graph validate`: does the system fit together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.completion import problem_codes, rule_ids
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ExitCode, Severity

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

_ALL = "all"


@add_command(
    app,
    "validate",
    examples=(
        "tiktoktoe graph validate",
        "tiktoktoe graph validate --fail-on warning -o json",
        "tiktoktoe graph validate --only TTG1,TTG901 --report github=-",
        "tiktoktoe graph validate --baseline known.txt --update-baseline",
        "tiktoktoe graph validate --explain TTG101",
        "tiktoktoe graph validate --explain all",
    ),
)
def validate(  # noqa: PLR0913  # an option each
    desk: Desk,
    *,
    fail_on: FailOn = "error",
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE,...",
            help="Apply these rules only, or those whose ids begin so (TTG1); the default is all.",
            autocompletion=rule_ids,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE,...", help="Leave these rules out; the default is none.", autocompletion=rule_ids
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The findings that are accepted for now, - for stdin; the default is `graph.baseline` of the "
            "configuration.",
        ),
    ] = None,
    update_baseline: Annotated[
        bool, typer.Option("--update-baseline", help="Write all that is found into the baseline.")
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="Explain a rule, or list them with `all`, and check nothing.",
            autocompletion=problem_codes,
        ),
    ] = None,
) -> ExitCode:
    """Find cycles, versions that do not agree, missing services, resources that do not suffice.

    `config explain graph` tells how the configuration makes rules stricter, and accepts findings with a reason.
    """
    from tiktoktoe_cli import baseline as baselines
    from tiktoktoe_cli.cli.config import explain_code
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.findings.validation import apply, judge
    from tiktoktoe_cli.graph.reports.validation import report_of, rules_report, told
    from tiktoktoe_cli.graph.rules import choose_rules
    from tiktoktoe_cli.subject import OUTLINES, SUBJECT_PARTS, subject_of

    if explain is not None:
        return desk.answer(rules_report()) if explain == _ALL else explain_code(desk, explain)
    level, rules = choose(Severity, fail_on, "--fail-on"), choose_rules(only or (), ignore or ())
    system = desk.load(*SUBJECT_PARTS, outlines=OUTLINES)
    named = baselines.configured(system) if baseline is None else baselines.Named(str(baseline))
    if named is not None:
        desk.keep([named.path])
    found = apply(subject_of(system), rules)
    if not update_baseline:
        return desk.answer(report_of(judge(found, baselines.load(system, named)), level))
    accepted, renewal = baselines.update(system, named, found)
    desk.terminal.say(told(renewal))
    return desk.answer(report_of(judge(found, accepted), level, renewal))
