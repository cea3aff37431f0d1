"""What is told of a request becomes its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.client.making import LATE, MS, REFUSED, SECOND, reply
from tiktoktoe_cli.client.facts import Ending, Step, StepKind
from tiktoktoe_cli.client.story import AttemptBegun, AttemptOver, Story
from tiktoktoe_cli.resilience import BreakerState, Outcome
from tiktoktoe_cli.resilience.events import (
    FallbackFailed,
    FallbackUsed,
    HedgeStarted,
    QueueLeft,
    Rejected,
    TimedOut,
    Transition,
    WaitReason,
    WaitStarted,
)
from tiktoktoe_cli.resilience.outcome import RejectedBy

GOOD, BAD = reply(200, b"hi", content_type="text/plain"), reply(503)
OVERLOADED = Outcome.failed("it answered 503", value=BAD, retry_after_ns=SECOND)


def story() -> Story:
    """Begin the third request, one second after the first."""
    return Story(3, "charge", begun_ns=10 * SECOND, started_ns=11 * SECOND)


def attempt(outcome: Outcome[Any], answer: Any, at_ns: int = 11 * SECOND) -> AttemptOver:
    """Tell of an attempt that took 5 ms."""
    return AttemptOver(at_ns, at_ns + 5 * MS, outcome, answer)


def test_an_attempt_says_how_it_ended_and_how_long_its_phases_took() -> None:
    """Its time is that since the first request, its number that within its own."""
    step = story().take("charge", attempt(OVERLOADED, BAD))

    assert step == Step(
        kind=StepKind.ATTEMPT,
        request="charge",
        at_ns=SECOND,
        outcome="failed",
        cause="error",
        detail="it answered 503",
        reason="status",
        number=1,
        elapsed_ns=5 * MS,
        status=503,
        timing=BAD.timing,
        retry_after_ns=SECOND,
    )


def test_an_attempt_without_an_answer_has_the_networks_reason() -> None:
    """And the phases that it came to."""
    step = story().take("charge", attempt(Outcome.failed("refused"), REFUSED))

    assert step is not None
    assert (step.error, step.status, step.timing) == ("refused", None, REFUSED.timing)


def test_an_attempt_that_was_given_up_has_no_phases() -> None:
    """Only how long it lasted is known."""
    step = story().take("charge", attempt(Outcome.cancelled("given up"), None))

    assert step is not None
    assert (step.outcome, step.cause, step.timing, step.elapsed_ns) == (
        "cancelled",
        "cancelled",
        None,
        5 * MS,
    )


def test_waits_belong_to_what_comes_after_them() -> None:
    """They add up, each with its reason, and are told once; another attempt that runs on does not take them."""
    told = story()

    silent = [
        told.take("charge", AttemptBegun(11 * SECOND)),
        told.take("charge", WaitStarted(0, 200 * MS, WaitReason.BACKOFF)),
        told.take("charge", QueueLeft(0, RejectedBy.BULKHEAD, 30 * MS)),
        told.take("charge", AttemptBegun(12 * SECOND)),
    ]
    first = told.take("charge", attempt(OVERLOADED, BAD))
    second = told.take("charge", attempt(OVERLOADED, BAD, 12 * SECOND))

    assert silent == [None] * 4
    assert first is not None
    assert second is not None
    assert (first.number, first.wait_ns, first.wait_reason) == (1, 0, "")
    assert (second.number, second.wait_ns, second.wait_reason) == (2, 230 * MS, "backoff, bulkhead queue")


def test_attempts_are_numbered_and_shown_as_they_began() -> None:
    """A hedge that answers first is the first attempt's hedge, and stands behind it; the next attempt is the second."""
    told, lost = story(), Outcome[Any].cancelled("given up")

    told.take("charge", AttemptBegun(11 * SECOND))
    told.take("charge", HedgeStarted(11 * SECOND + MS, 1))
    told.take("charge", AttemptBegun(11 * SECOND + MS))
    told.take("charge", attempt(OVERLOADED, BAD, 11 * SECOND + MS))
    told.take("charge", attempt(lost, None))
    told.take("charge", AttemptBegun(12 * SECOND))
    told.take("charge", attempt(Outcome.succeeded(GOOD), GOOD, 12 * SECOND))
    facts = told.end(Outcome.succeeded(GOOD), 13 * SECOND, keeps_body=False)

    found = [(step.number, step.hedge, step.outcome) for step in facts.steps]
    assert found == [(1, None, "cancelled"), (1, 1, "failed"), (2, None, "succeeded")]
    assert facts.attempts == 3


def test_an_attempt_that_a_policy_timed_out_is_no_loser() -> None:
    """It came too late; the one that had lost before is left as it is."""
    told, lost = story(), Outcome[Any].cancelled("given up")

    before = told.take("charge", attempt(lost, None))
    told.take("charge", attempt(lost, None, 12 * SECOND))
    late = told.take("charge", TimedOut(12 * SECOND + 5 * MS, "no answer within 5ms"))
    facts = told.end(Outcome.timed_out("no answer within 5ms"), 13 * SECOND, keeps_body=False)

    assert late is not None
    assert (late.outcome, late.cause, late.reason) == ("timed-out", "timeout", "timeout")
    assert late.detail == "no answer within 5ms"
    assert facts.steps == (before, late)


