"""An outcome says how a call ended, why, and whether something stands in for it."""

import pytest

from tiktoktoe_cli.resilience.outcome import Cause, Outcome, OutcomeKind, RejectedBy, failure_of


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (Outcome.succeeded(1), None),
        (Outcome[int].failed("503"), "error"),
        (Outcome[int].failed("404", transient=False), "error"),
        (Outcome[int].timed_out("5s"), "timeout"),
        (Outcome[int].cancelled("gone"), "cancelled"),
        (Outcome[int].rejected("open"), "breaker"),
        (Outcome[int].rejected("full", by=RejectedBy.BULKHEAD), "bulkhead"),
        (Outcome[int].rejected("too fast", 7, by=RejectedBy.RATE_LIMIT), "rate_limit"),
        (Outcome[int].rejected("spent", by=RejectedBy.BUDGET), "budget"),
    ],
)
def test_every_failure_has_one_word_for_its_cause(outcome: Outcome[int], cause: str | None) -> None:
    """The cause of an outcome can be printed, counted, and listed in settings."""
    assert outcome.cause == cause


def test_every_policy_that_rejects_is_a_cause() -> None:
    """Whoever rejects a call can be named in `retry_on`."""
    assert {by.value for by in RejectedBy} <= {cause.value for cause in Cause}


def test_the_bits_of_the_causes_do_not_overlap() -> None:
    """A set of causes fits into one integer: 1, 2, 4, ..."""
    assert [cause.bit for cause in Cause] == [1, 2, 4, 8, 16, 32, 64]


def test_a_fallback_keeps_what_it_covers() -> None:
    """An outcome that covers another one is a fallback, and a success all the same."""
    failure = Outcome[str].failed("503")

    outcome = Outcome(OutcomeKind.SUCCEEDED, "kept", covered=failure, age_ns=5)

    assert (outcome.is_fallback, outcome.is_success, outcome.covered) == (True, True, failure)
    assert not failure.is_fallback


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [
        (Outcome.succeeded(1), 0),
        (Outcome[int].failed("503"), 1),
        (Outcome[int].timed_out("5s"), 1),
        (Outcome[int].failed("404", transient=False), 0),
        (Outcome[int].rejected("queue full"), None),
        (Outcome[int].cancelled("gone"), None),
    ],
)
def test_only_the_other_sides_failures_count(outcome: Outcome[int], failure: int | None) -> None:
    """The caller's own mistakes show a healthy destination; what was never answered shows nothing."""
    assert failure_of(outcome) == failure
