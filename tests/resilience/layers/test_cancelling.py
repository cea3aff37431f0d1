"""Calls that are cancelled at any moment: whatever the layers held for them is given back."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resilience.destinations import BAD, BUSY, GOOD, MS, SECOND, Destination, policy_of
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.policy import Policy

BULKHEAD = {"bulkhead": {"max_concurrent": 1, "max_queue": 2, "max_wait": "1s"}}
BREAKER = {"circuit_breaker": {"minimum_calls": 1, "reset_timeout": "50ms", "half_open_calls": 1}}
LAYERS: dict[str, Any] = {
    "bulkhead": BULKHEAD,
    "circuit_breaker": BREAKER,
    "fallback": {"fallback": {"request": "other"}},
    "hedging": {"hedging": {"delay": "20ms", "max_hedges": 2}},
    "rate_limit": {"rate_limit": {"rate": "20/s", "max_wait": "1s"}},
    "retry": {"retry": {"base": "40ms", "jitter": "none", "budget": {"envoy": {"min_concurrent": 1}}}},
    "timeout": {"timeout": "100ms"},
}
"""One of each kind, with waits and calls that all last about as long as the moments below."""

MOMENTS = st.lists(st.integers(0, 400).map(lambda ms: ms * MS), min_size=1, max_size=6)


async def cancelled(policy: Policy, clock: VirtualClock, destination: Destination, moments: list[int]) -> int:
    """Start as many calls at once as there are moments, cancel each at its own, and count what is left running."""
    calls = [asyncio.ensure_future(policy.call(destination)) for _ in moments]

    async def cancel(call: asyncio.Future[Any], moment_ns: int) -> None:
        await clock.sleep(moment_ns)
        call.cancel()

    await asyncio.gather(*(cancel(call, at_ns) for call, at_ns in zip(calls, moments, strict=True)))
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(0)
    return len(asyncio.all_tasks()) - 1


def held(policy: Policy, now_ns: int) -> dict[str, Any]:
    """Tell what the layers still hold for calls."""
    facts = {layer.kind: layer.facts for layer in policy.metrics(now_ns).layers}
    found: dict[str, Any] = {}
    if bulkhead := facts.get("bulkhead"):
        found["bulkhead"] = (bulkhead.running, bulkhead.queued)
    if retry := facts.get("retry"):
        found["retry"] = retry.budget_level
    return found


@given(
    kinds=st.lists(st.sampled_from(sorted(LAYERS)), unique=True),
    outcomes=st.lists(st.sampled_from([GOOD, BAD, BUSY]), min_size=1, max_size=5),
    takes_ns=st.integers(0, 200).map(lambda ms: ms * MS),
    moments=MOMENTS,
)
def test_whenever_calls_are_cancelled_all_that_they_held_is_given_back(
    kinds: list[str], outcomes: list[Any], takes_ns: int, moments: list[int]
) -> None:
    """No place, no permit, no part of the budget and no task is lost, and later a call goes through as ever."""
    clock = VirtualClock()
    destination = Destination(clock, *outcomes, takes_ns=takes_ns)
    other = Destination(clock, GOOD, takes_ns=30 * MS)
    policy = policy_of(clock, *(LAYERS[kind] for kind in kinds), alternatives={"other": other})
    idle = held(policy, 0)

    running = asyncio.run(cancelled(policy, clock, destination, moments))
    after = held(policy, clock.now())
    clock.advance(10 * SECOND)
    later = [asyncio.run(policy.call(Destination(clock, GOOD))) for _ in range(2)]

    assert (running, after) == (0, idle)
    assert later[0].value == "ok"
    assert "rate_limit" in kinds or later[1].value == "ok"


@pytest.mark.parametrize("after_ns", [0, 10 * MS, 60 * MS, 90 * MS])
def test_a_probe_that_is_cancelled_leaves_its_permit_to_the_next(after_ns: int) -> None:
    """A half-open breaker with one permit would otherwise stay shut for ever."""
    clock = VirtualClock()
    policy = policy_of(clock, BREAKER)
    asyncio.run(policy.call(Destination(clock, BAD)))
    clock.advance(50 * MS)

    asyncio.run(cancelled(policy, clock, Destination(clock, GOOD, takes_ns=100 * MS), [after_ns]))
    outcome = asyncio.run(policy.call(Destination(clock, GOOD)))

    assert outcome.value == "ok"
