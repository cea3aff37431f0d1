"""What a retry budget is made of: pure steps on plain integers, the same for live calls and for simulated ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.outcome import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.resilience.outcome import Outcome

SUCCEEDED, ANSWERED, FAILED, THROTTLED, NOTHING = range(5)
"""How an attempt ended: well; with the caller's own mistake; badly; badly because the other side has too much to do;
without saying anything about the other side (refused further in, cancelled, or never sent)."""

REFUSED: Final = -1

Rules: TypeAlias = Any  # each kind's own NamedTuple of integers
State: TypeAlias = tuple[Any, ...]  # integers; each kind says what they are
Ring: TypeAlias = list[int]


class Ask(NamedTuple):
    """An attempt that wants to start: its number from 1, how the one before ended, and a random number in [0, 1)."""

    attempt: int
    before: int
    draw: float


class Admission(NamedTuple):
    """How long to wait at least before the attempt, or `REFUSED`; and what the attempt owes until it ends."""

    wait_ns: int
    debt: int


ADMITTED: Final = Admission(0, 0)
NOT_ADMITTED: Final = Admission(REFUSED, 0)


class End(NamedTuple):
    """How an attempt ended, and what it owed."""

    result: int
    debt: int


@dataclass(frozen=True, slots=True)
class BudgetKind:
    """The semantics of a retry budget.

    - `initial(rules, now_ns)` and `ring(rules)` make the first state and the memory that goes with it.
    - `admit(rules, ring, state, now_ns, ask)` decides about an attempt: `(admission, state)`. A retry asks when the
      attempt before it has ended, before its backoff.
    - `settle(rules, ring, state, now_ns, end)` takes note of the end of an attempt that was admitted.
    - `level(rules, state)` tells how much is left, in the kind's own unit.

    Steps write the ring in place; `now_ns` never goes back.
    """

    initial: Callable[[Rules, int], State]
    ring: Callable[[Rules], Ring]
    admit: Callable[[Rules, Ring, State, int, Ask], tuple[Admission, State]]
    settle: Callable[[Rules, Ring, State, int, End], State]
    level: Callable[[Rules, State], int]


def no_ring(_: Rules) -> Ring:
    """Make the memory of a kind that needs none; one cell, so that a compiler knows its type."""
    return [0]


def result_of(outcome: Outcome[Any]) -> int:  # Any: whatever the call was about
    """Tell how an attempt ended, as budgets see it."""
    failure = failure_of(outcome)
    if failure is None:
        return NOTHING
    if failure:
        return THROTTLED if outcome.throttled else FAILED
    return SUCCEEDED if outcome.is_success else ANSWERED
