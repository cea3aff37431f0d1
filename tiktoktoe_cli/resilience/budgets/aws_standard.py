"""The retry quota of the AWS SDKs' standard mode: each retry has a price, and a success gives it back.

Source: botocore 1.44.5, `retries/quota.py` and `retries/standard.py` (`RetryQuota`, `RetryQuotaChecker`). The
quota starts full. A retry costs `retry_cost`, after a throttling `throttling_cost`, and is not made if that is
more than is left. A call that succeeds gives back what its last retry cost, or 1 if it needed none; a call that
fails gives nothing back.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.budgets.kind import (
    NOT_ADMITTED,
    SUCCEEDED,
    THROTTLED,
    Admission,
    Ask,
    BudgetKind,
    End,
    Ring,
    no_ring,
)

WITHOUT_RETRY: Final = 1
"""What a call that succeeds at once brings."""

_State: TypeAlias = tuple[int]  # (what is left,)


class QuotaRules(NamedTuple):
    """What a full quota holds, and what a retry costs."""

    capacity: int
    retry_cost: int
    throttling_cost: int


def withdraw(rules: QuotaRules, left: int, ask: Ask) -> tuple[int, int]:
    """Pay for an attempt: `(its price, or -1 if that is more than is left; what is left)`."""
    if ask.attempt == 1:
        return 0, left
    price = rules.throttling_cost if ask.before == THROTTLED else rules.retry_cost
    return (-1, left) if price > left else (price, left - price)


def refund(rules: QuotaRules, left: int, end: End) -> int:
    """Return what is left after an attempt has ended."""
    if end.result != SUCCEEDED:
        return left
    return min(left + (end.debt or WITHOUT_RETRY), rules.capacity)


def _initial(rules: QuotaRules, _now_ns: int) -> _State:
    return (rules.capacity,)


def _admit(rules: QuotaRules, _ring: Ring, state: _State, _now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    price, left = withdraw(rules, state[0], ask)
    if price < 0:
        return NOT_ADMITTED, state
    return Admission(0, price), (left,)


def _settle(rules: QuotaRules, _ring: Ring, state: _State, _now_ns: int, end: End) -> _State:
    return (refund(rules, state[0], end),)


def _level(_rules: QuotaRules, state: _State) -> int:
    return state[0]


AWS_STANDARD = BudgetKind(_initial, no_ring, _admit, _settle, _level)
"""Its level is what is left of the quota."""
