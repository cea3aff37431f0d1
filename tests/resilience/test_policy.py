"""A policy wraps a call in its layers, in the order in which they are listed."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter

from tiktoktoe_cli.resilience.breaker import BreakerState
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.layers import BreakerLayer
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind
from tiktoktoe_cli.resilience.policy import Policy, compose
from tiktoktoe_cli.resilience.settings import PolicySettings

SECOND = 1_000_000_000
RETRY = {"retry": {"jitter": "none", "base": "200ms"}}
BREAKER = {"circuit_breaker": {"minimum_calls": 2, "window": {"calls": 10}, "half_open_calls": 2}}


class Destination:
    """A destination that answers as it is told, after a time, and counts who came."""

    def __init__(
        self, clock: VirtualClock, answers: Callable[[int], Outcome[str]], takes_ns: int = 0
    ) -> None:
        self.clock, self.answers, self.takes_ns = clock, answers, takes_ns
        self.calls = 0
        self.finished = 0

    async def __call__(self) -> Outcome[str]:
        """Answer one call."""
        self.calls += 1
        number = self.calls
        if self.takes_ns:
            await self.clock.sleep(self.takes_ns)
        self.finished += 1
        return self.answers(number)


def policy_of(clock: VirtualClock, *layers: Any) -> Policy:
    """Compose a policy from layers written as in the YAML."""
    settings = TypeAdapter(PolicySettings).validate_python(list(layers))
    return compose(settings, clock, Random(1))  # noqa: S311  # a reproducible test


def failing(_: int) -> Outcome[str]:
    """Answer every call with a passing failure."""
    return Outcome.failed("503")


def test_a_retry_makes_the_call_until_it_succeeds() -> None:
    """The third attempt succeeds after 200 ms and 400 ms; the outcome says that it was the third."""
    clock = VirtualClock()
    destination = Destination(
        clock, lambda number: Outcome.succeeded("ok") if number == 3 else failing(number)
    )

    outcome = asyncio.run(policy_of(clock, RETRY).call(destination))

    assert (outcome.value, outcome.attempts, clock.now()) == ("ok", 3, 600_000_000)


def test_a_retry_gives_up_with_the_last_failure() -> None:
    """After three attempts the caller gets the failure."""
    clock = VirtualClock()

    outcome = asyncio.run(policy_of(clock, RETRY).call(Destination(clock, failing)))

    assert (outcome.kind, outcome.reason, outcome.attempts) == (OutcomeKind.FAILED, "503", 3)


def test_a_timeout_cancels_the_call() -> None:
    """A call that takes ten seconds is given up after one, and does not run on."""
    clock = VirtualClock()
    destination = Destination(clock, lambda _: Outcome.succeeded("late"), takes_ns=10 * SECOND)

    outcome = asyncio.run(policy_of(clock, {"timeout": "1s"}).call(destination))

    assert (outcome.kind, outcome.reason) == (OutcomeKind.TIMED_OUT, "no answer within 1s")
    assert (clock.now(), destination.finished) == (SECOND, 0)


def test_a_call_that_is_fast_enough_passes_a_timeout() -> None:
    """A call of half a second passes a timeout of one second and leaves nothing running."""
    clock = VirtualClock()
    destination = Destination(clock, lambda _: Outcome.succeeded("ok"), takes_ns=SECOND // 2)

    async def call_and_look_around() -> tuple[Outcome[str], int]:
        outcome = await policy_of(clock, {"timeout": "1s"}).call(destination)
        await asyncio.sleep(0)
        return outcome, len(asyncio.all_tasks())

    outcome, tasks = asyncio.run(call_and_look_around())

    assert (outcome.value, clock.now(), tasks) == ("ok", SECOND // 2, 1)


def test_cancelling_the_caller_is_not_a_timeout() -> None:
    """A caller that is cancelled from outside stays cancelled, whatever the timeout."""
    clock = VirtualClock()
    policy = policy_of(clock, {"timeout": "1s"})

    async def never() -> Outcome[str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def cancel_it() -> None:
        task = asyncio.ensure_future(policy.call(never))
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_it())


def test_an_open_breaker_rejects_without_calling() -> None:
    """After two failures the third call is not made, and the caller learns when to come back."""
    clock = VirtualClock()
    destination, policy = Destination(clock, failing), policy_of(clock, BREAKER)

    outcomes = [asyncio.run(policy.call(destination)) for _ in range(3)]

    assert [outcome.kind.value for outcome in outcomes] == ["failed", "failed", "rejected"]
    assert (destination.calls, outcomes[2].retry_after_ns) == (2, 30 * SECOND)


@pytest.mark.parametrize(("layers", "calls"), [((RETRY, BREAKER), 2), ((BREAKER, RETRY), 3)])
def test_the_first_layer_is_the_outermost(layers: tuple[Any, ...], calls: int) -> None:
    """A retry around a breaker feeds it each attempt; a breaker around a retry sees one call."""
    clock = VirtualClock()
    destination = Destination(clock, failing)

    asyncio.run(policy_of(clock, *layers).call(destination))

    assert destination.calls == calls


def test_a_cancelled_probe_gives_its_permit_back() -> None:
    """Probes whose callers went away do not use up the permits of a half-open breaker."""
    clock = VirtualClock()
    policy = policy_of(clock, BREAKER)
    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, failing)))
    clock.advance(30 * SECOND)

    async def lose_a_probe() -> None:
        async def never() -> Outcome[str]:
            await asyncio.Event().wait()
            raise AssertionError

        task = asyncio.ensure_future(policy.call(never))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    layer = policy.layers[0]
    assert isinstance(layer, BreakerLayer)
    for _ in range(5):
        asyncio.run(lose_a_probe())
    assert (layer.breaker.state, layer.breaker.counts.released) == (BreakerState.HALF_OPEN, 5)

    for _ in range(2):
        asyncio.run(policy.call(Destination(clock, lambda _: Outcome.succeeded("ok"))))
    assert layer.breaker.state is BreakerState.CLOSED


def test_no_layers_let_everything_pass() -> None:
    """An empty policy makes the call as it is."""
    clock = VirtualClock()

    outcome = asyncio.run(policy_of(clock).call(Destination(clock, failing)))

    assert outcome.reason == "503"
