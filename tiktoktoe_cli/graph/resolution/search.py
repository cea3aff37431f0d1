"""The exact search: the best versions that leave no clause broken, or the clauses that nobody can keep all of.

What follows from the clauses is drawn first; then services that have nothing to do with each other are chosen for
apart, by branch and bound: the best version first, and nothing is tried that costs as much as what is already found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.resolution.budget import GaveUpError
from tiktoktoe_cli.graph.resolution.state import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tiktoktoe_cli.graph.resolution.budget import Budget
    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.question import Bits, Question


@dataclass(frozen=True, slots=True)
class Found:
    """What a search ended with: the version of each service (no bit: none), or the clauses that contradict each other.

    `is_best` is false where the budget ended before everything better was ruled out.
    """

    chosen: Mapping[str, Bits] | None
    clauses: tuple[Clause, ...] = ()
    is_best: bool = True


def search(question: Question, clauses: Iterable[Clause], budget: Budget) -> Found:
    """Choose a version for every service that needs one.

    Raises:
        GaveUpError: if the budget is used up before any answer is known.
    """
    state = State(question, clauses)
    broken = state.settle()
    budget.spend(state.looks)
    if broken:
        return Found(None, state.reasons([broken]))
    chosen: dict[str, Bits] = {}
    is_best = True
    for names in state.components():
        branches = _Branches(state, names, budget)
        branches.run()
        if branches.best is None:
            return Found(None, state.reasons(branches.broken, branches.chosen_for))
        chosen |= branches.best
        is_best &= branches.is_done
    return Found(
        {name: state.deployed(name, bits) for name, bits in {**state.left, **chosen}.items()}, (), is_best
    )


@dataclass(slots=True)
class _Branch:
    """A service that a version is chosen for: what there is still to try, and how long the trail was before."""

    name: str
    untried: Bits
    known: int
    at: int


@dataclass(slots=True)
class _Branches:
    """The choices for one component, with the best that was found and what stood in the way."""

    state: State
    names: list[str]
    budget: Budget
    best: dict[str, Bits] | None = None
    broken: dict[Clause, None] = field(default_factory=dict)
    chosen_for: dict[str, None] = field(default_factory=dict)
    is_done: bool = False
    _best_cost: int | None = None
    _stack: list[_Branch] = field(default_factory=list)

    def run(self) -> None:
        """Find the best choice, and leave the state as it was."""
        known, least = len(self.state.trail), self.state.cost
        try:
            self._enter(0)
            while self._stack and (self._best_cost is None or self._best_cost > least):
                self._step()
            self.is_done = True
        except GaveUpError:
            if self.best is None:
                raise
        self.state.take_back(known)

    def _step(self) -> None:
        """Try the next version of the last branch, or go back behind it."""
        branch, state = self._stack[-1], self.state
        state.take_back(branch.known)
        if not branch.untried:
            self._stack.pop()
            return
        bit = branch.untried & -branch.untried
        branch.untried &= ~bit
        state.narrow(branch.name, bit)
        looks = state.looks
        broken = state.follow([branch.name])
        self.budget.spend(1 + state.looks - looks)
        if broken:
            self.broken[broken] = None
        elif self._best_cost is None or state.cost < self._best_cost:
            self._enter(branch.at)

    def _enter(self, at: int) -> None:
        """Branch at the next service that has to run and is undecided; where there is none, the choice is complete."""
        state = self.state
        for position in self._from(at):
            name = self.names[position]
            if state.is_open(name):
                self.chosen_for[name] = None
                self._stack.append(_Branch(name, state.left[name], len(state.trail), position))
                return
        self._best_cost = state.cost
        self.best = {name: state.left[name] for name in self.names}

    def _from(self, at: int) -> Iterator[int]:
        """Count through all positions, beginning where the last choice was made: earlier ones are mostly made."""
        yield from range(at, len(self.names))
        yield from range(at)
