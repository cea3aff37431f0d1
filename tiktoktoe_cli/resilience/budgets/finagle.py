"""Finagle's retry budget: each call deposits a share of a retry, deposits expire, a reserve comes with time.

Source: Finagle, `finagle-core/.../service/RetryBudget.scala`, and the leaky bucket of util's `TokenBucket`. A
call deposits 1000, a retry costs int(1000 / percent), and is made if the balance allows it; what was deposited
or spent leaves the balance after `ttl`, which is kept in ten slices. The reserve allows `min_retries_per_s`
over one `ttl` on top. With a share of 0 calls deposit nothing and a retry costs 1. Unlike there, the bucket
goes by the clock that it is handed.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.budgets.kind import (
    ADMITTED,
    NOT_ADMITTED,
    Admission,
    Ask,
    BudgetKind,
    End,
    Ring,
)
from tiktoktoe_cli.resilience.budgets.slices import SLICES, slice_at, slide

DEPOSIT: Final = 1000
"""What a call deposits, if a share of the calls may be retried."""

_State: TypeAlias = tuple[int, int]  # (newest slice, deposits less withdrawals of the window)


class FinagleRules(NamedTuple):
    """How long deposits count, what is always there, what a call deposits and what a retry costs."""

    ttl_ns: int
    reserve: int
    deposit: int
    withdrawal: int


def _initial(rules: FinagleRules, now_ns: int) -> _State:
    return slice_at(rules.ttl_ns, now_ns), 0


def _ring(_rules: FinagleRules) -> Ring:
    return [0] * SLICES


def _admit(rules: FinagleRules, ring: Ring, state: _State, now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    current = slice_at(rules.ttl_ns, now_ns)
    balance = state[1] - slide(ring, 0, state[0], current)
    if ask.attempt > 1 and rules.reserve + balance < rules.withdrawal:
        return NOT_ADMITTED, (current, balance)
    change = rules.deposit if ask.attempt == 1 else -rules.withdrawal
    ring[current % SLICES] += change
    return ADMITTED, (current, balance + change)


def _settle(_rules: FinagleRules, _ring: Ring, state: _State, _now_ns: int, _end: End) -> _State:
    return state


def _level(rules: FinagleRules, state: _State) -> int:
    return max(rules.reserve + state[1], 0) // rules.withdrawal


FINAGLE = BudgetKind(_initial, _ring, _admit, _settle, _level)
"""Its level is the number of retries that the balance allows, as of the latest attempt."""
