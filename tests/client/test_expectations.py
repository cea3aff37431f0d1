"""An answer, and what was expected of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.client.making import LATE, REFUSED, SECOND, reply, request
from tiktoktoe_cli.client.expectations import judge
from tiktoktoe_cli.resilience import OutcomeKind
from tiktoktoe_cli.resilience.outcome import failure_of


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (200, OutcomeKind.SUCCEEDED, True),
        (302, OutcomeKind.SUCCEEDED, True),
        (404, OutcomeKind.FAILED, False),
        (429, OutcomeKind.FAILED, True),
        (503, OutcomeKind.FAILED, True),
    ],
)
def test_without_expectations_the_status_decides(status: int, kind: OutcomeKind, *, transient: bool) -> None:
    """As for every client of HTTP."""
    outcome = judge((), reply(status))

    assert (outcome.kind, outcome.transient) == (kind, transient)


def test_what_is_expected_is_a_success() -> None:
    """Whoever asks whether something is gone is glad about a 404."""
    outcome = judge(request(expect=["status == 404"]).expect, reply(404))

    assert outcome.is_success


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ('body.state == "done"', '`body.state == "done"` does not hold: `body.state` is "busy"'),
        ("body.nope == 1", "`body.nope == 1` has no value: `body.nope` is missing"),
        ("body.state", "`body.state` has no value: it gives a value of type string, not true or false"),
        ('headers["x-a"] == "1"', '`headers["x-a"] == "1"` has no value: `headers["x-a"]` is missing'),
        (
            'timing.total < duration("1ms")',
            '`timing.total < duration("1ms")` does not hold: `timing.total` is "5ms"',
        ),
    ],
)
def test_what_is_not_as_expected_has_failed_and_may_be_tried_again(expect: str, reason: str) -> None:
    """An answer that says `busy` may say `done` the next time; the breaker counts it, and it is kept."""
    answer = reply(200, b'{"state": "busy"}')

    outcome = judge(request(expect=[expect]).expect, answer)

    assert (outcome.kind, outcome.reason, outcome.value) == (OutcomeKind.FAILED, reason, answer)
    assert (outcome.transient, failure_of(outcome)) == (True, 1)


def test_the_first_of_many_is_named() -> None:
    """One reason is enough to look at."""
    outcome = judge(request(expect=["status == 200", "status == 201", "status == 202"]).expect, reply(200))

    assert outcome.reason == "`status == 201` does not hold: `status` is 200"


@pytest.mark.parametrize(("status", "transient"), [(404, False), (503, True)])
def test_a_bad_status_stays_what_it_is(status: int, *, transient: bool) -> None:
    """An expectation about the body does not turn a 404 into something to try again."""
    outcome = judge(request(expect=['body.state == "done"']).expect, reply(status))

    assert outcome.transient is transient
    assert f" {status} " in outcome.reason


@pytest.mark.parametrize(("failure", "kind"), [(REFUSED, OutcomeKind.FAILED), (LATE, OutcomeKind.TIMED_OUT)])
def test_no_answer_is_never_as_expected(failure: object, kind: OutcomeKind) -> None:
    """Even where nothing is expected of it."""
    outcome = judge(request(expect=["true"]).expect, failure)  # type: ignore[arg-type]  # either

    assert (outcome.kind, outcome.value) == (kind, None)


def test_a_date_in_retry_after_is_compared_with_the_clock() -> None:
    """Two seconds from now is two seconds."""
    answer = reply(503, retry_after="Mon, 02 Mar 2026 08:00:02 GMT")

    outcome = judge((), answer, datetime(2026, 3, 2, 8, tzinfo=UTC))

    assert outcome.retry_after_ns == 2 * SECOND


def test_a_body_that_cannot_be_read_is_remarked() -> None:
    """Whoever looks for a field learns why it is not there."""
    answer = reply(200, b'{"state": ', content_type="application/json")

    outcome = judge(request(expect=['body.state == "done"']).expect, answer)

    assert outcome.reason.endswith("; the body is not valid JSON")
