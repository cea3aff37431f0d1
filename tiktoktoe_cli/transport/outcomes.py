"""Replies and failures → outcomes, which the policies of `resilience` decide about; pure."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.transport.exchange import FailureReason, HttpReply

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from tiktoktoe_cli.transport.exchange import TransportFailure

_TRANSIENT: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_SUCCESSES: Final = range(200, 400)  # a redirect that is not followed is an answer
_SERVER_ERRORS: Final = range(500, 600)
_SECONDS: Final = re.compile(r"[0-9]+")
MAX_RETRY_AFTER_NS: Final = 6 * 3600 * NS_PER_S
"""The longest wait that a server's word is taken for, as in urllib3 (`retry_after_max`)."""


def outcome_of(
    answer: HttpReply | TransportFailure,
    *,
    expected: Container[int] = _SUCCESSES,
    now: datetime | None = None,
) -> Outcome[HttpReply]:
    """Tell how a call ended: an expected status is a success; `now` is what a date in `Retry-After` is compared with.

    What is transient follows Vector's retries (`src/sinks/util/http.rs`): 408, 429, 5xx but not 501, and no
    complete answer. What will be the same the next time is not: another status, a request that is wrong in
    itself, or a certificate that is refused: neither mends itself between two tries.
    """
    if not isinstance(answer, HttpReply):
        return _outcome_of_failure(answer)
    if answer.status in expected:
        return Outcome.succeeded(answer)
    transient = is_transient_status(answer.status)
    return Outcome.failed(
        f"`{answer.url}` answered {_named(answer.status)}",
        value=answer,
        transient=transient,
        throttled=answer.status == HTTPStatus.TOO_MANY_REQUESTS,
        retry_after_ns=retry_after(answer, now) if transient else None,
    )


def is_transient_status(status: int) -> bool:
    """Ask whether the same request may go better later."""
    return status in _TRANSIENT or (status in _SERVER_ERRORS and status != HTTPStatus.NOT_IMPLEMENTED)


def retry_after(reply: HttpReply, now: datetime | None = None) -> int | None:
    """Read `Retry-After` (RFC 9110, 10.2.3) in nanoseconds, seconds or a date; what is past is 0, nonsense is None.

    More than `MAX_RETRY_AFTER_NS` is cut to it. A date means nothing without `now`, an aware time.
    """
    text = (reply.header("retry-after") or "").strip()
    if _SECONDS.fullmatch(text):
        # a longer number is beyond the limit, and Python refuses to read thousands of digits
        return min(int(text[:20]) * NS_PER_S, MAX_RETRY_AFTER_NS)
    date = _http_date(text)
    if date is None or now is None:
        return None
    return min(max(round((date - now).total_seconds() * NS_PER_S), 0), MAX_RETRY_AFTER_NS)


def _http_date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)  # the form of asctime has no zone, and means GMT


def _outcome_of_failure(failure: TransportFailure) -> Outcome[HttpReply]:
    if failure.reason is FailureReason.TIMEOUT:
        return Outcome.timed_out(failure.message)
    return Outcome.failed(failure.message, transient=failure.is_transient)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
