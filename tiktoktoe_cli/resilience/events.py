"""What a policy tells an observer while calls go through it.

An observer is called from whichever thread makes the call, and must not call the policy back. A breaker's change of
state is told as the breaker's own `Transition`. Times are the policy's clock's, in nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from tiktoktoe_cli.resilience.machine import Transition as Transition  # noqa: PLC0414  # one of the events

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome, RejectedBy


class WaitReason(StrEnum):
    """Why a policy waits before an attempt."""

    BACKOFF = "backoff"
    RETRY_AFTER = "retry-after"  # the other side asked for it
    BUDGET = "budget"
    RATE_LIMIT = "rate-limit"


@dataclass(frozen=True, slots=True)
class WaitStarted:
    """The next attempt waits for this long."""

    at_ns: int
    duration_ns: int
    reason: WaitReason


@dataclass(frozen=True, slots=True)
class Rejected:
    """A policy refused an attempt, and may know when to come back."""

    at_ns: int
    by: RejectedBy
    retry_after_ns: int | None


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """A call left the queue of a policy, with a place or without, after this long."""

    at_ns: int
    of: RejectedBy
    duration_ns: int


@dataclass(frozen=True, slots=True)
class HedgeStarted:
    """Another try was started beside those under way; `number` counts from 1."""

    at_ns: int
    number: int


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A policy gave up what was still under way at `at_ns`, and has seen the end of it."""

    at_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class FallbackUsed:
    """A failure was covered; `age_ns` is that of the kept answer, if it was one."""

    at_ns: int
    covered: Outcome[Any]  # Any: whatever the call was about
    age_ns: int | None


@dataclass(frozen=True, slots=True)
class FallbackFailed:
    """A failure was to be covered by another request, which failed too."""

    at_ns: int
    covered: Outcome[Any]  # Any: whatever the call was about
    outcome: Outcome[Any]  # Any: as above


@dataclass(frozen=True, slots=True)
class FallbackMissing:
    """A failure was to be covered, but no answer is kept that could, or only one that is too old."""

    at_ns: int


Event: TypeAlias = (
    WaitStarted
    | Rejected
    | QueueLeft
    | HedgeStarted
    | TimedOut
    | FallbackUsed
    | FallbackFailed
    | FallbackMissing
    | Transition
)
Observer: TypeAlias = Callable[[Event], None]


def unobserved(_: Event) -> None:
    """Take note of nothing."""
