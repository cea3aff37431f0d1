"""How a call ended → what that means for the events that it carried. Pure."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.resilience.outcome import OutcomeKind, RejectedBy
from tiktoktoe_cli.transport import HttpReply

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience import Outcome


class Verdict(StrEnum):
    """What becomes of events."""

    TAKEN = "taken"
    REFUSED = "refused"  # it will never take them
    UNSURE = (
        "unsure"  # it did not take them; whether they or the destination are the reason shows in what follows
    )
    LATER = "later"  # a limit of ours held them back: nothing was sent
    DOWN = "down"  # nothing can be delivered there for now


_GOOD: Final = range(200, 300)
_AWAY: Final = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY}
)
"""Statuses with which a server, or what stands before it, says that it has nothing against the events themselves."""
_OURS: Final = frozenset({RejectedBy.BULKHEAD, RejectedBy.RATE_LIMIT, RejectedBy.BUDGET})


def verdict_of(outcome: Outcome[Any]) -> Verdict:  # Any: a fallback may answer anything
    """Tell what a call's end means; what stands in for an answer delivers nothing.

    That 410 is for the whole target follows CloudEvents' web hooks 1.0.2, 2.1.
    """
    outcome = outcome.covered or outcome
    if outcome.rejected_by in _OURS:
        return Verdict.LATER
    if outcome.kind is OutcomeKind.REJECTED:
        return Verdict.DOWN
    status = status_of(outcome)
    if outcome.is_success:
        return Verdict.TAKEN if status in _GOOD else Verdict.REFUSED
    if status == HTTPStatus.GONE:
        return Verdict.DOWN
    if outcome.transient:
        return Verdict.UNSURE
    return Verdict.REFUSED if status is not None else Verdict.DOWN


def blames_destination(outcome: Outcome[Any]) -> bool:  # as above
    """Tell of an unsure end whether the events cannot be the reason: there was no answer, or one that says so."""
    status = status_of(outcome.covered or outcome)
    return status is None or status in _AWAY


def status_of(outcome: Outcome[Any]) -> int | None:  # as above
    """Return the status of the answer, if there was one."""
    return outcome.value.status if isinstance(outcome.value, HttpReply) else None


def reason_of_end(outcome: Outcome[Any]) -> str:  # as above
    """Say how a call ended that was no success to us."""
    outcome = outcome.covered or outcome
    if outcome.reason or outcome.value is None:
        return outcome.reason
    return f"answered {status_of(outcome)}"
