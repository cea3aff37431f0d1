"""`tiktoktoe graph validate`: does the system fit together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tiktoktoe_cli.cli.completion import problem_codes, rule_ids
from tiktoktoe_cli.cli.graph_options import app
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ConfigError, ExitCode, Severity, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.findings.baseline import Baseline, Renewal
    from tiktoktoe_cli.graph.rules import Rule, Subject
    from tiktoktoe_cli.system import System

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
    from tiktoktoe_cli.cli.config import explain_code
    from tiktoktoe_cli.cli.desk import choose
    from tiktoktoe_cli.graph.findings.validation import validate as find
    from tiktoktoe_cli.graph.reports.validation import report_of, rules_report
    from tiktoktoe_cli.graph.rules import choose_rules
    from tiktoktoe_cli.subject import OUTLINES, SUBJECT_PARTS, subject_of

    if explain is not None:
        return desk.answer(rules_report()) if explain == _ALL else explain_code(desk, explain)
    level, rules = choose(Severity, fail_on, "--fail-on"), choose_rules(only or (), ignore or ())
    system = desk.load(*SUBJECT_PARTS, outlines=OUTLINES)
    subject = subject_of(system)
    named = _Named(str(baseline), None) if baseline is not None else _configured(system, subject)
    if named is not None:
        desk.keep([named.path])
    if not update_baseline:
        return desk.answer(report_of(find(subject, rules, _accepted(desk, system, named)), level))
    accepted, renewal = _update(desk, system, named, (subject, rules))
    return desk.answer(report_of(find(subject, rules, accepted), level, renewal))


class _Named(NamedTuple):
    """A baseline, and where the configuration names it; None if an option does."""

    path: str
    place: Place | None


def _configured(system: System, subject: Subject) -> _Named | None:
    """Return the baseline of the configuration, as seen from here."""
    path = subject.settings.baseline
    return None if path is None else _Named(os.path.relpath(path), system.place("graph", "baseline"))


def _accepted(desk: Desk, system: System, named: _Named | None) -> Baseline:
    """Read the baseline; without one, nothing is accepted for now.

    Raises:
        UsageError: if an option names what cannot be read.
        ConfigError: if the configuration does, or it is no baseline.
    """
    from tiktoktoe_cli.graph.findings.baseline import Baseline
    from tiktoktoe_cli.subject import baseline_at

    found = Baseline() if named is None else baseline_at(system, *named)
    if isinstance(found, Baseline):
        return found
    if found.place is None:
        raise UsageError(f"`--baseline`: {found.message}", hint=found.hint)
    raise ConfigError((found,), sources=desk.sources, mask=desk.terminal.mask)


def _update(
    desk: Desk, system: System, named: _Named | None, validated: tuple[Subject, Sequence[Rule]]
) -> tuple[Baseline, Renewal]:
    """Accept all that is found from now on: write the baseline, and say so.

    Raises:
        UsageError: if no file is named.
        ConfigError: if there is a file that is none: it is not overwritten.
    """
    from tiktoktoe_cli.graph.findings.baseline import Baseline, baseline_text, renewal
    from tiktoktoe_cli.graph.findings.validation import renewed
    from tiktoktoe_cli.report.files import STDOUT, replace_text
    from tiktoktoe_cli.words import plural

    if named is None or named.path == STDOUT:
        hint = "add `--baseline FILE`, or `baseline: FILE` to the section `graph`"
        raise UsageError("which file is the baseline that `--update-baseline` writes?", hint=hint)
    before = _accepted(desk, system, named) if Path(named.path).exists() else Baseline()
    accepted = renewed(*validated, before)
    replace_text(named.path, baseline_text(accepted.entries))
    done = renewal(named.path, before, accepted)
    counts = f"{plural(done.accepted, 'finding')} accepted, {done.added:,} new, {done.removed:,} removed"
    desk.terminal.say(f"wrote `{named.path}`: {counts}")
    return accepted, done
