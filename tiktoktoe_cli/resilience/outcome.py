"""How a call ended, as a value: a failure that can be expected is not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

Value = TypeVar("Value")


class OutcomeKind(StrEnum):
    """The five ways in which a call can end."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    REJECTED = "rejected"  # a policy refused it: nothing was sent
    CANCELLED = "cancelled"  # the caller lost interest


class RejectedBy(StrEnum):
    """The policies that can refuse a call."""

    BREAKER = "breaker"
    BULKHEAD = "bulkhead"
    RATE_LIMIT = "rate_limit"
    BUDGET = "budget"


class Cause(StrEnum):
    """Why a call did not succeed, in one word: for settings and for output."""

    ERROR = "error"
    TIMEOUT = "timeout"
    BREAKER = "breaker"
    BULKHEAD = "bulkhead"
    RATE_LIMIT = "rate_limit"
    BUDGET = "budget"
    CANCELLED = "cancelled"

    @property
    def bit(self) -> int:
        """The power of two that stands for this cause in a set of causes that is one integer."""
        return _BITS[self]


_BITS = {cause: 1 << position for position, cause in enumerate(Cause)}
_CAUSES = {
    OutcomeKind.FAILED: Cause.ERROR,
    OutcomeKind.TIMED_OUT: Cause.TIMEOUT,
    OutcomeKind.CANCELLED: Cause.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """How a call ended, and what a policy needs to know about it.

    `value` is what the other side answered, also with a failure if there was an answer. `reason` is a few
    words for people. `transient` says that the same call may go better later; a failure that is not (a 404, a
    malformed request) is the caller's own: it is not retried and no breaker counts it. `throttled` says that
    the other side refused because it has too much to do (a 429). `retry_after_ns` is when to come back, if
    the other side or a policy said so. `attempts` counts tries, the first one included. `rejected_by` names
    the policy that refused the call. A fallback's outcome keeps the failure that it covers as `covered`, and
    the age of a kept answer as `age_ns`.
    """

    kind: OutcomeKind
    value: Value | None = None
    reason: str = ""
    transient: bool = True
    retry_after_ns: int | None = None
    attempts: int = 1
    throttled: bool = False
    rejected_by: RejectedBy | None = None
    covered: Outcome[Any] | None = None  # Any: the failed call may have been about anything
    age_ns: int | None = None

    @property
    def is_success(self) -> bool:
        """Whether the call did what it was made for."""
        return self.kind is OutcomeKind.SUCCEEDED

    @property
    def is_fallback(self) -> bool:
        """Whether this stands in for a failure, instead of being the other side's own answer."""
        return self.covered is not None

    @property
    def cause(self) -> Cause | None:
        """Why the call did not succeed; None if it did."""
        return Cause(self.rejected_by) if self.rejected_by else _CAUSES.get(self.kind)

    @classmethod
    def succeeded(cls, value: Value) -> Self:
        """Make the outcome of a call that went well."""
        return cls(OutcomeKind.SUCCEEDED, value)

    @classmethod
    def failed(
        cls,
        reason: str,
        *,
        value: Value | None = None,
        transient: bool = True,
        throttled: bool = False,
        retry_after_ns: int | None = None,
    ) -> Self:
        """Make the outcome of a call that was answered badly, or not at all for a known reason."""
        return cls(OutcomeKind.FAILED, value, reason, transient, retry_after_ns, throttled=throttled)

    @classmethod
    def timed_out(cls, reason: str) -> Self:
        """Make the outcome of a call that took too long; whether it took effect is unknown."""
        return cls(OutcomeKind.TIMED_OUT, None, reason)

    @classmethod
    def rejected(
        cls, reason: str, retry_after_ns: int | None = None, *, by: RejectedBy = RejectedBy.BREAKER
    ) -> Self:
        """Make the outcome of a call that a policy did not let through."""
        return cls(OutcomeKind.REJECTED, None, reason, retry_after_ns=retry_after_ns, rejected_by=by)

    @classmethod
    def cancelled(cls, reason: str) -> Self:
        """Make the outcome of a call that nobody waits for any more."""
        return cls(OutcomeKind.CANCELLED, None, reason)


def failure_of(outcome: Outcome[Any]) -> int | None:
    """Return 1 for a failure, 0 for a success, None for what says nothing about the other side.

    A failure that is the caller's own was answered, and so shows a healthy destination.
    """
    if outcome.kind in {OutcomeKind.REJECTED, OutcomeKind.CANCELLED}:
        return None
    answered = outcome.kind is OutcomeKind.SUCCEEDED or not outcome.transient
    return 0 if answered else 1
