"""What test reports count: the cases of a report or, where it has none, its problems or its verdict as cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.report.facts import Case, CaseOutcome

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report.facts import Report


def cases_of(report: Report) -> tuple[Case, ...]:
    """List at least one case: CI systems take a file without any for a broken one."""
    failed = CaseOutcome.FAILED if report.is_found_out else CaseOutcome.ERROR
    of_problems = (_case_of_problem(problem, failed) for problem in report.problems)
    return report.cases or tuple(of_problems) or (_case_of_verdict(report, failed),)


def _case_of_problem(problem: Problem, outcome: CaseOutcome) -> Case:
    place = problem.place
    group = place.file if place else "configuration"
    where = f" at line {place.line}, column {place.column}" if place else ""
    message = problem.message + (f"\nhelp: {problem.hint}" if problem.hint else "")
    return Case(group, problem.code + where, outcome, message, place=place)


def _case_of_verdict(report: Report, failed: CaseOutcome) -> Case:
    return Case(report.command, "verdict", CaseOutcome.PASSED if report.ok else failed, report.verdict)