@pytest.mark.parametrize(
    ("outcome", "answer", "reason"),
    [
        (OVERLOADED, BAD, "status"),
        (Outcome.failed("`body.ok` does not hold", value=GOOD), GOOD, "expect"),
        (Outcome.failed("refused"), REFUSED, "refused"),
        (Outcome.timed_out("too late"), LATE, "timeout"),
        (Outcome.succeeded(GOOD), GOOD, ""),
    ],
)
def test_an_error_has_a_finer_reason(outcome: Outcome[Any], answer: Any, reason: str) -> None:
    """What is one cause to a policy is several to a person; the request has the reason of its last attempt."""
    told = story()

    told.take("charge", attempt(Outcome.failed("refused"), REFUSED))
    step = told.take("charge", attempt(outcome, answer, 12 * SECOND))
    facts = told.end(outcome, 13 * SECOND, keeps_body=False)

    assert step is not None
    assert (step.reason, facts.reason) == (reason, reason)


@pytest.mark.parametrize(
    ("retry_after_ns", "detail"),
    [(None, "rejected by the rate limit"), (1_500 * MS, "rejected by the rate limit, for 1.5s more")],
)
def test_a_refusal_says_by_whom_and_for_how_long(retry_after_ns: int | None, detail: str) -> None:
    """Nothing was sent: it is no attempt."""
    told = story()

    step = told.take("charge", Rejected(12 * SECOND, RejectedBy.RATE_LIMIT, retry_after_ns))

    assert step == Step(
        StepKind.REJECTION,
        "charge",
        2 * SECOND,
        "rejected",
        "rate_limit",
        detail,
        retry_after_ns=retry_after_ns,
    )
    assert told.end(Outcome.rejected("too many"), 12 * SECOND, keeps_body=True).attempts == 0


def test_a_turn_of_the_breaker_is_a_step() -> None:
    """With the state that it turned to, and why."""
    event = Transition(12 * SECOND, BreakerState.CLOSED, BreakerState.OPEN, "failure rate")

    step = story().take("charge", event)

    assert step == Step(
        StepKind.TRANSITION,
        "charge",
        2 * SECOND,
        "open",
        "failure rate",
        "the breaker went from closed to open: failure rate",
    )


@pytest.mark.parametrize(
    ("age_ns", "detail"),
    [
        (None, "the fallback stands in for: it answered 503"),
        (3 * SECOND, "the fallback, 3s old, stands in for: it answered 503"),
    ],
)
def test_a_fallback_says_what_it_stands_in_for(age_ns: int | None, detail: str) -> None:
    """The failure is not forgotten, and neither is how old a kept answer is."""
    step = story().take("charge", FallbackUsed(12 * SECOND, OVERLOADED, age_ns))

    assert step == Step(StepKind.FALLBACK, "charge", 2 * SECOND, "used", "error", detail)


def test_a_fallback_that_fails_too_tells_both_failures() -> None:
    """Nothing stands in; the step and the end say what failed first, and what failed instead."""
    refused, told = Outcome[object].failed("connection refused"), story()
    both = "it answered 503; the fallback failed too: connection refused"

    step = told.take("charge", FallbackFailed(12 * SECOND, OVERLOADED, refused))
    facts = told.end(replace(refused, covered=OVERLOADED), 12 * SECOND, keeps_body=False)

    assert step == Step(StepKind.FALLBACK, "charge", 2 * SECOND, "failed", "error", both)
    assert (facts.ending, facts.detail) == (Ending.UNANSWERED, both)


@pytest.mark.parametrize(
    ("outcome", "ending", "cause", "status"),
    [
        (Outcome.succeeded(GOOD), Ending.ANSWERED, "", 200),
        (OVERLOADED, Ending.UNEXPECTED, "error", 503),
        (Outcome.failed("refused"), Ending.UNANSWERED, "error", None),
        (Outcome.timed_out("too late"), Ending.UNANSWERED, "timeout", None),
        (Outcome.rejected("open"), Ending.REJECTED, "breaker", None),
        (Outcome.cancelled("stopped"), Ending.CANCELLED, "cancelled", None),
    ],
)
def test_the_end_follows_from_the_outcome(
    outcome: Outcome[object], ending: Ending, cause: str, status: int | None
) -> None:
    """An answer that was not expected is still an answer."""
    facts = story().end(outcome, 12 * SECOND, keeps_body=False)

    assert (facts.ending, facts.cause, facts.status) == (ending, cause, status)
    assert (facts.number, facts.started_ns, facts.elapsed_ns) == (3, SECOND, SECOND)


def test_the_end_by_a_fallback_keeps_the_failure() -> None:
    """What was answered is shown, and why it had to be."""
    covering = replace(Outcome.succeeded({"status": "unknown"}), covered=OVERLOADED, age_ns=SECOND)

    facts = story().end(covering, 12 * SECOND, keeps_body=True)

    assert (facts.ending, facts.cause, facts.detail) == (Ending.FALLBACK, "error", "it answered 503")
    assert (facts.status, facts.age_ns) == (None, SECOND)
    assert facts.content
    assert (facts.content.value, facts.content.raw) == ({"status": "unknown"}, b'{\n  "status": "unknown"\n}')


@pytest.mark.parametrize(
    ("body", "content_type", "text", "value"),
    [
        (b"hi", "text/plain", "hi", "hi"),
        (b'{"a": 1}', "application/json", '{"a": 1}', {"a": 1}),
        (b"\x89PNG", "image/png", None, None),
        (b"\0\1", "", None, None),
        (b"hi", "", "hi", "hi"),
    ],
)
def test_a_body_is_shown_only_if_it_is_text(
    body: bytes, content_type: str, text: str | None, value: object
) -> None:
    """Of a picture there are only its bytes."""
    headers = {"content_type": content_type} if content_type else {}
    outcome = Outcome.succeeded(reply(200, body, **headers))

    content = story().end(outcome, 12 * SECOND, keeps_body=True).content

    assert content
    assert (content.raw, content.text, content.value) == (body, text, value)
