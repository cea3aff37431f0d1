"""The live circuit breaker: a machine's state behind a lock, with what it has seen.

The steps that decide are those of `resilience.presets`; this file holds what they return. Times are the caller's
clock's, in integer nanoseconds.

Why it looks as it does: a call costs one `acquire` and one `record`, and they have to be cheap (`tests/benchmarks`).

- The lock is a variable of a closure: it is taken by deleting it, which only one can do, and given back by assigning
  it. Both are single instructions, atomic with and without a global interpreter lock (`PyCell_SwapTakeRef`), and
  cost a tenth of a `threading.Lock`. Who finds it gone yields until it is back; nobody keeps it for longer than a
  step takes.
- The `del` stands right before the `try` whose `finally` gives it back. CPython looks for Ctrl-C after calls and
  jumps, and there is none between the two: an interrupted step gives the lock back and leaves the state as it was.
- Where a closed circuit lets everything through (`Machine.closed_permits`), nothing is locked and nobody asked: the
  state is one tuple, and whoever reads it reads a whole one.
- The two are closures, because a name in a closure is found in a fraction of the time of an attribute.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias, TypeVar

from tiktoktoe_cli.resilience.machine import (
    FORCED,
    FORCED_OPEN,
    HALF_OPEN,
    OPEN,
    PERMIT,
    QUEUE,
    STATES,
    BreakerState,
    Transition,
    transition,
)
from tiktoktoe_cli.resilience.metrics import BreakerMetrics, ResponseTimes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.resilience.machine import Machine, Release, Ring, State
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

REFUSED, QUEUED = -1, -2
"""Instead of a ticket: the call may not start; it may, when a call that is under way has ended."""

_KEPT: Final = 1024
_SHUT: Final = (OPEN, FORCED_OPEN)  # no call is of these phases

_Answer = TypeVar("_Answer")


_Step: TypeAlias = "Callable[[State, int], tuple[int, State]]"
"""From a state and the time to an answer and the state after it."""


class _Alone(Protocol):
    """Does something while nobody else does anything."""

    def __call__(self, action: Callable[[], _Answer]) -> _Answer: ...


class _Recording(NamedTuple):
    """What shares the variables of `record`: its counts (succeeded, failed, late), and whoever else needs its lock."""

    record: Callable[[int, int, int, int], None]
    tally: Callable[[], tuple[int, int, int]]
    alone: _Alone


class CircuitBreaker:
    """A live breaker, for threads and tasks alike.

    `acquire(now_ns)` asks to start a call. It returns a ticket to end it with, or `REFUSED`, or `QUEUED`.
    `record(ticket, now_ns, duration_ns, failed)` tells how the call ended; `failed` is 0 or 1.
    The listener is told of each transition, once, in their order and one at a time, by a thread that made a step; it
    may use the breaker. What it raises, the caller of that step gets.
    """

    def __init__(
        self, settings: BreakerSettings, listener: Callable[[Transition], None] | None = None
    ) -> None:
        self.machine: Machine = settings.machine
        self.rules: Any = settings.rules  # the machine's own tuple
        self._ring = self.machine.ring(self.rules)
        self._cell = [self.machine.initial(self.rules)]
        self._released = self._rejected = 0
        self._durations: deque[int] = deque(maxlen=_KEPT)
        self._transitions: deque[Transition] = deque(maxlen=_KEPT)
        self._listener = listener
        self._untold: deque[Transition] = deque()
        self._teller = [True]  # whoever tells takes it out
        self._waiting: deque[Callable[[int], None]] = deque()
        self.acquire = self._looking_first() if self.machine.closed_permits else self._acquire_in_turn
        self.record, self._tally, self._alone = self._recording(settings.slow_call_ns or 0)

    @property
    def state(self) -> BreakerState:
        """Where the breaker stands; what only time changes is noticed by the next step or `metrics`."""
        return STATES[self._cell[0][0]]

    def retry_after_ns(self, now_ns: int) -> int | None:
        """Return for how long calls may go on being refused; None if that is not known."""
        phase, _, episode = self._cell[0][:3]
        return max(episode[2] - now_ns, 0) if phase <= HALF_OPEN else None

    def enqueue(self, now_ns: int, callback: Callable[[int], None]) -> int:
        """Do as `acquire`; if that says `QUEUED`, the callback gets a ticket, or `REFUSED`, when its turn comes.

        It comes from whichever thread ended the call that was waited for. `leave` ends the wait.
        """

        def join(state: State, now_ns: int) -> tuple[int, State]:
            ticket, after = self._acquired(state, now_ns)
            if ticket == QUEUED:
                self._waiting.append(callback)
            return ticket, after

        return self._in_turn(now_ns, join)

    def leave(self, callback: Callable[[int], None]) -> None:
        """Wait no longer; if its turn has come already, the callback is called all the same."""

        def remove() -> None:
            with suppress(ValueError):
                self._waiting.remove(callback)

        self._alone(remove)

    def release(self, ticket: int, now_ns: int) -> None:
        """Tell that an admitted call was not made, or ended without saying anything about the other side."""
        self._end(self.machine.release, ticket, now_ns)

    def cancel(self, ticket: int, now_ns: int) -> None:
        """Tell that an admitted call was cancelled."""
        self._end(self.machine.cancel or self.machine.release, ticket, now_ns)

    def force(self, state: BreakerState, now_ns: int) -> None:
        """Enter a state because somebody asks for it.

        Raises:
            ValueError: if the machine has no such state.
        """
        phase = STATES.index(state)
        if phase not in self.machine.forced:
            raise ValueError(f"`{self.machine.name}` cannot be forced to be {state}")

        def enter(state: State, now_ns: int) -> tuple[int, State]:
            return 0, self.machine.force(self.rules, self._ring, state, now_ns, phase)

        self._in_turn(now_ns, enter)

    def metrics(self, now_ns: int) -> BreakerMetrics:
        """Read what the breaker has seen."""
        seen: list[BreakerMetrics] = []

        def read(state: State, now_ns: int) -> tuple[int, State]:
            seen.append(self._metrics(state, now_ns))
            return 0, state

        self._in_turn(now_ns, read)
        return seen[0]

    def saved(self) -> tuple[State, Ring]:
        """Return the state and the ring, to be kept and restored; both are integers all through."""
        return self._alone(lambda: (self._cell[0], self._ring.copy()))

    def restore(self, state: Sequence[Any], ring: Sequence[int]) -> None:
        """Go on where a breaker of the same settings was saved; JSON may have made lists of the tuples.

        Nobody waits for the calls that were under way then.

        Raises:
            ValueError: if the ring is not as long as these settings make it.
        """
        if len(ring) != len(self._ring):
            raise ValueError(f"saved with a ring of {len(ring)}, not of {len(self._ring)}")

        idle = self.machine.idle or _as_it_is

        def replace() -> None:
            self._ring[:] = ring
            self._cell[0] = idle(_tuples(state))

        self._alone(replace)

    def _looking_first(self) -> Callable[[int], int]:
        cell, in_turn = self._cell, self._acquire_in_turn

        def acquire(now_ns: int) -> int:
            state = cell[0]
            if state[0]:
                return in_turn(now_ns)
            ticket: int = state[1]
            return ticket

        return acquire

    def _recording(self, slow_ns: int) -> _Recording:  # noqa: C901  # what shares a variable cannot be parted
        cell, rules, ring, step = self._cell, self.rules, self._ring, self.machine.result
        note, keep, untold, waiting = self._note, self._durations.append, self._untold, self._waiting
        settled = self.machine.settle and self._settled
        counted = failures = late = 0
        free = True

        def wait() -> None:
            nonlocal free
            while True:
                try:
                    del free
                except NameError:
                    time.sleep(0)  # whoever has it gives it back within microseconds
                else:
                    return

        def alone(action: Callable[[], _Answer]) -> _Answer:
            nonlocal free
            wait()
            try:
                return action()
            finally:
                free = True

        def record(ticket: int, now_ns: int, duration_ns: int, failed: int) -> None:
            nonlocal counted, failures, late, free
            try:
                del free
            except NameError:
                wait()
            try:
                before = settled(now_ns) if settled else cell[0]
                slow = slow_ns and duration_ns > slow_ns
                cell[0] = after = step(rules, ring, before, now_ns, ticket, failed, slow)
                if after is before and (ticket != before[1] or (before[0] and before[0] in _SHUT)):
                    late += 1
                else:
                    counted += 1
                    failures += failed
                    keep(duration_ns)
                if after[2] is not before[2]:
                    note(before, after)
            finally:
                free = True  # noqa: F841  # the others take it
            if waiting or untold:
                self._follow_up(now_ns)

        return _Recording(record, lambda: (counted - failures, failures, late), alone)

    def _acquire_in_turn(self, now_ns: int) -> int:
        return self._in_turn(now_ns, self._acquired)

    def _acquired(self, state: State, now_ns: int) -> tuple[int, State]:
        """Ask the machine, unless others are waiting: they come first."""
        return (QUEUED, state) if self._waiting else self._asked(state, now_ns)

    def _asked(self, state: State, now_ns: int) -> tuple[int, State]:
        permitted, after = self.machine.acquire(self.rules, self._ring, state, now_ns)
        if permitted == PERMIT:
            return after[1], after
        if permitted == QUEUE:
            return QUEUED, after
        self._rejected += 1
        return REFUSED, after

    def _end(self, step: Release, ticket: int, now_ns: int) -> None:
        def end(state: State, now_ns: int) -> tuple[int, State]:
            self._released += 1
            return 0, step(self.rules, self._ring, state, now_ns, ticket)

        self._in_turn(now_ns, end)

    def _in_turn(self, now_ns: int, step: _Step) -> int:
        """Make a step while nobody else does, and see to what follows from it."""
        answer = self._alone(lambda: self._stepped(now_ns, step))
        if self._waiting or self._untold:
            self._follow_up(now_ns)
        return answer

    def _stepped(self, now_ns: int, step: _Step) -> int:
        before = self._settled(now_ns)
        answer, after = step(before, now_ns)
        self._cell[0] = after
        self._note(before, after)
        return answer

    def _settled(self, now_ns: int) -> State:
        """Make the transitions that were due by now, each at its time."""
        before = self._cell[0]
        while self.machine.settle:
            after = self.machine.settle(self.rules, self._ring, before, now_ns)
            if after is before:
                break
            self._cell[0] = after
            self._note(before, after)
            before = after
        return before

    def _follow_up(self, now_ns: int) -> None:
        """Let those go on who wait, and tell the listener."""
        try:
            self._hand_out(now_ns)
        finally:
            self._tell()

    def _hand_out(self, now_ns: int) -> None:
        """Hand tickets to those who wait, in their order, as far as the machine goes."""
        while self._waiting:
            call = self._alone(lambda: self._next_call(now_ns))
            if call is None:
                return
            call()

    def _next_call(self, now_ns: int) -> Callable[[], None] | None:
        """Say whom to call with what; nobody, as long as the first of them has to wait."""
        ticket = self._stepped(now_ns, self._asked) if self._waiting else QUEUED
        return None if ticket == QUEUED else partial(self._waiting.popleft(), ticket)

    def _tell(self) -> None:
        """Tell what is untold; if somebody is telling already, he tells this too."""
        while self._listener and self._untold:
            try:
                del self._teller[0]
            except IndexError:
                return
            try:
                while self._untold:
                    self._listener(self._untold.popleft())
            finally:
                self._teller.append(True)

    def _note(self, before: State, after: State) -> None:
        if after[0] != before[0]:
            change = transition(self.machine, before, after)
            self._transitions.append(change)
            if self._listener:
                self._untold.append(change)

    def _metrics(self, state: State, now_ns: int) -> BreakerMetrics:
        succeeded, failed, late = self._tally()
        return BreakerMetrics(
            state=STATES[state[0]],
            in_state_ns=None if state[2][:2] == (0, FORCED) else max(now_ns - state[2][0], 0),
            succeeded=succeeded,
            failed=failed,
            late=late,
            released=self._released,
            not_permitted=self._rejected,
            window=self.machine.window(self.rules, self._ring, state, now_ns),
            response_times=ResponseTimes.of(self._durations),
            transitions=tuple(self._transitions),
        )


def _tuples(value: Any) -> Any:  # integers, and sequences of such
    return value if isinstance(value, int) else tuple(map(_tuples, value))


def _as_it_is(state: State) -> State:
    return state
