"""What keeps a system from starting, as an answer to whoever asked how it starts: the findings of `graph validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.rules.rule import Subject
from tiktoktoe_cli.graph.rules.structure import MISSING_DEPENDENCY, SELF_DEPENDENCY, START_CYCLE
from tiktoktoe_cli.graph.size import start_counts
from tiktoktoe_cli.report.facts import Report, RuleText
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.model import Graph
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
        rules=rules_of(problems),
        next_steps=("tiktoktoe graph validate",),
    )


def missing_words(problems: Sequence[Problem]) -> str:
    """Say at the end of a verdict how many are waited for that nobody defines; empty for none."""
    missing = {problem.about[1] for problem in problems}
    count = plural(len(missing), "required service is", "required services are")
    return f"; {count} not defined" if missing else ""


def rules_of(problems: Sequence[Problem]) -> dict[str, RuleText]:
    """Explain the rules that some of these problems break."""
    broken = {problem.code for problem in problems}
    return {rule.id: rule.text for rule in (*_CAUSES, MISSING_DEPENDENCY) if rule.id in broken}


def missing_of(graph: Graph) -> tuple[Problem, ...]:
    """Find who waits for a service that nobody defines, and requires it: what is told of their start is a guess."""
    vain = {
        (edge.source, edge.target)
        for edge in graph.edges()
        if edge.is_needed_to_start and edge.target not in graph.services
    }
    found = MISSING_DEPENDENCY.check(Subject(graph)) if vain else ()
    return tuple(
        MISSING_DEPENDENCY.problem(one, MISSING_DEPENDENCY.severity) for one in found if one.about in vain
    )
