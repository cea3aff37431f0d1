"""The hedging layer: a second try beside a slow first one, and one answer."""

import asyncio

import pytest

from tests.resilience.destinations import BAD, GOOD, MS, OURS, events_of, policy_of
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.events import Event, HedgeStarted
from tiktoktoe_cli.resilience.layers.hedging import HedgingMetrics
from tiktoktoe_cli.resilience.outcome import Outcome

HEDGING = {"hedging": {"delay": "100ms", "max_hedges": 2}}
REFUSED = Outcome[str].rejected("open")


class Tries:
    """Tries that take different times and end in different ways."""

    def __init__(self, clock: VirtualClock, *tries: tuple[int, Outcome[str]]) -> None:
        self.clock, self.tries = clock, tries
        self.started_ns: list[int] = []
        self.ended: list[int] = []
        self.cancelled: list[int] = []

    async def __call__(self) -> Outcome[str]:
        """Make the next try."""
        number = len(self.started_ns)
        self.started_ns.append(self.clock.now())
        takes_ms, outcome = self.tries[number]
        try:
            await self.clock.sleep(takes_ms * MS)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        self.ended.append(number)
        return outcome


@pytest.mark.parametrize(
    ("tries", "started_ms", "answer", "ended_ms", "cancelled"),
    [
        ([(50, GOOD)], [0], GOOD, 50, []),
        ([(500, BAD), (50, GOOD)], [0, 100], GOOD, 150, [0]),
        ([(130, GOOD), (500, GOOD)], [0, 100], GOOD, 130, [1]),
        ([(500, GOOD), (500, GOOD), (20, GOOD)], [0, 100, 200], GOOD, 220, [0, 1]),
        ([(30, BAD), (500, BAD), (20, GOOD)], [0, 30, 130], GOOD, 150, [1]),  # a failure brings the next one
        ([(10, BAD), (10, BAD), (10, BAD)], [0, 10, 20], BAD, 30, []),
        ([(150, OURS), (500, GOOD)], [0, 100], OURS, 150, [1]),  # the others would be told the same
        ([(10, REFUSED)], [0], REFUSED, 10, []),
        ([(150, GOOD), (10, REFUSED)], [0, 100], GOOD, 150, []),
    ],
)
def test_the_first_answer_ends_the_call(
    tries: list[tuple[int, Outcome[str]]],
    started_ms: list[int],
    answer: Outcome[str],
    ended_ms: int,
    cancelled: list[int],
) -> None:
    """Tries start every 100 ms or after a failure; the first answer counts, and the others are cancelled."""
    clock = VirtualClock()
    function = Tries(clock, *tries)

    outcome = asyncio.run(policy_of(clock, HEDGING).call(function))

    assert (outcome, clock.now()) == (answer, ended_ms * MS)
    assert function.started_ns == [start * MS for start in started_ms]
    assert function.cancelled == cancelled


def test_hedges_are_told_and_counted() -> None:
    """Two hedges were started, and the second one won."""
    clock, events = VirtualClock(), list[Event]()
    policy = policy_of(clock, HEDGING, observer=events.append)

    asyncio.run(policy.call(Tries(clock, (500, GOOD), (500, GOOD), (20, GOOD))))

    assert events_of(HedgeStarted, events) == [HedgeStarted(100 * MS, 1), HedgeStarted(200 * MS, 2)]
    assert policy.layers[0].metrics(0) == HedgingMetrics(hedges=2, won=1)


def test_cancelling_the_caller_cancels_all_tries() -> None:
    """Nothing runs on when nobody waits any more."""
    clock = VirtualClock()
    function = Tries(clock, (500, GOOD), (500, GOOD), (500, GOOD))
    policy = policy_of(clock, HEDGING)

    async def cancel_it() -> int:
        task = asyncio.ensure_future(policy.call(function))
        await clock.sleep(150 * MS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return len(asyncio.all_tasks())

    assert asyncio.run(cancel_it()) == 1
    assert (function.cancelled, function.ended) == ([0, 1], [])


def test_a_bug_in_a_try_comes_out() -> None:
    """What is not an outcome is not hidden by the others."""
    clock = VirtualClock()

    async def broken() -> Outcome[str]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(policy_of(clock, HEDGING).call(broken))
