"""The retry throttling of gRPC: failures take tokens, successes bring some back, retries need half of them.

Source: gRPC proposal A6 (client retries), "Throttling Retry Attempts and Hedged RPCs". A failed attempt takes
one token, a successful one brings `ratio`; there are 0 to `max_tokens`, at first all of them. A retry is
allowed while there are more than half. Only what could be retried counts as a failure: the caller's own mistake
changes nothing. As in gRPC's own implementations tokens are counted in thousandths.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.budgets.kind import (
    ADMITTED,
    FAILED,
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

THOUSANDTHS = 1000
_State: TypeAlias = tuple[int]  # (thousandths of tokens,)


class GrpcRules(NamedTuple):
    """The most tokens there are, and what a success brings, both in thousandths."""

    max_tokens: int
    ratio: int


def _initial(rules: GrpcRules, _now_ns: int) -> _State:
    return (rules.max_tokens,)


def _admit(rules: GrpcRules, _ring: Ring, state: _State, _now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    allowed = ask.attempt == 1 or 2 * state[0] > rules.max_tokens
    return (ADMITTED if allowed else NOT_ADMITTED), state


def _settle(rules: GrpcRules, _ring: Ring, state: _State, _now_ns: int, end: End) -> _State:
    if end.result == SUCCEEDED:
        return (min(state[0] + rules.ratio, rules.max_tokens),)
    if end.result in (FAILED, THROTTLED):
        return (max(state[0] - THOUSANDTHS, 0),)
    return state


def _level(_rules: GrpcRules, state: _State) -> int:
    return state[0] // THOUSANDTHS


GRPC = BudgetKind(_initial, no_ring, _admit, _settle, _level)
"""Its level is in whole tokens."""
