"""A retry budget for live calls: a kind's state behind a lock, shared by all calls to one destination."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.budgets.kind import Admission, Ask, BudgetKind, End


class Budget:
    """The steps of a kind, for threads and tasks alike; what `admit` lets through must end in `settle`."""

    def __init__(self, kind: BudgetKind, rules: Any, now_ns: int) -> None:  # the kind's own NamedTuple
        self._kind = kind
        self._rules = rules
        self._ring = kind.ring(rules)
        self._state = kind.initial(rules, now_ns)
        self._lock = threading.Lock()

    def admit(self, now_ns: int, ask: Ask) -> Admission:
        """Ask to start an attempt."""
        with self._lock:
            admission, self._state = self._kind.admit(self._rules, self._ring, self._state, now_ns, ask)
            return admission

    def settle(self, now_ns: int, end: End) -> None:
        """Tell how an attempt ended that was let through."""
        with self._lock:
            self._state = self._kind.settle(self._rules, self._ring, self._state, now_ns, end)

    @property
    def level(self) -> int:
        """How much is left, in the unit of the kind."""
        return self._kind.level(self._rules, self._state)
