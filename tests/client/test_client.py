"""Calls through policies, on a network that answers what a test says, in virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.making import MS, REFUSED, SECOND, Diary, Network, policy, reply, request, settings
from tiktoktoe_cli.client.request import PolicyKey
from tiktoktoe_cli.client.story import AttemptOver
from tiktoktoe_cli.resilience import BreakerState, OutcomeKind
from tiktoktoe_cli.resilience.events import TimedOut
from tiktoktoe_cli.resilience.outcome import RejectedBy

if TYPE_CHECKING:
    from tiktoktoe_cli.client.client import Client
    from tiktoktoe_cli.client.request import Request
    from tiktoktoe_cli.resilience import Outcome

RETRY = {"retry": {"max_attempts": 3, "base": "100ms", "jitter": "none"}}
BREAKER = {"circuit_breaker": {"minimum_calls": 2, "reset_timeout": "1s", "half_open_calls": 1}}


def called(client: Client, *requests: Request) -> list[Outcome[Any]]:
    """Make calls one after the other."""

    async def play() -> list[Outcome[Any]]:
        return [await client.call(one) for one in requests]

    return asyncio.run(play())


def test_without_a_policy_a_request_is_sent_once() -> None:
    """What comes, comes."""
    network = Network([REFUSED])

    (outcome,) = called(network.client({}), request())

    assert (outcome.kind, len(network.asked)) == (OutcomeKind.FAILED, 1)


def test_a_policy_tries_again() -> None:
    """The second attempt comes after the wait of the policy, and its answer is the value."""
    network = Network([reply(500), reply(200)])

    (outcome,) = called(network.client({"default": policy(RETRY)}), request())

    assert [at_ns for at_ns, _ in network.asked] == [0, 105 * MS]
    assert (outcome.value.status, outcome.attempts) == (200, 2)


def test_a_server_says_when_to_come_back() -> None:
    """`Retry-After` is waited for."""
    network = Network([reply(429, retry_after="2"), reply(200)])

    called(network.client({"default": policy(RETRY)}), request())

    assert [at_ns for at_ns, _ in network.asked] == [0, 2 * SECOND + 5 * MS]


def test_the_request_chooses_its_policy() -> None:
    """A named one takes the place of the default."""
    network = Network([reply(500)])

    called(network.client({"default": policy(RETRY), "once": policy()}), request(policy="once"))

    assert len(network.asked) == 1


def test_requests_to_one_destination_share_a_breaker() -> None:
    """Two failures of one request keep the other one from being sent; another port is another matter."""
    network = Network([reply(500)])
    client = network.client({"default": policy(BREAKER)})
    elsewhere = request("other", url="http://payments:9090/")

    outcomes = called(client, request(), request(), request("refund", url="http://payments:8080/"), elsewhere)

    assert [outcome.rejected_by for outcome in outcomes] == [None, None, RejectedBy.BREAKER, None]
    assert set(client.policies) == {
        PolicyKey("default", "payments:8080"),
        PolicyKey("default", "payments:9090"),
    }


def test_a_kept_answer_belongs_to_its_request() -> None:
    """One request never gets what another one was answered."""
    network = Network([reply(200, b"mine"), REFUSED])
    client = network.client({"default": policy({"fallback": {"cached": {"max_age": "1m"}}})})

    _, again, other = called(client, request(), request(), request("refund"))

    assert (again.value.body, again.is_fallback) == (b"mine", True)
    assert (other.value, other.is_fallback) == (None, False)


def test_another_request_stands_in() -> None:
    """It goes through a policy of its own, to wherever it says; the listener is told whose attempt it was."""
    network = Network([REFUSED, reply(500), reply(200, b"backup")])
    backup = settings(url="http://backup:1/", policy="second")
    policies = {"first": policy({"fallback": {"request": "backup"}}), "second": policy(RETRY)}
    client, diary = network.client(policies, {"backup": backup}), Diary()

    outcome = asyncio.run(client.call(request(policy="first"), diary.tell))

    assert (outcome.is_fallback, outcome.value.body) == (True, b"backup")
    assert [asked.url for _, asked in network.asked] == [
        request().http.url,
        "http://backup:1/",
        "http://backup:1/",
    ]
    told = [name for name, event in diary.entries if isinstance(event, AttemptOver)]
    assert told == ["charge", "backup", "backup"]


def test_tells_what_happens_in_its_order() -> None:
    """Attempts, waits, the breaker's turns and refusals, each once."""
    network = Network([reply(500)])
    diary = Diary()

    asyncio.run(network.client({"default": policy(RETRY, BREAKER)}).call(request(), diary.tell))

    assert diary.kinds == [
        "AttemptBegun",
        "AttemptOver",
        "WaitStarted",
        "AttemptBegun",
        "AttemptOver",
        "Transition",
        "WaitStarted",
        "Rejected",
    ]


