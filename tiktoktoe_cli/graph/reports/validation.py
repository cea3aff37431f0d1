"""The findings of `graph validate` as a report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.reports.sizes import counts, size_words
from tiktoktoe_cli.graph.rules import RULES
from tiktoktoe_cli.report.diagnostics import tally
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Json, Report

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.facts import Validation
    from tiktoktoe_cli.graph.rules import Rule

_SEVERITIES = tuple(Severity)  # worst first


def report_of(facts: Validation, fail_on: Severity = Severity.ERROR) -> Report:
    """Turn findings into a report; it is not ok if one of them is at least as bad as `fail_on`."""
    failing = set(_SEVERITIES[: _SEVERITIES.index(fail_on) + 1])
    tallies = Counter(problem.severity for problem in facts.findings)
    codes = dict.fromkeys(problem.code for problem in facts.findings)
    return Report(
        command="graph validate",
        ok=not any(problem.severity in failing for problem in facts.findings),
        verdict=f"{size_words(facts.graph, facts.waves)}: {tally(facts.findings) or 'no findings'}",
        summary={
            **counts(facts.graph, facts.waves),
            "findings": {severity.value: tallies[severity] for severity in _SEVERITIES},
        },
        items=[_finding(problem) for problem in facts.findings],
        columns=(),  # persons see the findings as problems, in code frames
        name_key="rule",
        problems=facts.findings,
        cases=tuple(_case(rule, facts.findings, failing) for rule in RULES),
        next_steps=tuple(f"tiktoktoe config explain {code}" for code in codes),
    )


def _finding(problem: Problem) -> dict[str, Json]:
    return {
        "rule": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "place": str(problem.place) if problem.place else None,
        "hint": problem.hint,
    }


def _case(rule: Rule, findings: tuple[Problem, ...], failing: set[Severity]) -> Case:
    """Count a rule as one test; it fails by findings that fail the command."""
    found = [problem for problem in findings if problem.code == rule.id]
    failed = bool(found) and rule.severity in failing
    return Case(
        group="graph",
        name=f"{rule.id} {rule.title}",
        outcome=CaseOutcome.FAILED if failed else CaseOutcome.PASSED,
        message="\n".join(problem.message for problem in found),
        place=found[0].place if found else None,
    )
