from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transport.asking import replied
from tests.transport.servers import answering
from tiktoktoe_cli.resilience import OutcomeKind
from tiktoktoe_cli.transport import FailureReason, HttpReply, Timing, TlsFault, TransportFailure
from tiktoktoe_cli.transport.outcomes import MAX_RETRY_AFTER_NS, outcome_of, retry_after

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
NOW = datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)
"""Half a minute before the date of RFC 9110's examples (5.6.7)."""


def answered(status: int, retry: str | None = None) -> HttpReply:
    """Make an answer."""
    headers = (("retry-after", retry),) if retry is not None else ()
    return HttpReply(status, "http://h/", headers, b"", is_cut=False, redirects=0, timing=Timing(1))


@pytest.mark.parametrize("status", [200, 204, 299, 302, 304])
def test_an_answer_is_a_success(status: int) -> None:
    """What was answered well, or points elsewhere without being followed, is what was asked for."""
    reply = answered(status)

    outcome = outcome_of(reply)

    assert (outcome.kind, outcome.value) == (OutcomeKind.SUCCEEDED, reply)


@pytest.mark.parametrize(
    ("status", "transient"),
    [
        (400, False),
        (401, False),
        (404, False),
        (408, True),
        (410, False),
        (415, False),
        (429, True),
        (500, True),
        (501, False),
        (502, True),
        (503, True),
        (504, True),
        (599, True),
    ],
)
def test_what_may_go_better_later_is_told_apart(status: int, *, transient: bool) -> None:
    """Servers in trouble and requests that came too often are worth another try; wrong requests are not."""
    outcome = outcome_of(answered(status))

    assert (outcome.kind, outcome.transient) == (OutcomeKind.FAILED, transient)
    assert outcome.value is not None
    assert str(status) in outcome.reason


def test_the_statuses_are_those_of_the_field(vectors: Path) -> None:
    """Vector's table says what is tried again and what is final."""
    table = json.loads((vectors / "replay" / "backoff.json").read_text())["http_retry"]

    assert table["retry"] == [408, 429, "5xx except 501", "connect/read timeout"]
    assert [status for status in range(400, 600) if outcome_of(answered(status)).transient] == [
        408,
        429,
        500,
        *range(502, 600),
    ]


@pytest.mark.parametrize(("status", "throttled"), [(429, True), (503, False), (500, False), (404, False)])
def test_only_who_was_asked_too_often_throttles(status: int, *, throttled: bool) -> None:
    """A 429 says that it is the number of requests; no other status says so (RFC 6585, 4)."""
    assert outcome_of(answered(status)).throttled is throttled


def test_the_expected_statuses_can_be_others() -> None:
    """Who expects a 404 has it as a success, and a 200 as a failure that stays."""
    assert outcome_of(answered(404), expected={404}).is_success
    unexpected = outcome_of(answered(200), expected={404})
    assert (unexpected.kind, unexpected.transient) == (OutcomeKind.FAILED, False)


TRANSIENT = {
    FailureReason.DNS,
    FailureReason.REFUSED,
    FailureReason.UNREACHABLE,
    FailureReason.RESET,
    FailureReason.CLOSED,
    FailureReason.PROTOCOL,
    FailureReason.TOKEN_SERVER,
    FailureReason.NETWORK,
}


@pytest.mark.parametrize(
    "reason", [reason for reason in FailureReason if reason is not FailureReason.TIMEOUT]
)
def test_failures_of_the_network_may_pass_and_our_own_stay(reason: FailureReason) -> None:
    """A connection may be made later; a wrong request or certificate is the same the next time."""
    outcome = outcome_of(TransportFailure(reason, "words", Timing(1)))

    assert (outcome.kind, outcome.reason) == (OutcomeKind.FAILED, "words")
    assert outcome.transient is (reason in TRANSIENT)


@pytest.mark.parametrize("fault", list(TlsFault))
def test_a_handshake_may_go_better_and_a_certificate_does_not(fault: TlsFault) -> None:
    """Only where nothing well-known was wrong another handshake may help."""
    outcome = outcome_of(TransportFailure(FailureReason.TLS, "words", Timing(1), fault))

    assert outcome.transient is (fault is TlsFault.OTHER)


def test_a_passed_deadline_is_a_timeout() -> None:
    """Whether the request took effect is not known."""
    outcome = outcome_of(TransportFailure(FailureReason.TIMEOUT, "words", Timing(1)))

    assert (outcome.kind, outcome.transient) == (OutcomeKind.TIMED_OUT, True)


@pytest.mark.parametrize(
    ("text", "wait_ns"),
    [
        ("120", 120 * SECOND),
        ("0", 0),
        (" 7 ", 7 * SECOND),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 30 * SECOND),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 30 * SECOND),
        ("Sun Nov  6 08:49:37 1994", 30 * SECOND),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", MAX_RETRY_AFTER_NS),
        ("99999999999", MAX_RETRY_AFTER_NS),
        ("9" * 10_000, MAX_RETRY_AFTER_NS),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("1, 2", None),
        ("٣", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
    ],
)
def test_when_to_come_back_is_read(text: str, wait_ns: int | None) -> None:
    """Seconds and the three forms of a date (RFC 9110, 5.6.7); nonsense is nothing, the past is now."""
    assert outcome_of(answered(429, text), now=NOW).retry_after_ns == wait_ns


def test_a_date_means_nothing_without_a_clock() -> None:
    """Who does not say what time it is hears only of seconds."""
    assert retry_after(answered(429, "Sun, 06 Nov 1994 08:49:37 GMT")) is None
    assert retry_after(answered(429, "3")) == 3 * SECOND


def test_a_final_answer_says_no_time() -> None:
    """When to come back matters only for what may go better."""
    assert outcome_of(answered(404, "3")).retry_after_ns is None


@given(text=st.text(max_size=60))
def test_any_header_can_be_read(text: str) -> None:
    """Whatever a server writes, it is a sane wait or none."""
    wait_ns = retry_after(answered(503, text), NOW)

    assert wait_ns is None or 0 <= wait_ns <= MAX_RETRY_AFTER_NS


@given(wait_s=st.integers(0, 21_600))
def test_a_date_is_as_good_as_seconds(wait_s: int) -> None:
    """Both forms of the header mean the same wait."""
    date = (NOW + timedelta(seconds=wait_s)).strftime("%a, %d %b %Y %H:%M:%S GMT")

    assert retry_after(answered(503, date), NOW) == retry_after(answered(503, str(wait_s)))


def test_a_server_that_is_asked_too_often_says_when_to_come_back() -> None:
    """A real answer with a 429 becomes an outcome with a wait."""
    reply = replied(
        answering(b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n")
    )

    outcome = outcome_of(reply)

    assert (outcome.transient, outcome.retry_after_ns) == (True, 3 * SECOND)
    assert outcome.reason.endswith("answered 429 Too Many Requests")
