"""How simulated calls end; the reason is the one word that failures are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.resilience.outcome import Cause, Outcome, RejectedBy

if TYPE_CHECKING:
    from collections.abc import Mapping

SUCCESS: Final = Outcome[Any].succeeded(None)
ERROR: Final = Outcome[Any].failed(Cause.ERROR.value)
QUEUE_FULL: Final = Outcome[Any].failed("queue_full", throttled=True)
DOWN: Final = Outcome[Any].failed("down")
TIMED_OUT: Final = Outcome[Any].timed_out(Cause.TIMEOUT.value)

_REJECTED: Final[Mapping[RejectedBy, Outcome[Any]]] = {
    by: Outcome.rejected(by.value, by=by) for by in RejectedBy
}
_PASSED_ON: Final[Mapping[str, Outcome[Any]]] = {
    one.reason: Outcome.failed(one.reason)
    for one in (ERROR, QUEUE_FULL, DOWN, TIMED_OUT, *_REJECTED.values())
}


def rejection(by: RejectedBy, retry_after_ns: int | None = None) -> Outcome[Any]:
    """Return the outcome of a call that a policy turned away; `retry_after_ns` is when to come back, if it knows."""
    if retry_after_ns is None:
        return _REJECTED[by]
    return Outcome.rejected(by.value, retry_after_ns, by=by)


def passed_on(outcome: Outcome[Any]) -> Outcome[Any]:
    """Return what the caller of a service sees when one of its calls failed: a failure, with the reason at the root."""
    return _PASSED_ON[outcome.reason]
