"""Envoy's retry budget: the retries under way are at most a share of all attempts under way.

Source: Envoy, `source/common/upstream/resource_manager_impl.h` (`RetryBudgetImpl`, with no budget interval): a
retry is admitted while fewer than max(floor(percent * active), min_retry_concurrency) are active. A retry is
active from the moment it is admitted, its backoff included; unlike there, it also counts as an attempt under
way from then on.
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
    no_ring,
)
from tiktoktoe_cli.resilience.machine import MILLION

_RETRY: Final = Admission(0, 1)
_State: TypeAlias = tuple[int, int]  # (attempts under way, retries among them)


class EnvoyRules(NamedTuple):
    """The share of the attempts under way that may be retries, and how many may be in any case."""

    share_ppm: int
    min_concurrent: int


def _initial(_rules: EnvoyRules, _now_ns: int) -> _State:
    return 0, 0


def _admit(rules: EnvoyRules, _ring: Ring, state: _State, _now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    active, retries = state
    if ask.attempt == 1:
        return ADMITTED, (active + 1, retries)
    if retries >= _limit(rules, active):
        return NOT_ADMITTED, state
    return _RETRY, (active + 1, retries + 1)


def _settle(_rules: EnvoyRules, _ring: Ring, state: _State, _now_ns: int, end: End) -> _State:
    active, retries = state
    return active - 1, retries - end.debt


def _limit(rules: EnvoyRules, active: int) -> int:
    return max(rules.share_ppm * active // MILLION, rules.min_concurrent)


def _level(rules: EnvoyRules, state: _State) -> int:
    active, retries = state
    return max(_limit(rules, active) - retries, 0)


ENVOY = BudgetKind(_initial, no_ring, _admit, _settle, _level)
"""Its level is the number of retries that could start now."""
