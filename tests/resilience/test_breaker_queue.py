"""Where a machine lets calls wait, the live breaker lets them go in their order, each once."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from tests.resilience.threads import in_threads, switching_often
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    OPEN,
    PERMIT,
    QUEUE,
    REFUSE,
    BreakerState,
    Machine,
    Row,
    State,
    Window,
)
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Transition


class OneAtATime(BreakerSettings):
    """A machine for these tests: one call at a time, the others wait; the first failure refuses them all for ever.

    A call that takes 100 ns is waited for no longer. The state is `(phase, ticket, episode, busy_until_ns)`.
    """

    machine: ClassVar[Machine]

    @property
    def rules(self) -> tuple[()]:
        """Nothing can be chosen."""
        return ()


def _acquire(_rules: Any, _ring: Any, state: State, now_ns: int) -> tuple[int, State]:
    phase, ticket, episode, busy_until_ns = state
    if phase == OPEN:
        return REFUSE, state
    return (QUEUE, state) if now_ns < busy_until_ns else (PERMIT, (phase, ticket, episode, now_ns + 100))


def _result(*step: Any) -> State:
    _, _, (phase, ticket, episode, _), now_ns, _, failed, _ = step
    return (OPEN, ticket + 1, (now_ns, 0, now_ns), 0) if failed else (phase, ticket, episode, 0)


OneAtATime.machine = Machine(
    name="one-at-a-time",
    table=(Row(BreakerState.CLOSED, BreakerState.OPEN, "a call fails", "failure"),),
    initial=lambda _rules: (CLOSED, 0, (0, FORCED, 0), 0),
    ring=lambda _rules: [],
    acquire=_acquire,
    result=_result,
    release=lambda _rules, _ring, state, _now_ns, _ticket: (*state[:3], 0),
    window=lambda *_: Window(0, 0, 0),
    force=lambda *_: (CLOSED, 0, (0, FORCED, 0), 0),
)


def _went(names: list[str], name: str, _ticket: int) -> None:
    names.append(name)


def test_waiting_calls_go_in_their_order() -> None:
    """One call at a time: each that ends, in whatever way, lets the next one go."""
    breaker, went = CircuitBreaker(OneAtATime()), []
    first = breaker.enqueue(0, lambda _: went.append("first"))
    for name in ("second", "third", "fourth"):
        assert breaker.enqueue(0, partial(_went, went, name)) == QUEUED

    before = list(went)
    breaker.record(first, 1, 0, 0)
    after_success = list(went)
    breaker.release(first, 2)
    after_release = list(went)

    assert (before, after_success, after_release) == ([], ["second"], ["second", "third"])


def test_nobody_overtakes_those_who_wait() -> None:
    """A call that comes when there is room again goes behind them: the first who waited gets the room."""
    went: list[str] = []
    breaker = CircuitBreaker(OneAtATime())
    breaker.acquire(0)
    breaker.enqueue(0, partial(_went, went, "first"))

    answers = [breaker.acquire(99), breaker.acquire(100)]

    assert (answers, went) == ([QUEUED, QUEUED], ["first"])


def test_those_who_wait_learn_that_they_are_refused() -> None:
    """The call that they waited for fails: all of them are told, and counted."""
    told: list[int] = []
    breaker = CircuitBreaker(OneAtATime())
    ticket = breaker.acquire(0)
    for _ in range(3):
        breaker.enqueue(0, told.append)

    breaker.record(ticket, 1, 0, 1)

    assert told == [REFUSED] * 3
    assert breaker.metrics(1).not_permitted == 3


def test_who_has_left_is_not_called() -> None:
    """Nor is the machine asked for him; whoever never waited may leave as well."""
    went: list[str] = []
    names = {name: partial(_went, went, name) for name in ("first", "second", "third")}
    breaker = CircuitBreaker(OneAtATime())
    ticket = breaker.acquire(0)
    for callback in names.values():
        breaker.enqueue(0, callback)

    for name in ("first", "third", "third"):
        breaker.leave(names[name])
    breaker.record(ticket, 1, 0, 0)

    assert went == ["second"]
    assert breaker.metrics(1).released == 0


def test_those_who_wait_go_on_though_the_listener_fails() -> None:
    """Its trouble is not theirs."""
    told: list[int] = []

    def listen(_change: Transition) -> None:
        raise RuntimeError("no disk space")

    breaker = CircuitBreaker(OneAtATime(), listen)
    ticket = breaker.acquire(0)
    breaker.enqueue(0, told.append)

    with pytest.raises(RuntimeError):
        breaker.record(ticket, 1, 0, 1)

    assert told == [REFUSED]


def test_every_waiting_call_goes_once_under_threads() -> None:
    """16 threads queue 50 times each, and end each other's calls: everybody has one turn, never two at a time."""
    breaker, turns, under_way = CircuitBreaker(OneAtATime()), [0] * 16, []
    most = 0

    def work(number: int) -> None:
        for _ in range(50):
            gone = threading.Event()

            def go(ticket: int, gone: threading.Event = gone) -> None:
                nonlocal most
                under_way.append(ticket)
                most = max(most, len(under_way))
                turns[number] += 1
                gone.set()

            ticket = breaker.enqueue(0, go)
            if ticket != QUEUED:
                go(ticket)
            assert gone.wait(60)
            breaker.record(under_way.pop(), 0, 0, 0)

    with switching_often():
        in_threads(work, 16)

    assert (turns, most) == ([50] * 16, 1)
    assert breaker.metrics(0).succeeded == 800


def test_a_state_that_the_machine_does_not_have_cannot_be_forced() -> None:
    """The error names the semantics and the state."""
    breaker = CircuitBreaker(OneAtATime())

    with pytest.raises(ValueError, match="`one-at-a-time` cannot be forced to be disabled"):
        breaker.force(BreakerState.DISABLED, 0)
