"""Budgets played step by step: attempts that ask, and ends that are told."""

from typing import Any

from tiktoktoe_cli.resilience.budgets.kind import NOTHING, REFUSED, Admission, Ask, BudgetKind, End

SECOND = 1_000_000_000


class Player:
    """A kind with its state; the draw is always the same."""

    def __init__(self, kind: BudgetKind, rules: Any, now_ns: int = 0, draw: float = 0.5) -> None:
        self.kind, self.rules, self.now_ns, self.draw = kind, rules, now_ns, draw
        self.ring = kind.ring(rules)
        self.state = kind.initial(rules, now_ns)

    def ask(self, attempt: int, before: int = NOTHING) -> Admission:
        """Ask for an attempt, and return the admission."""
        ask = Ask(attempt, before, self.draw)
        admission, self.state = self.kind.admit(self.rules, self.ring, self.state, self.now_ns, ask)
        return admission

    def allows(self, attempt: int, before: int = NOTHING) -> bool:
        """Tell whether an attempt is let through."""
        return self.ask(attempt, before).wait_ns != REFUSED

    def end(self, result: int, debt: int = 0) -> None:
        """Tell how an attempt ended."""
        self.state = self.kind.settle(self.rules, self.ring, self.state, self.now_ns, End(result, debt))

    @property
    def level(self) -> int:
        """What is left."""
        return self.kind.level(self.rules, self.state)
