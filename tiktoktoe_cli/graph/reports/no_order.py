"""That there is no start order, as the answer to whoever asked for one: with every cycle as a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.rules.rule import Subject
from tiktoktoe_cli.graph.rules.structure import SELF_DEPENDENCY, START_CYCLE
from tiktoktoe_cli.graph.size import start_counts
from tiktoktoe_cli.report.facts import Report

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.starting.plan import StartCycleError

_CAUSES: Final = (START_CYCLE, SELF_DEPENDENCY)


def report_of(error: StartCycleError, command: str) -> Report:
    """Turn it into a report of a command; the problems are those that `graph validate` finds, however strict it is."""
    subject = Subject(error.graph)
    problems = tuple(rule.problem(found, rule.severity) for rule in _CAUSES for found in rule.check(subject))
    return Report(
        command=command,
        ok=False,
        verdict=error.message,
        summary={
            **start_counts(error.graph, None),
            "cycles": [list(problem.about) for problem in problems],
        },
        problems=problems,
        rules={rule.id: rule.text for rule in _CAUSES},
        next_steps=("tiktoktoe graph validate",),
    )
