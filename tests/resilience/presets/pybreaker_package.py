"""pybreaker's package under a fake clock: its `with` blocks, and whole calls through it and our breaker at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pybreaker
from hypothesis import strategies as st

from tests.resilience.presets.moments import Moment
from tests.resilience.presets.side_by_side import (
    ERRORS,
    FEWEST,
    MOST,
    RAISED,
    RESET_TIMEOUT_NS,
    WAITS,
    Block,
    ExcludedError,
    end,
)
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED
from tiktoktoe_cli.resilience.machine import BreakerState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Run
    from tiktoktoe_cli.resilience.clock import VirtualClock

FORCED = (BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN)


class TimedStorage(pybreaker.CircuitMemoryStorage):
    """The package's storage; when the breaker opens, that is at the fake clock's time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(pybreaker.STATE_CLOSED)
        self.clock = clock

    @property
    def opened_at(self) -> Any:  # a moment, where the package knows of datetimes only
        """When the breaker opened."""
        return self._opened_at

    @opened_at.setter
    def opened_at(self, _real_now: Any) -> None:  # as above
        self._opened_at = Moment.now(self.clock)


class Pybreaker:
    """The package's breaker."""

    def __init__(self, clock: VirtualClock) -> None:
        self.breaker = pybreaker.CircuitBreaker(
            fail_max=2,
            reset_timeout=RESET_TIMEOUT_NS / NS_PER_S,
            success_threshold=2,
            exclude=[ExcludedError],
            state_storage=TimedStorage(clock),
        )

    def start(self) -> Block | None:
        """Enter a block, or be refused."""
        block = self.breaker.calling()
        try:
            block.__enter__()
        except pybreaker.CircuitBreakerError:
            return None
        return Block(block, pybreaker.CircuitBreakerError)

    def force(self, state: BreakerState) -> None:
        """Enter a state by hand."""
        {
            BreakerState.CLOSED: self.breaker.close,
            BreakerState.OPEN: self.breaker.open,
            BreakerState.HALF_OPEN: self.breaker.half_open,
        }[state]()

    def shown(self) -> Mapping[str, object]:
        """Return its state and what it counts."""
        return {
            "state": self.breaker.current_state.replace("-", "_"),
            "fail_counter": self.breaker.fail_counter,
            "success_counter": self.breaker.success_counter,
        }


class WholeCall(NamedTuple):
    """A call after a wait, how long it takes, how it ends, and what somebody forces while it is under way."""

    wait_ns: int
    duration_ns: int
    how: str
    forced: BreakerState | None


locked_calls = st.lists(
    st.builds(
        WholeCall, WAITS, WAITS, st.sampled_from(sorted(ERRORS)), st.sampled_from([None, None, None, *FORCED])
    ),
    min_size=FEWEST,
    max_size=MOST,
)


@dataclass
class Locked:
    """The package's `call` and our breaker, each with its lock."""

    clock: VirtualClock
    theirs: Pybreaker
    ours: Run

    def call(self, call: WholeCall) -> tuple[bool, bool]:
        """Make the call on both sides; return which of them ran it."""
        self.clock.advance(call.wait_ns)
        ticket = self.ours.breaker.acquire(self.clock.now())
        ran = []

        def work() -> None:
            ran.append(True)
            self.clock.advance(call.duration_ns)
            if call.forced:
                self.theirs.force(call.forced)
                self.ours.breaker.force(call.forced, self.clock.now())
            assert self.ours.breaker.acquire(self.clock.now()) == QUEUED
            error = ERRORS[call.how]
            if error:
                raise error

        with suppress(*RAISED, pybreaker.CircuitBreakerError):
            self.theirs.breaker.call(work)
        if ticket != REFUSED:
            end(self.ours, ticket, self.clock.now(), call.how)
        return bool(ran), ticket != REFUSED
