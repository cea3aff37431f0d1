"""What must not all be true at once: needs, and cycles of services that would start after each other, in one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.resolution.question import Bits, Need, Question

Terms: TypeAlias = "Mapping[str, Bits]"
"""For each service, versions (or its absence)."""


@dataclass(frozen=True, slots=True, eq=False)  # by identity: it is a key of what it led to
class Clause:
    """Not all of the terms are true: some service has none of the versions that stand with it here.

    It is a fact because of `needs`: one, or those of a cycle; or it follows from two others, its `causes`.
    """

    terms: Terms
    needs: tuple[Need, ...] = ()
    causes: tuple[Clause, Clause] | None = None


def clauses_of(question: Question) -> Iterator[Clause]:
    """Yield a clause for every need that some choice could leave unmet."""
    for need in question.needs:
        clause = _clause(question, need)
        if all(clause.terms.values()):
            yield clause


def _clause(question: Question, need: Need) -> Clause:
    unmet = question.everything(need.target) & ~need.accepted
    if need.source == need.target:
        return Clause({need.source: need.carriers & unmet}, (need,))
    return Clause({need.source: need.carriers, need.target: unmet}, (need,))


def start_cycle(question: Question, chosen: Mapping[str, Bits]) -> Clause | None:
    """Find services that would start after each other, and that other versions would free from it.

    A cycle that all versions of its services agree on is none of this room's business: no choice can break it.
    """
    avoidable = [need for need in question.needs if need.is_avoidable and need.source != need.target]
    if not avoidable:
        return None
    after: dict[str, list[Need]] = {}
    for need in question.needs:
        if need.orders and chosen.get(need.source, 0) & need.carriers:
            after.setdefault(need.source, []).append(need)
    for need in avoidable:
        if chosen.get(need.source, 0) & need.carriers and (way := _way(after, need.target, need.source)):
            cycle = (need, *way)
            return Clause({one.source: one.carriers for one in cycle}, cycle)
    return None


def _way(after: Mapping[str, list[Need]], start: str, end: str) -> list[Need]:
    """Find the shortest way over needs from one service to another; empty if there is none."""
    came: dict[str, Need] = {}
    frontier = [start]
    while frontier and end not in came:
        found = {need.target: need for name in frontier for need in reversed(after.get(name, ()))}
        reached = {name: need for name, need in found.items() if name not in came and name != start}
        came |= reached
        frontier = list(reached)
    way: list[Need] = []
    while end in came and (not way or way[-1].source != start):
        way.append(came[way[-1].source if way else end])
    return way[::-1]