def test_an_attempt_that_the_policy_gives_up_is_told() -> None:
    """Nobody knows its phases, but that it was sent and for how long it was waited for."""
    network = Network([reply(200)], latency_ns=60 * SECOND)
    diary = Diary()

    outcome = asyncio.run(network.client({"default": policy({"timeout": "2s"})}).call(request(), diary.tell))

    _, (_, event), (_, why) = diary.entries
    assert isinstance(event, AttemptOver)
    assert why == TimedOut(2 * SECOND, "no answer within 2s")
    assert (event.answer, event.outcome.kind) == (None, OutcomeKind.CANCELLED)
    assert event.ended_ns - event.started_ns == 2 * SECOND
    assert outcome.kind is OutcomeKind.TIMED_OUT


def test_calls_at_the_same_time_are_told_apart() -> None:
    """A shared policy tells each listener what happens to its own call."""
    network = Network([reply(500), reply(200), reply(200)])
    client = network.client({"default": policy(RETRY)})
    failing, fine = Diary(), Diary()

    async def play() -> None:
        await asyncio.gather(client.call(request(), failing.tell), client.call(request(), fine.tell))

    asyncio.run(play())

    attempt = ["AttemptBegun", "AttemptOver"]
    assert failing.kinds == [*attempt, "WaitStarted", *attempt]
    assert fine.kinds == attempt


def test_a_hedge_is_told_to_the_call_that_it_is_for() -> None:
    """It runs in a task of its own, and all the same belongs to the call."""
    network = Network([reply(200)], latency_ns=SECOND)
    diary = Diary()
    client = network.client({"default": policy({"hedging": {"delay": "100ms"}})})

    asyncio.run(client.call(request(), diary.tell))

    begun = ["AttemptBegun", "HedgeStarted", "AttemptBegun"]
    assert diary.kinds == [*begun, "AttemptOver", "AttemptOver"]


def test_the_breaker_closes_when_the_destination_is_well() -> None:
    """After its reset timeout one probe decides."""
    network = Network([reply(500), reply(500), reply(200)])
    client = network.client({"default": policy(BREAKER)})

    async def play() -> BreakerState:
        await client.call(request())
        await client.call(request())
        await network.clock.sleep(SECOND)
        await client.call(request())
        (layer,) = client.policies[PolicyKey("default", "payments:8080")].metrics().layers
        state: BreakerState = layer.facts.state
        return state

    assert asyncio.run(play()) is BreakerState.CLOSED


def test_every_new_breaker_is_met_before_its_first_call() -> None:
    """Whoever keeps states can put one into it."""
    met: list[PolicyKey] = []
    network = Network([reply(200)])
    client = network.client({"default": policy(BREAKER)}, meet=lambda key, _: met.append(key))

    called(client, request(), request())

    assert met == [PolicyKey("default", "payments:8080")]


@pytest.mark.parametrize("status", [404, 400, 501])
def test_our_own_mistakes_are_not_tried_again(status: int) -> None:
    """The answer would be the same."""
    network = Network([reply(status)])

    called(network.client({"default": policy(RETRY)}), request())

    assert len(network.asked) == 1
