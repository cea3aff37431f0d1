"""The exact search: the best versions that leave no clause broken, or the clauses that nobody can keep all of.

What follows from the clauses is drawn first; then services that have nothing to do with each other are chosen for
apart, by branch and bound: the best version first, and nothing is tried that costs as much as what is already found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.question import Bits, Question

_A_CHANGE = 1 << 40  # more than all the older versions of all services together


class GaveUpError(Exception):
    """The budget is used up before there is an answer."""


@dataclass(slots=True)
class Budget:
    """How much work is allowed, counted in looks at needs and clauses; the default takes some seconds."""

    left: int = 5_000_000

    def share(self, parts: int) -> Budget:
        """Return a part of what is left; it is not taken off."""
        return Budget(self.left // parts)

    def spend(self, looks: int) -> None:
        """Take off what was used.

        Raises:
            GaveUpError: if nothing is left.
        """
        self.left -= looks
        if self.left < 0:
            raise GaveUpError


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
    state = _State(question, clauses)
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


class _State:
    """What may still become of each service, and how to take back what was only tried."""

    def __init__(self, question: Question, clauses: Iterable[Clause]) -> None:
        self._question = question
        self.left: dict[str, Bits] = {name: question.everything(name) for name in question.options}
        self._clauses = tuple(clauses)
        self._about: dict[str, list[Clause]] = {}
        self._narrowed_by: dict[str, dict[Clause, None]] = {}
        self.trail: list[tuple[str, Bits]] = []
        self.looks = 0
        for clause in self._clauses:
            for name in clause.terms:
                self.left.setdefault(name, question.everything(name))
                self._about.setdefault(name, []).append(clause)
        self.cost = sum(map(self.least_cost, self.left))

    def settle(self) -> Clause | None:
        """Draw everything that follows from the clauses alone; return one that is broken."""
        return self._look_at(self._clauses) or self.follow([name for name, _ in self.trail])

    def follow(self, names: Collection[str]) -> Clause | None:
        """Draw everything that follows now that less is left for some services; return a clause that is broken."""
        waiting = list(names)
        while waiting:
            known = len(self.trail)
            if broken := self._look_at(self._about.get(waiting.pop(), ())):
                return broken
            waiting += [name for name, _ in self.trail[known:]]
        return None

    def narrow(self, name: str, bits: Bits) -> None:
        """Leave only some choices for a service."""
        self.trail.append((name, self.left[name]))
        before = self.least_cost(name)
        self.left[name] = bits
        self.cost += self.least_cost(name) - before

    def take_back(self, known: int) -> None:
        """Forget everything since the trail was this long."""
        while len(self.trail) > known:
            name, bits = self.trail.pop()
            before = self.least_cost(name)
            self.left[name] = bits
            self.cost += self.least_cost(name) - before

    def least_cost(self, name: str) -> int:
        """Return what the cheapest choice that is left for a service costs; its absence costs nothing."""
        size, bits = len(self._question.options.get(name, ())), self.left[name]
        if not bits or bits >> size:
            return 0
        rank = (bits & -bits).bit_length() - 1
        is_change = self._question.counts_changes and not self._question.options[name][rank].is_deployed
        return rank + _A_CHANGE * is_change

    def deployed(self, name: str, bits: Bits) -> Bits:
        """Return the versions among what may become of a service; none if it can stay away."""
        versions = self._question.versions(name)
        return 0 if bits & ~versions else bits

    def is_open(self, name: str) -> bool:
        """Tell whether a service has to run, but in which version is not decided."""
        bits = self.deployed(name, self.left[name])
        return bits & bits - 1 != 0

    def components(self) -> list[list[str]]:
        """Group the services that are undecided by whether clauses tie them together, directly or through others."""
        undecided = {name: name for name, bits in self.left.items() if bits & bits - 1}

        def home(name: str) -> str:
            while undecided[name] != name:
                undecided[name] = undecided[undecided[name]]
                name = undecided[name]
            return name

        tight: set[str] = set()
        for clause in self._clauses:
            names = [name for name in clause.terms if name in undecided]
            if all(self.left[name] & bits for name, bits in clause.terms.items()):
                for name in names[1:]:
                    undecided[home(name)] = home(names[0])
            if all(self._best(name) & bits for name, bits in clause.terms.items()):
                tight.update(names)
        groups: dict[str, list[str]] = {}
        for name in undecided:
            groups.setdefault(home(name), []).append(name)
        # where the best of each does not do, the choice is made first
        return [sorted(names, key=lambda name: name not in tight) for names in groups.values()]

    def reasons(self, broken: Iterable[Clause], names: Iterable[str] = ()) -> tuple[Clause, ...]:
        """Collect the clauses that a contradiction rests on: the broken ones, and what narrowed their services."""
        found = dict.fromkeys(broken)
        waiting = [*names, *(name for clause in found for name in clause.terms)]
        seen = set(waiting)
        while waiting:
            for clause in self._narrowed_by.get(waiting.pop(), ()):
                found.setdefault(clause)
                waiting += clause.terms.keys() - seen
                seen |= clause.terms.keys()
        return tuple(found)

    def _best(self, name: str) -> Bits:
        """Return the cheapest choice that is left: absence, or else the best version."""
        absence = self.left[name] & ~self._question.versions(name)
        return absence or self.left[name] & -self.left[name]

    def _look_at(self, clauses: Collection[Clause]) -> Clause | None:
        """Let clauses with one open term rule it out; return one without any, which is broken."""
        self.looks += len(clauses)
        left = self.left
        for clause in clauses:
            unsure: list[tuple[str, Bits]] = []
            for name, bits in clause.terms.items():
                if not left[name] & bits:
                    break
                if left[name] & ~bits:
                    unsure.append((name, bits))
            else:
                if not unsure:
                    return clause
                if len(unsure) == 1:
                    ((name, bits),) = unsure
                    self._narrowed_by.setdefault(name, {})[clause] = None
                    self.narrow(name, left[name] & ~bits)
        return None


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

    state: _State
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
