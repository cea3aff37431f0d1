"""The rate limit's layer: who starts when, and who is told to come back."""

import asyncio

from tests.resilience.destinations import GOOD, MS, Destination, events_of, policy_of
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, Rejected, WaitStarted
from tiktoktoe_cli.resilience.layers.rate_limit import RateLimitMetrics
from tiktoktoe_cli.resilience.outcome import Outcome


def test_a_call_too_many_is_rejected_with_a_time() -> None:
    """At ten a second and two at once, the third call is told to come back in 100 ms; then it is let in."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, {"rate_limit": {"rate": "10/s", "burst": 2}}, observer=events.append)
    destination = Destination(clock, GOOD)

    outcomes = [asyncio.run(policy.call(destination)) for _ in range(3)]
    clock.advance(outcomes[2].retry_after_ns or 0)
    later = asyncio.run(policy.call(destination))

    assert [outcome.cause for outcome in outcomes] == [None, None, "rate_limit"]
    assert (outcomes[2].retry_after_ns, later.value) == (100 * MS, "ok")
    assert outcomes[2].reason == "too many calls, for 100ms more at least"
    assert [event.by for event in events_of(Rejected, events)] == ["rate_limit"]
    assert policy.layers[0].metrics(clock.now()) == RateLimitMetrics(waited=0, rejected=1, tokens=0)


def test_a_rejection_says_its_time_in_whole_milliseconds() -> None:
    """A twelfth of a second is no number to read; the data has it to the nanosecond."""
    clock = VirtualClock()
    policy = policy_of(clock, {"rate_limit": {"rate": "12/s", "burst": 1}})
    destination = Destination(clock, GOOD)

    _, rejected = (asyncio.run(policy.call(destination)) for _ in range(2))

    assert rejected.reason == "too many calls, for 83ms more at least"


def test_calls_wait_for_their_turn() -> None:
    """Five calls at once at ten a second start every 100 ms, in their order."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, {"rate_limit": {"rate": "10/s", "max_wait": "1s"}}, observer=events.append)
    destination = Destination(clock, GOOD)

    async def play() -> list[Outcome[str]]:
        return list(await asyncio.gather(*(policy.call(destination) for _ in range(5))))

    outcomes = asyncio.run(play())

    assert all(outcome.is_success for outcome in outcomes)
    assert destination.started_ns == [0, 100 * MS, 200 * MS, 300 * MS, 400 * MS]
    assert {event.reason for event in events_of(WaitStarted, events)} == {"rate-limit"}
    assert policy.layers[0].metrics(clock.now()).waited == 4
