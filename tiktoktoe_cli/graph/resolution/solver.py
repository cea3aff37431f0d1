"""The answer to a question: versions that fit together and can be started, or needs that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.resolution.clauses import clauses_of, start_cycle
from tiktoktoe_cli.graph.resolution.search import search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.graph.resolution.budget import Budget
    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.question import Bits, Need, Question


@dataclass(frozen=True, slots=True)
class Answer:
    """The version of each service that is deployed, by its place among the options; or the clauses against it.

    `chosen` is None if there is no answer; the needs of `clauses` are then too many, though not the fewest. `is_best`
    is false where the budget ended before everything better was ruled out.
    """

    chosen: Mapping[str, int] | None
    clauses: tuple[Clause, ...] = ()
    is_best: bool = True

    @property
    def needs(self) -> tuple[Need, ...]:
        """The needs that cannot all be met."""
        return tuple(dict.fromkeys(need for clause in self.clauses for need in clause.needs))


def solve(question: Question, budget: Budget) -> Answer:
    """Find the best versions.

    Raises:
        GaveUpError: if the budget is used up before any answer is known.
    """
    budget.spend(len(question.needs))
    asked = question.tightened()
    clauses = list(clauses_of(asked))
    while True:
        found = search(asked, clauses, budget)
        if found.chosen is None:
            return Answer(None, found.clauses)
        cycle = start_cycle(asked, found.chosen)
        if cycle is None:
            return Answer(_places(question, found.chosen), is_best=found.is_best)
        clauses.append(cycle)


def _places(question: Question, chosen: Mapping[str, Bits]) -> dict[str, int]:
    """Turn bits into places; a service that nobody asked about gets its best version if it has to run."""
    return {
        name: bits.bit_length() - 1
        for name in question.options
        if (bits := chosen.get(name, 1 if name in question.wanted else 0))
    }
