"""What may still become of each service: what follows from the clauses, what it costs, and how to take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tiktoktoe_cli.graph.resolution.clauses import Clause
    from tiktoktoe_cli.graph.resolution.question import Bits, Question

_A_CHANGE = 1 << 40  # more than all the older versions of all services together


class State:
    """What is left for each service, after what was drawn from clauses and what is only tried.

    `trail` has what was left before each step, `cost` what the cheapest choice costs that may be left, and `looks` how
    often a clause was looked at.
    """

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
                new = [name for name in clause.terms if name not in seen]
                waiting += new
                seen.update(new)
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
