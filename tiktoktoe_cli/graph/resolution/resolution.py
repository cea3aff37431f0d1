"""`resolve`: which version each service should have, and why; or why there is no such choice, and what helps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import unknown
from tiktoktoe_cli.graph.choices import Preference
from tiktoktoe_cli.graph.resolution.budget import Budget, GaveUpError
from tiktoktoe_cli.graph.resolution.choices import Choice, choices_of
from tiktoktoe_cli.graph.resolution.conflict import find_conflicts, opposed
from tiktoktoe_cli.graph.resolution.explanation import explain
from tiktoktoe_cli.graph.resolution.fixes import Asked, find_fixes
from tiktoktoe_cli.graph.resolution.refutation import refute
from tiktoktoe_cli.graph.resolution.solver import solve
from tiktoktoe_cli.graph.resolution.words import Wording

if TYPE_CHECKING:
    from collections.abc import Collection

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.resolution.conflict import Conflict
    from tiktoktoe_cli.graph.resolution.fixes import Fix
    from tiktoktoe_cli.graph.resolution.question import Need, Question


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A conflict in words: one sentence, the steps that lead to it if they are several, and what would end it.

    `opposed` are needs beside it that rule out what would help. Each of the fixes was tried out, and ends this
    conflict; the smallest are first, and there may be more without `has_all_fixes`.
    """

    conflict: Conflict
    opposed: tuple[Need, ...]
    sentence: str
    explanation: tuple[str, ...]
    fixes: tuple[tuple[Fix, str], ...]
    has_all_fixes: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was found: a choice for every service, or contradictions; neither, where the search gave up.

    `is_best` is false where the search for a better choice gave up.
    """

    graph: Graph
    choices: tuple[Choice, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    is_best: bool = True

    @property
    def gave_up(self) -> bool:
        """Whether nothing is known."""
        return bool(self.graph.services) and not self.choices and not self.contradictions

    @property
    def changes(self) -> tuple[Choice, ...]:
        """The services that have to change."""
        return tuple(one for one in self.choices if one.changes)


def resolve(
    graph: Graph,
    preference: Preference = Preference.DEPLOYED,
    movable: Collection[str] | None = None,
    budget: Budget | None = None,
) -> Resolution:
    """Choose a version for every service so that all ranges hold; with `movable`, only those services may change.

    Where the search for the newest versions gives up, a choice with few changes is better than none.

    Raises:
        UsageError: if a service that may change is none.
    """
    for name in movable or ():
        if name not in graph.services:
            raise unknown(name, graph.services, "service")
    budget = budget or Budget()
    again = replace(budget)
    try:
        return _resolve(Asked(graph, preference, movable), budget)
    except GaveUpError:
        if preference is Preference.DEPLOYED:
            return Resolution(graph)
    found = resolve(graph, Preference.DEPLOYED, movable, again)
    return replace(found, is_best=not found.choices)


def _resolve(asked: Asked, budget: Budget) -> Resolution:
    question, movable = asked.question(), asked.movable
    answer = solve(question, budget)
    if answer.chosen is None:
        conflicts = find_conflicts(question, answer.needs, budget)
        part = budget.share(len(conflicts))
        told = tuple(_contradiction(asked, question, one, replace(part)) for one in conflicts)
        return Resolution(asked.graph, contradictions=told)
    choices = [
        one
        for one in choices_of(question, answer.chosen)
        if movable is None or one.service in movable or one.changes
    ]
    return Resolution(asked.graph, tuple(choices), is_best=answer.is_best)


def _contradiction(asked: Asked, question: Question, conflict: Conflict, budget: Budget) -> Contradiction:
    wording = Wording(question, asked.graph)
    explanation: tuple[str, ...] = ()
    targets = {need.target for need in conflict.needs}
    try:
        if any(need.source in targets for need in conflict.needs):  # more than one step
            explanation = explain(refute(question, conflict.clauses, budget), wording.clause)
    except GaveUpError:
        pass
    fixes = find_fixes(asked, question, conflict, budget)
    beside = opposed(question, conflict) if len(conflict.needs) == 1 else ()
    return Contradiction(
        conflict,
        beside,
        wording.sentence([*conflict.needs, *beside]),
        explanation,
        tuple((fix, wording.fix(fix)) for fix in fixes.found),
        has_all_fixes=fixes.is_complete,
    )
