"""The retry layer: attempts, waits, the budget, and what an observer sees."""

import asyncio

import pytest

from tests.resilience.destinations import (
    BAD,
    BUSY,
    GOOD,
    MS,
    OURS,
    SECOND,
    SLOW,
    Destination,
    events_of,
    policy_of,
    turns,
)
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, Rejected, WaitStarted
from tiktoktoe_cli.resilience.layers.retry import RetryMetrics
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind, RejectedBy

PLAIN = {"jitter": "none", "base": "200ms"}
RETRY = {"retry": PLAIN}


def test_a_retry_makes_the_call_until_it_succeeds() -> None:
    """The third attempt succeeds after 200 ms and 400 ms; the outcome says that it was the third."""
    clock = VirtualClock()
    destination = Destination(clock, BAD, BAD, GOOD)

    outcome = asyncio.run(policy_of(clock, RETRY).call(destination))

    assert (outcome.value, outcome.attempts, clock.now()) == ("ok", 3, 600 * MS)


def test_a_retry_gives_up_with_the_last_failure() -> None:
    """After three attempts the caller gets the last failure."""
    clock = VirtualClock()

    outcome = asyncio.run(policy_of(clock, RETRY).call(Destination(clock, BAD, BAD, SLOW)))

    assert (outcome.kind, outcome.reason, outcome.attempts) == (OutcomeKind.TIMED_OUT, "no answer", 3)


def test_the_callers_own_mistake_is_final() -> None:
    """What cannot go better is not tried again."""
    clock = VirtualClock()
    destination = Destination(clock, OURS)

    outcome = asyncio.run(policy_of(clock, RETRY).call(destination))

    assert (outcome, destination.calls) == (OURS, 1)


def test_an_observer_sees_each_wait_and_its_reason() -> None:
    """The first wait is ours, the second is what the other side asked for."""
    clock, events = VirtualClock(), list[Event]()
    busy = Outcome[str].failed("429", retry_after_ns=3 * SECOND)

    asyncio.run(policy_of(clock, RETRY, observer=events.append).call(Destination(clock, BAD, busy, GOOD)))

    waits = [(wait.at_ns, wait.duration_ns, wait.reason) for wait in events_of(WaitStarted, events)]
    assert waits == [(0, 200 * MS, "backoff"), (200 * MS, 3 * SECOND, "retry-after")]


def test_the_deadline_counts_from_the_first_attempt() -> None:
    """With 1 s for all, attempts of 300 ms begin at 0, 500 ms and, the wait cut, at 1 s."""
    clock = VirtualClock(start_ns=7 * SECOND)
    destination = Destination(clock, SLOW, takes_ns=300 * MS)
    retry = {"retry": {**PLAIN, "max_attempts": 10, "deadline": "1s"}}

    outcome = asyncio.run(policy_of(clock, retry).call(destination))

    assert destination.started_ns == [7000 * MS, 7500 * MS, 8000 * MS]
    assert outcome.attempts == 3


def test_a_spent_budget_lets_the_failure_stand() -> None:
    """A quota of 20 pays for one retry of 14; the second one is refused, which is told and counted."""
    clock, events = VirtualClock(), list[Event]()
    retry = {"retry": {**PLAIN, "budget": {"aws_standard": {"capacity": 20}}}}
    policy = policy_of(clock, retry, observer=events.append)

    outcome = asyncio.run(policy.call(Destination(clock, BAD)))

    assert (outcome.kind, outcome.attempts) == (OutcomeKind.FAILED, 2)
    assert [event.by for event in events_of(Rejected, events)] == [RejectedBy.BUDGET]
    assert policy.layers[0].metrics(0) == RetryMetrics(retries=1, rejected=1, budget_level=6)


def test_a_budget_is_shared_by_all_calls() -> None:
    """Three calls that fail leave gRPC's bucket of four with half: the next one is not retried."""
    clock = VirtualClock()
    retry = {"retry": {**PLAIN, "max_attempts": 2, "budget": {"grpc": {"max_tokens": 4}}}}
    policy, destination = policy_of(clock, retry), Destination(clock, BAD)

    attempts = [asyncio.run(policy.call(destination)).attempts for _ in range(3)]

    assert attempts == [2, 1, 1]


def test_throttling_can_hold_back_first_attempts() -> None:
    """Google's throttling refuses calls before they are made, once a destination has refused enough of them."""
    clock = VirtualClock()
    retry = {"retry": {**PLAIN, "max_attempts": 1, "budget": {"sre": {}}}}
    policy, destination = policy_of(clock, retry), Destination(clock, BAD)

    outcomes = [asyncio.run(policy.call(destination)) for _ in range(500)]

    held_back = [outcome for outcome in outcomes if outcome.cause == "budget"]
    assert len(held_back) + destination.calls == 500
    assert destination.calls < 50  # about ln 500 + 1 of them: the share that is sent is 1 / (n + 1)


def test_a_client_rate_makes_attempts_wait() -> None:
    """After a throttling the AWS SDKs' adaptive mode makes a client that knows no rate yet wait two seconds."""
    clock, events = VirtualClock(), list[Event]()
    retry = {"retry": {**PLAIN, "budget": {"aws_adaptive": {}}}}
    policy = policy_of(clock, retry, observer=events.append)

    asyncio.run(policy.call(Destination(clock, BUSY, GOOD)))

    assert clock.now() == 2 * SECOND
    assert [wait.reason for wait in events_of(WaitStarted, events)] == ["budget"]


def test_a_budgets_wait_does_not_reach_beyond_the_deadline() -> None:
    """Where the client rate allows no attempt in time there is none."""
    clock = VirtualClock()
    retry = {"retry": {**PLAIN, "deadline": "1s", "budget": {"aws_adaptive": {}}}}
    destination = Destination(clock, BUSY, GOOD)

    outcome = asyncio.run(policy_of(clock, retry).call(destination))

    assert (outcome.reason, destination.calls, clock.now()) == ("429", 1, 0)


@pytest.mark.parametrize("after_turns", [1, 20])
def test_a_cancelled_call_owes_the_budget_nothing(after_turns: int) -> None:
    """A retry that is cancelled while it waits, or while it is made, is no longer under way."""
    clock = VirtualClock()
    retry = {"retry": {**PLAIN, "max_attempts": 2, "budget": {"envoy": {"min_concurrent": 1}}}}
    policy = policy_of(clock, retry)

    async def cancel_a_retry() -> None:
        async def fail_then_hang() -> Outcome[str]:
            attempts.append(1)
            if len(attempts) > 1:
                await asyncio.Event().wait()
            return BAD

        attempts: list[int] = []
        task = asyncio.ensure_future(policy.call(fail_then_hang))
        await turns(after_turns)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for _ in range(3):
        asyncio.run(cancel_a_retry())

    assert policy.layers[0].metrics(0).budget_level == 1
