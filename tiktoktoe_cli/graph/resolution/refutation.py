"""Why clauses contradict each other: one clause follows from two, until one is left that nothing can keep.

That is PubGrub's conflict resolution (Weizenbaum, "PubGrub: Next-Generation Version Solving", 2018), on sets of known
versions instead of ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.resolution.clauses import Clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.graph.resolution.budget import Budget
    from tiktoktoe_cli.graph.resolution.question import Bits, Question


@dataclass(frozen=True, slots=True)
class _Step:
    """Something was ruled out for a service, because of a clause."""

    name: str
    before: Bits
    cause: Clause


def refute(question: Question, facts: Iterable[Clause], budget: Budget) -> Clause:
    """Derive a clause without terms from facts that nothing can keep all of; its `causes` say why.

    Raises:
        GaveUpError: if the budget is used up before.
    """
    return _Refutation(question, facts, budget).run()


class _Refutation:
    def __init__(self, question: Question, facts: Iterable[Clause], budget: Budget) -> None:
        self._question, self._budget = question, budget
        self._clauses = [_tidied(question, clause) for clause in facts]
        names = dict.fromkeys(name for clause in self._clauses for name in clause.terms)
        self._left = {name: question.everything(name) for name in names}
        self._steps: list[_Step] = []
        self._tries: list[
            tuple[dict[str, Bits], int]
        ] = []  # what was left before each, and how many steps there were

    def run(self) -> Clause:
        """Try versions and learn from each failure, until what is learned needs no trial."""
        while True:
            broken = self._propagate()
            if broken is None:
                self._try_one()
                continue
            learned = self._learn(broken)
            if not learned.terms:
                return learned
            self._clauses.append(learned)

    def _propagate(self) -> Clause | None:
        """Rule out what clauses with one open term forbid, for as long as there are any; return a broken one."""
        known = -1
        while known != len(self._steps):
            known = len(self._steps)
            self._budget.spend(len(self._clauses))
            for clause in self._clauses:
                if not all(self._left[name] & bits for name, bits in clause.terms.items()):
                    continue
                unsure = _open_terms(clause, self._left)
                if not unsure:
                    return clause
                if len(unsure) == 1:
                    self._steps.append(_Step(unsure[0], self._left[unsure[0]], clause))
                    self._left[unsure[0]] &= ~clause.terms[unsure[0]]
        return None

    def _try_one(self) -> None:
        """Try the best version of the first service that has to run and is undecided."""
        name, bits = next(
            (name, bits)
            for name, bits in self._left.items()
            if bits & bits - 1 and not bits & ~self._question.versions(name)
        )
        self._tries.append((dict(self._left), len(self._steps)))
        self._left[name] = bits & -bits

    def _learn(self, broken: Clause) -> Clause:
        """Trace a broken clause back until taking back trials leaves one term open, or no term is left at all."""
        while broken.terms and not _open_terms(broken, self._left):
            while self._tries and len(_open_terms(broken, self._tries[-1][0])) <= 1:
                self._left, count = self._tries.pop()
                del self._steps[count:]
            if not _open_terms(broken, self._left):
                step = self._steps.pop()
                self._left[step.name] = step.before
                if _open_terms(broken, self._left):
                    broken = _resolve(self._question, step.cause, broken, step.name)
        return broken


def _tidied(question: Question, clause: Clause) -> Clause:
    """Leave out the terms that are true whatever is chosen."""
    terms = {name: bits for name, bits in clause.terms.items() if question.everything(name) & ~bits}
    return Clause(terms, clause.needs, clause.causes)


def _open_terms(clause: Clause, left: Mapping[str, Bits]) -> list[str]:
    return [name for name, bits in clause.terms.items() if left[name] & ~bits]


def _resolve(question: Question, one: Clause, other: Clause, name: str) -> Clause:
    """Derive what holds whichever way two clauses are kept as to one service."""
    terms = {}
    for each in dict.fromkeys([*one.terms, *other.terms]):
        every = question.everything(each)
        first, second = one.terms.get(each, every), other.terms.get(each, every)
        terms[each] = first | second if each == name else first & second
    return _tidied(question, Clause(terms, causes=(one, other)))
