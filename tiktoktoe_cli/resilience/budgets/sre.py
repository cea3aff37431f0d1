"""Client-side throttling as Google does it: the more a destination refuses, the more attempts are not even sent.

Source: B. Beyer et al., "Site Reliability Engineering" (2016), chapter 21, "Client-Side Throttling", equation
21-1: an attempt is dropped with probability max(0, (requests - K * accepts) / (requests + 1)), both counted
over `window`. An attempt that was dropped here counts as a request too, so that the share that is dropped keeps
growing while the attempts keep coming (go-zero#5011 shows what happens otherwise).

An attempt that is sent counts when it ends: if it counted when it starts, the first calls of a busy client
would be dropped before any answer could come. What the caller did wrong was accepted; failures and timeouts
were not. All attempts are held back, not only retries: a client whose calls all fail stops sending, whether it
retries or not.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.budgets.kind import (
    ADMITTED,
    ANSWERED,
    NOT_ADMITTED,
    NOTHING,
    Admission,
    Ask,
    BudgetKind,
    End,
    Ring,
)
from tiktoktoe_cli.resilience.budgets.slices import SLICES, slice_at, slide
from tiktoktoe_cli.resilience.machine import MILLION

_State: TypeAlias = tuple[int, int, int]  # (newest slice, requests, accepts)


class SreRules(NamedTuple):
    """How long attempts count, and how many requests there may be for each accepted one, in millionths."""

    window_ns: int
    multiplier_ppm: int


def _initial(rules: SreRules, now_ns: int) -> _State:
    return slice_at(rules.window_ns, now_ns), 0, 0


def _ring(_rules: SreRules) -> Ring:
    return [0] * (2 * SLICES)  # the requests of each slice, then the accepts


def _admit(rules: SreRules, ring: Ring, state: _State, now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    current, requests, accepts = state = _slid(rules, ring, state, now_ns)
    excess_ppm = requests * MILLION - rules.multiplier_ppm * accepts
    if ask.draw * (requests + 1) * MILLION >= excess_ppm:
        return ADMITTED, state
    ring[current % SLICES] += 1
    return NOT_ADMITTED, (current, requests + 1, accepts)


def _settle(rules: SreRules, ring: Ring, state: _State, now_ns: int, end: End) -> _State:
    current, requests, accepts = state = _slid(rules, ring, state, now_ns)
    if end.result == NOTHING:
        return state
    accepted = 1 if end.result <= ANSWERED else 0
    ring[current % SLICES] += 1
    ring[SLICES + current % SLICES] += accepted
    return current, requests + 1, accepts + accepted


def _slid(rules: SreRules, ring: Ring, state: _State, now_ns: int) -> _State:
    newest, requests, accepts = state
    current = slice_at(rules.window_ns, now_ns)
    requests -= slide(ring, 0, newest, current)
    accepts -= slide(ring, SLICES, newest, current)
    return current, requests, accepts


def _level(rules: SreRules, state: _State) -> int:
    _, requests, accepts = state
    excess_ppm = max(requests * MILLION - rules.multiplier_ppm * accepts, 0)
    return MILLION - excess_ppm // (requests + 1)


SRE = BudgetKind(_initial, _ring, _admit, _settle, _level)
"""Its level is the share of attempts that would be sent, in parts per million, as of the latest attempt."""
