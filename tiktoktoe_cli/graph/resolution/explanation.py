"""A refutation in words, as PubGrub reports errors: facts, what follows from them, and so on to the end.

A step that is used twice gets a number; steps that do not follow from the one before are set apart by an empty line
(https://github.com/dart-lang/pub/blob/master/doc/solver.md#error-reporting).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.graph.resolution.clauses import Clause

_MOST_STEPS = 100


def explain(refutation: Clause, words: Callable[[Clause], str]) -> tuple[str, ...]:
    """Write a refutation line by line; nothing if it is one fact, or if nobody would read to its end."""
    steps = _uses(refutation)
    if not refutation.causes or len(steps) > _MOST_STEPS:
        return ()
    teller = _Teller(steps, words)
    teller.tell(refutation)
    return tuple(teller.lines)


def _uses(refutation: Clause) -> Counter[Clause]:
    """Count how often each derived clause is a cause."""
    uses: Counter[Clause] = Counter()
    waiting = [refutation]
    while waiting:
        for cause in waiting.pop().causes or ():
            if cause.causes:
                uses[cause] += 1
                waiting += [cause] if uses[cause] == 1 else []
    return uses


class _Teller:
    def __init__(self, uses: Counter[Clause], words: Callable[[Clause], str]) -> None:
        self._uses = uses
        self._words = words
        self._numbers: dict[Clause, int] = {}
        self.lines: list[str] = []

    def tell(self, clause: Clause, *, numbered: bool = False) -> None:
        """Write how a clause follows, and what it follows from before."""
        one, other = clause.causes or (clause, clause)
        untold = [cause for cause in (one, other) if cause.causes and cause not in self._numbers]
        told = [cause for cause in (one, other) if cause not in untold]
        if len(untold) == 2:  # noqa: PLR2004  # both causes
            self._branches(clause, *sorted(untold, key=_is_simple))
        elif untold:
            self._go_on(clause, untold[0], told[0])
        else:
            first, second = (other, one) if _leads_to(other, one) else (one, other)
            self._say(f"Because {self._name(first)} and {self._name(second)}", clause)
        if numbered or self._uses[clause] > 1:
            self._number(clause)

    def _branches(self, clause: Clause, long: Clause, short: Clause) -> None:
        if _is_simple(short) and self._uses[short] == 1:
            self.tell(long)
            self.tell(short)
            self._say("So", clause)
            return
        self.tell(long, numbered=True)
        self.lines.append("")
        self.tell(short)
        self._say(f"And because {self._name(long)}", clause)

    def _go_on(self, clause: Clause, before: Clause, fact: Clause) -> None:
        """Add a fact to what was just told; two facts in a row are told in one line."""
        one, other = before.causes or (before, before)
        for inner, extra in ((one, other), (other, one)):
            is_chain = inner.causes and inner not in self._numbers and not extra.causes
            if is_chain and self._uses[before] == 1:
                self.tell(inner)
                first, second = (fact, extra) if _leads_to(fact, extra) else (extra, fact)
                self._say(f"And because {self._name(first)} and {self._name(second)}", clause)
                return
        self.tell(before)
        self._say(f"And because {self._name(fact)}", clause)

    def _name(self, clause: Clause) -> str:
        number = self._numbers.get(clause)
        return self._words(clause) + (f" ({number})" if number else "")

    def _say(self, reason: str, clause: Clause) -> None:
        self.lines.append(f"{reason}, {self._words(clause)}.")

    def _number(self, clause: Clause) -> None:
        if clause not in self._numbers:
            self._numbers[clause] = len(self._numbers) + 1
            self.lines[-1] += f" ({self._numbers[clause]})"


def _leads_to(one: Clause, other: Clause) -> bool:
    """Tell whether a fact is about what another one needs."""
    return {need.target for need in one.needs} & {need.source for need in other.needs} != set()


def _is_simple(clause: Clause) -> bool:
    """Tell whether a clause follows from two facts."""
    return not any(cause.causes for cause in clause.causes or ())
