"""Needs that no choice of versions can all meet: as few of them as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.graph.resolution.budget import GaveUpError
from tiktoktoe_cli.graph.resolution.solver import solve
from tiktoktoe_cli.graph.semver import range_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tiktoktoe_cli.graph.resolution.budget import Budget
    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.question import Need, Question

Key: TypeAlias = tuple[str, str, str | None]
"""A need's source, target and range."""

_MOST = 20


@dataclass(frozen=True, slots=True)
class Conflict:
    """Needs that contradict each other, but would not if any one of them were dropped; in the order of the files.

    `clauses` are what they say, with the cycles among them; `others` belong to other conflicts, and are left out where
    this one is looked at. `is_minimal` is false where the budget ended before it was certain that all of them matter.
    """

    needs: tuple[Need, ...]
    clauses: tuple[Clause, ...]
    others: frozenset[Key] = frozenset()
    is_minimal: bool = True


def find_conflicts(question: Question, needs: Collection[Need], budget: Budget) -> tuple[Conflict, ...]:
    """Find conflicts that share no need, until what is left fits together; the first is among some needs."""
    found = list(_conflicts(question.tightened(), needs, budget))
    told = frozenset(need.key for conflict in found for need in conflict.needs)
    return tuple(replace(one, others=told.difference(need.key for need in one.needs)) for one in found)


def opposed(question: Question, conflict: Conflict) -> tuple[Need, ...]:
    """Return needs that nothing can meet together with one of a conflict, whatever versions there were.

    They are no part of it, since it is one without them, but say why no new version helps.
    """
    own = {need.key for need in conflict.needs}
    ranges = {(need.target, accepted) for need in conflict.needs if (accepted := range_of(need.range))}
    return tuple(
        need
        for need in question.needs
        if need.key not in own
        and any(
            need.target == target and (accepted := range_of(need.range)) and not accepted.intersects(other)
            for target, other in ranges
        )
    )


def without(question: Question, keys: Collection[Key]) -> Question:
    """Leave out some needs of a question."""
    return replace(question, needs=tuple([need for need in question.needs if need.key not in keys]))


def _conflicts(question: Question, needs: Collection[Need], budget: Budget) -> Iterator[Conflict]:
    for _ in range(_MOST):
        conflict = _smallest(question, needs, budget)
        yield conflict
        question = without(question, {need.key for need in conflict.needs})
        try:
            answer = solve(question, budget)
        except GaveUpError:
            return
        if answer.chosen is not None:
            return
        needs = answer.needs


def _smallest(question: Question, needs: Collection[Need], budget: Budget) -> Conflict:
    """Leave out every need without which the others still contradict each other."""
    clauses: tuple[Clause, ...] = ()
    kept = _in_order(question, needs)
    try:
        for need in (None, *reversed(kept)):
            if need is None or need in kept:
                answer = solve(question.asking(one for one in kept if one is not need), budget)
                if answer.chosen is None:
                    clauses, kept = answer.clauses, _in_order(question, answer.needs)
    except GaveUpError:
        return Conflict(tuple(kept), clauses, is_minimal=False)
    return Conflict(tuple(kept), clauses)


def _in_order(question: Question, needs: Iterable[Need]) -> list[Need]:
    wanted = {need.key for need in needs}
    return [need for need in question.needs if need.key in wanted]
