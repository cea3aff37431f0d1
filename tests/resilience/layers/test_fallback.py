"""The fallback layer: what stands in for a failure, and how it says so."""

import asyncio
from typing import Any

import pytest

from tests.resilience.destinations import BAD, GOOD, OURS, SECOND, SLOW, Destination, events_of, policy_of
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, FallbackFailed, FallbackMissing, FallbackUsed
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind

VALUE = {"fallback": {"value": {"status": "unknown"}}}


def call(outcome: Outcome[Any], *layers: Any, **more: Any) -> Outcome[Any]:
    """Make one call that ends in a way."""
    clock = VirtualClock()
    return asyncio.run(policy_of(clock, *layers, **more).call(Destination(clock, outcome)))


@pytest.mark.parametrize("failure", [BAD, SLOW, OURS, Outcome[str].rejected("open")])
def test_a_fixed_value_covers_every_failure(failure: Outcome[str]) -> None:
    """The answer is the value of the YAML; the outcome says that it is a fallback, and for what."""
    outcome = call(failure, VALUE)

    assert (outcome.kind, outcome.value) == (OutcomeKind.SUCCEEDED, {"status": "unknown"})
    assert (outcome.is_fallback, outcome.covered) == (True, failure)


@pytest.mark.parametrize("end", [GOOD, Outcome[str].cancelled("gone")])
def test_what_needs_no_fallback_passes(end: Outcome[str]) -> None:
    """A good answer is not replaced, nor a call that nobody waits for any more."""
    assert call(end, VALUE) is end


def test_nothing_is_a_value_too() -> None:
    """`value: null` is an answer."""
    outcome = call(BAD, {"fallback": {"value": None}})

    assert (outcome.is_fallback, outcome.value) == (True, None)


def test_only_declared_failures_are_covered() -> None:
    """With timeouts alone declared, an error stays one."""
    layer = {"fallback": {"value": 0, "on": ["timeout"]}}

    assert call(SLOW, layer).value == 0
    assert call(BAD, layer) is BAD


def test_another_request_can_stand_in() -> None:
    """The other request is made once the first one has failed, and its own failure says what it was to cover."""
    clock = VirtualClock()
    replica = Destination(clock, Outcome.succeeded("replica"), Outcome[str].failed("both down"))
    events = list[Event]()
    layer = {"fallback": {"request": "replica"}}
    policy = policy_of(clock, layer, observer=events.append, alternatives={"replica": replica})

    first, second = (asyncio.run(policy.call(Destination(clock, BAD))) for _ in range(2))

    assert (first.value, first.is_success, first.covered) == ("replica", True, BAD)
    assert (second.reason, second.is_success, second.covered) == ("both down", False, BAD)
    assert [type(event) for event in events] == [FallbackUsed, FallbackFailed]
    assert policy.layers[0].metrics(0).used == 1


def test_a_request_that_nobody_knows_is_refused_at_once() -> None:
    """A policy cannot be made with a fallback that could never be asked."""
    with pytest.raises(KeyError, match="replica"):
        policy_of(VirtualClock(), {"fallback": {"request": "replica"}})


def test_the_last_good_answer_is_kept_for_a_while() -> None:
    """It comes with its age, up to the age that is allowed; later the failure stands."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, {"fallback": {"cached": {"max_age": "60s"}}}, observer=events.append)
    destination = Destination(clock, BAD, Outcome.succeeded("old"), Outcome.succeeded("new"), BAD)

    outcomes = []
    for _ in range(6):
        outcomes.append(asyncio.run(policy.call(destination)))
        clock.advance(30 * SECOND)

    found = [(outcome.value, outcome.age_ns, outcome.is_fallback) for outcome in outcomes]
    assert found == [
        (None, None, False),
        ("old", None, False),
        ("new", None, False),
        ("new", 30 * SECOND, True),
        ("new", 60 * SECOND, True),
        (None, None, False),
    ]
    assert [event.age_ns for event in events_of(FallbackUsed, events)] == [30 * SECOND, 60 * SECOND]
    assert [event.at_ns for event in events_of(FallbackMissing, events)] == [0, 150 * SECOND]
    assert policy.layers[0].metrics(0).used == 2


def test_a_fallback_tells_how_many_attempts_failed() -> None:
    """Around a retry the fallback's outcome has the retry's number of attempts."""
    outcome = call(BAD, VALUE, {"retry": {"base": "1ms", "cap": "1ms"}})

    assert (outcome.attempts, outcome.is_fallback) == (3, True)
