"""What test reports count: the cases of a report or, where it has none, its problems or its verdict as cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.report.facts import Case, CaseOutcome

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report.facts import Report


def cases_of(report: Report) -> tuple[Case, ...]:
    """List at least one case: CI systems take a file without any for a broken one."""
    return report.cases or tuple(map(_case_of_problem, report.problems)) or (_case_of_verdict(report),)


def _case_of_problem(problem: Problem) -> Case:
    place = problem.place
    group, line = (place.file, f" at line {place.line}") if place else ("configuration", "")
    message = problem.message + (f"\nhelp: {problem.hint}" if problem.hint else "")
    return Case(group, problem.code + line, CaseOutcome.FAILED, message, place=place)


def _case_of_verdict(report: Report) -> Case:
    outcome = CaseOutcome.PASSED if report.ok else CaseOutcome.FAILED
    return Case(report.command, "verdict", outcome, report.verdict)
