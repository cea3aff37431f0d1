"""aiobreaker's rules: as its package decides, in the vectors and side by side."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import coroutine
from typing import TYPE_CHECKING, Any

import pytest
from aiobreaker import CircuitBreaker, CircuitBreakerError
from aiobreaker.state import CircuitBreakerState
from aiobreaker.storage.memory import CircuitMemoryStorage
from hypothesis import given

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, traces
from tests.resilience.presets.moments import Moment
from tests.resilience.presets.pasted import pasted, refusal
from tests.resilience.presets.side_by_side import (
    RAISED,
    RESET_TIMEOUT_NS,
    ExcludedError,
    SideBySide,
    Step,
    steps,
)
from tests.resilience.presets.whole_calls import CallingRun, state_of
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.machine import BreakerState
from tiktoktoe_cli.resilience.presets.aiobreaker import AiobreakerSettings

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Mapping

    from tests.resilience.presets.answers import Reader

SETTINGS = AiobreakerSettings(consecutive_failures=2, reset_timeout=Duration(RESET_TIMEOUT_NS))
READERS: Mapping[str, Reader] = {
    "state": state_of,
    "fail_counter": lambda run, _: run.state[3],
    "note": lambda run, _: run.note,
}
FORCED = (BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN)


class TimedStorage(CircuitMemoryStorage):
    """The package's storage; when the breaker opens, that is at the fake clock's time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(CircuitBreakerState.CLOSED)
        self.clock = clock

    @property
    def opened_at(self) -> Any:  # a moment, where the package knows of datetimes only
        """When the breaker opened."""
        return self._opened_at

    @opened_at.setter
    def opened_at(self, _real_now: Any) -> None:  # as above
        self._opened_at = Moment.now(self.clock)


@dataclass(frozen=True)
class Awaited:
    """A coroutine that has begun."""

    coroutine: Coroutine[None, None, None]

    def end(self, error: BaseException | None) -> None:
        """Let the coroutine end."""
        with suppress(*RAISED, CircuitBreakerError, StopIteration):
            self.coroutine.send(None) if error is None else self.coroutine.throw(error)


class Aiobreaker:
    """The package's breaker, and its calls stepped by hand, without a loop."""

    def __init__(self, clock: VirtualClock) -> None:
        wait = timedelta(microseconds=RESET_TIMEOUT_NS // 1000)
        self.breaker = CircuitBreaker(2, wait, [ExcludedError], state_storage=TimedStorage(clock))

    def start(self) -> Awaited | None:
        """Begin a call, or be refused."""
        call = self.breaker.call_async(_work)
        try:
            call.send(None)
        except CircuitBreakerError:
            return None
        return Awaited(call)

    def force(self, state: BreakerState) -> None:
        """Enter a state by hand."""
        {
            BreakerState.CLOSED: self.breaker.close,
            BreakerState.OPEN: self.breaker.open,
            BreakerState.HALF_OPEN: self.breaker.half_open,
        }[state]()

    def shown(self) -> Mapping[str, object]:
        """Return its state and the failures in a row."""
        return {"state": self.breaker.current_state.name.lower(), "fail_counter": self.breaker.fail_counter}


async def _work() -> None:
    await _pause()


@coroutine
def _pause() -> Generator[None, None, None]:
    yield


@pytest.mark.parametrize("scenario", parameters(traces("aiobreaker")))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real package is answered alike."""
    run = CallingRun(pasted(AiobreakerSettings, scenario.config))

    assert list(disagreements(run, scenario, READERS, {"call": CallingRun.call})) == []


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the package calls it
@given(steps(*FORCED))
def test_decides_as_the_package_does(taken: list[Step]) -> None:
    """Whatever happens, the package and the preset let the same calls through and show the same."""
    clock = VirtualClock()
    both = SideBySide(clock, Aiobreaker(clock), Run(SETTINGS), READERS)

    assert list(both.disagreements(taken)) == []


def test_the_defaults_are_the_packages() -> None:
    """Without options, both breakers have the same numbers."""
    package, ours = CircuitBreaker(), AiobreakerSettings()

    assert ours.consecutive_failures == package.fail_max
    assert timedelta(seconds=ours.reset_timeout.seconds) == package.timeout_duration


def test_takes_the_options_as_they_are_written_there() -> None:
    """The numbers of a breaker can be pasted; times are in seconds."""
    read = pasted(AiobreakerSettings, {"fail_max": 3, "timeout_duration": 0.5})

    assert (read.consecutive_failures, read.reset_timeout) == (3, Duration.of(0.5))


def test_does_not_guess_what_a_time_of_zero_means() -> None:
    """For the package zero is its default, which nobody would expect: it is refused."""
    code, _ = refusal(AiobreakerSettings, {"timeout_duration": 0})

    assert code == "greater_than"


def test_a_late_probe_opens_a_circuit_that_had_closed() -> None:
    """One probe closes, the one beside it fails: that single failure opens the circuit again, and is named so."""
    run = Run(SETTINGS)
    run.breaker.force(BreakerState.HALF_OPEN, 0)
    first, second = run.breaker.acquire(1), run.breaker.acquire(1)

    run.breaker.record(first, 2, 0, 0)
    run.breaker.record(second, 3, 0, 1)

    assert [change.cause for change in run.transitions] == ["forced", "probes passed", "late probe failed"]


def test_a_late_failure_opens_a_circuit_that_is_being_probed() -> None:
    """A call from before the circuit opened, one failure too many: it counts although it is no probe."""
    run = Run(SETTINGS)
    tickets = [run.breaker.acquire(0) for _ in range(2)]
    run.breaker.record(tickets[0], 1, 0, 1)
    run.breaker.force(BreakerState.HALF_OPEN, 2)

    run.breaker.record(tickets[1], 3, 0, 1)

    assert [change.cause for change in run.transitions] == ["forced", "late failure"]


def test_a_late_failure_begins_the_wait_anew() -> None:
    """The circuit stays open for longer; it has not opened again."""
    run = Run(SETTINGS)
    tickets = [run.breaker.acquire(0) for _ in range(3)]

    for now_ns, ticket in enumerate(tickets):
        run.breaker.record(ticket, now_ns, 0, 1)

    assert [change.at_ns for change in run.transitions] == [1]
    assert run.breaker.metrics(2).in_state_ns == 1
    assert run.breaker.retry_after_ns(2) == RESET_TIMEOUT_NS
