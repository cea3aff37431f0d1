"""`tiktoktoe graph validate`: does the system fit together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from tiktoktoe_cli.cli.completion import problem_codes, rule_ids
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ExitCode, Severity

if TYPE_CHECKING:
    from tiktoktoe_cli.cli.desk import Desk

_ALL = "all"

_Only: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE,...",
        help="Apply these rules only, or those whose ids begin so (TTG1); the default is all.",
        autocompletion=rule_ids,
    ),
]
_Ignore: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE,...", help="Leave these rules out; the default is none.", autocompletion=rule_ids
    ),
]
_BaselineFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The findings that are accepted for now, - for stdin; the default is `graph.baseline` of the "
        "configuration.",
    ),
]
_UpdateBaseline: TypeAlias = Annotated[
    bool, typer.Option("--update-baseline", help="Write all that is found into the baseline.")
]
_Explain: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="RULE",
        help="Explain a rule, or list them with `all`, and check nothing.",
        autocompletion=problem_codes,
    ),
]


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
    only: _Only = None,
    ignore: _Ignore = None,
    baseline: _BaselineFile = None,
    update_baseline: _UpdateBaseline = False,
    explain: _Explain = None,
) -> ExitCode:
    """Find cycles, versions that do not agree, missing services, resources that do not suffice.

    The worst findings come first, then by file and line, whatever form they are shown in.
    `config explain graph` tells how the configuration makes rules stricter, and accepts findings with a reason.
    """
    from tiktoktoe_cli import baseline as baselines
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.findings.validation import apply, judge
    from tiktoktoe_cli.graph.reports.validation import report_of, told
    from tiktoktoe_cli.graph.rules import choose_rules
    from tiktoktoe_cli.subject import OUTLINES, SUBJECT_PARTS, subject_of

    if explain is not None:
        return _answer_rule(desk, explain)
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


def _answer_rule(desk: Desk, word: str) -> ExitCode:
    from tiktoktoe_cli.cli.config import explain_code
    from tiktoktoe_cli.graph.reports.validation import rules_report

    return desk.answer(rules_report()) if word == _ALL else explain_code(desk, word)
