"""How a call ended, as a value: a failure that can be expected is not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Self, TypeVar

Value = TypeVar("Value")


class OutcomeKind(StrEnum):
    """The five ways in which a call can end."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    REJECTED = "rejected"  # a policy refused it: nothing was sent
    CANCELLED = "cancelled"  # the caller lost interest


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Value]):
    """How a call ended, and what a policy needs to know about it.

    `value` is what the other side answered, also with a failure if there was an answer. `reason` is a few
    words for people. `transient` says that the same call may go better later; a failure that is not (a 404, a
    malformed request) is the caller's own: it is not retried and no breaker counts it. `retry_after_ns` is
    when to come back, if the other side or the breaker said so. `attempts` counts tries, the first one
    included.
    """

    kind: OutcomeKind
    value: Value | None = None
    reason: str = ""
    transient: bool = True
    retry_after_ns: int | None = None
    attempts: int = 1

    @property
    def is_success(self) -> bool:
        """Whether the call did what it was made for."""
        return self.kind is OutcomeKind.SUCCEEDED

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
        retry_after_ns: int | None = None,
    ) -> Self:
        """Make the outcome of a call that was answered badly, or not at all for a known reason."""
        return cls(OutcomeKind.FAILED, value, reason, transient, retry_after_ns)

    @classmethod
    def timed_out(cls, reason: str) -> Self:
        """Make the outcome of a call that took too long; whether it took effect is unknown."""
        return cls(OutcomeKind.TIMED_OUT, None, reason)

    @classmethod
    def rejected(cls, reason: str, retry_after_ns: int | None = None) -> Self:
        """Make the outcome of a call that a policy did not let through."""
        return cls(OutcomeKind.REJECTED, None, reason, retry_after_ns=retry_after_ns)

    @classmethod
    def cancelled(cls, reason: str) -> Self:
        """Make the outcome of a call that nobody waits for any more."""
        return cls(OutcomeKind.CANCELLED, None, reason)
