"""Many requests at a pace, in virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.making import MS, SECOND, reply, request
from tiktoktoe_cli.client.facts import Ending
from tiktoktoe_cli.client.sending import Pace, Sending, SilentObserver
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.resilience import Outcome, VirtualClock
from tiktoktoe_cli.resilience.events import WaitReason, WaitStarted

if TYPE_CHECKING:
    from tiktoktoe_cli.client.facts import RequestFacts, Step
    from tiktoktoe_cli.client.request import Request
    from tiktoktoe_cli.client.story import Tell


@dataclass
class Service:
    """Answers every call after a while, and notes when it began; `broken` raises instead."""

    clock: VirtualClock = field(default_factory=VirtualClock)
    takes_ns: int = 0
    broken: bool = False
    began: list[int] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0

    async def call(self, request: Request, tell: Tell) -> Outcome[Any]:
        """Wait as a policy would, and answer."""
        self.began.append(self.clock.now())
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            tell(request.name, WaitStarted(self.clock.now(), self.takes_ns, WaitReason.BACKOFF))
            await self.clock.sleep(self.takes_ns)
            if self.broken:
                raise UsageError("it cannot be sent")
        finally:
            self.busy -= 1
        return Outcome.succeeded(reply(200, b"hi", content_type="text/plain"))

    def send(self, pace: Pace, *, stop_at_ns: int = 10**18, observer: Any = None) -> tuple[Sending, bool]:
        """Send at a pace, until all is done or it is time to stop."""

        async def play() -> tuple[Sending, bool]:
            sending = Sending(self, request(), pace, self.clock, observer or SilentObserver())
            return sending, await sending.run(lambda: self.clock.now() >= stop_at_ns)

        return asyncio.run(play())


@dataclass
class Notes(SilentObserver):
    """Writes down what it is told."""

    waits: list[tuple[int, int, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)

    def on_step(self, _number: int, step: Step) -> None:
        """Write down a step."""
        self.steps.append(step)

    def on_wait(self, number: int, duration_ns: int, reason: str) -> None:
        """Write down a wait."""
        self.waits.append((number, duration_ns, reason))

    def on_end(self, request: RequestFacts) -> None:
        """Write down the end of a request."""
        self.ended.append(request.number)


def test_one_after_the_other_without_a_pause() -> None:
    """The next begins when the one before it has ended."""
    service = Service(takes_ns=10 * MS)

    sending, stopped = service.send(Pace(repeat=3))

    assert service.began == [0, 10 * MS, 20 * MS]
    assert not stopped
    assert [(one.number, one.started_ns, one.elapsed_ns) for one in sending.done] == [
        (1, 0, 10 * MS),
        (2, 10 * MS, 10 * MS),
        (3, 20 * MS, 10 * MS),
    ]


@pytest.mark.parametrize(("repeat", "concurrency", "busiest"), [(7, 3, 3), (2, 10, 2), (5, 1, 1)])
def test_no_more_at_once_than_allowed(repeat: int, concurrency: int, busiest: int) -> None:
    """And no fewer, as long as there are enough."""
    service = Service(takes_ns=10 * MS)

    sending, _ = service.send(Pace(repeat=repeat, concurrency=concurrency))

    assert (len(sending.done), service.busiest) == (repeat, busiest)


def test_a_rate_spaces_the_starts() -> None:
    """Ten in a second start every 100 ms, however long each takes."""
    service = Service(takes_ns=250 * MS)

    service.send(Pace(repeat=5, concurrency=3, interval_ns=100 * MS))

    assert service.began == [0, 100 * MS, 200 * MS, 300 * MS, 400 * MS]


def test_who_is_late_does_not_move_the_others() -> None:
    """With one at a time, starts that are due already come at once, until the rate is caught up with."""
    service = Service(takes_ns=250 * MS)

    service.send(Pace(repeat=4, concurrency=1, interval_ns=100 * MS))

    assert service.began == [0, 250 * MS, 500 * MS, 750 * MS]


def test_a_stop_gives_up_what_is_under_way() -> None:
    """What was done stays, what was begun is cancelled, and nothing else begins."""
    service = Service(takes_ns=SECOND)

    sending, stopped = service.send(Pace(repeat=10), stop_at_ns=1_500 * MS)

    assert stopped
    assert [one.ending for one in sending.done] == [Ending.ANSWERED, Ending.CANCELLED]
    assert len(service.began) == 2


def test_what_cannot_be_sent_at_all_ends_everything() -> None:
    """The reason comes out as it is, not wrapped in anything."""
    service = Service(takes_ns=SECOND, broken=True)

    with pytest.raises(UsageError, match="it cannot be sent"):
        service.send(Pace(repeat=10, concurrency=4))


@pytest.mark.parametrize(("repeat", "kept"), [(1, b"hi"), (2, None)])
def test_only_a_single_answer_keeps_its_body(repeat: int, kept: bytes | None) -> None:
    """The bodies of a hundred thousand answers would fill the memory."""
    sending, _ = Service().send(Pace(repeat=repeat))

    assert [one.content and one.content.raw for one in sending.done] == [kept] * repeat


def test_the_observer_is_told_of_waits_and_ends() -> None:
    """Each with the number of its request."""
    notes = Notes()

    Service(takes_ns=MS).send(Pace(repeat=2), observer=notes)

    assert notes.waits == [(1, MS, "backoff"), (2, MS, "backoff")]
    assert (notes.ended, notes.steps) == ([1, 2], [])


def test_requests_that_never_wait_can_be_stopped() -> None:
    """A breaker that rejects all of them lets the stop be heard all the same."""

    class Rejecting:
        asked = 0

        async def call(self, _request: Request, _tell: Tell) -> Outcome[Any]:
            self.asked += 1
            return Outcome.rejected("the circuit is open")

    async def play() -> tuple[bool, int]:
        caller = Rejecting()
        sending = Sending(caller, request(), Pace(repeat=10_000), VirtualClock(), SilentObserver())
        return await sending.run(lambda: caller.asked >= 10), caller.asked

    stopped, asked = asyncio.run(play())

    assert stopped
    assert asked < 1_000
