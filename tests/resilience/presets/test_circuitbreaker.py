"""circuitbreaker's rules: as its package decides, in the vectors and side by side."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING

import circuitbreaker
import pytest
from hypothesis import given

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, traces, unit_cases
from tests.resilience.presets.moments import Moment
from tests.resilience.presets.pasted import pasted, refusal
from tests.resilience.presets.side_by_side import (
    RAISED,
    RESET_TIMEOUT_NS,
    BoomError,
    SideBySide,
    Step,
    steps,
)
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.machine import BreakerState
from tiktoktoe_cli.resilience.presets.circuitbreaker import CircuitbreakerSettings

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tests.resilience.presets import answers
    from tests.resilience.presets.answers import Reader

SETTINGS = CircuitbreakerSettings(consecutive_failures=2, reset_timeout=Duration(RESET_TIMEOUT_NS))


def open_remaining_s(run: Run, step: answers.Step) -> int:
    """Show what is left as the library does: rounded away from zero, after sums in binary fractions of seconds."""
    timeout_ns = run.settings.rules.reset_timeout_ns
    opened_ns = run.state[2][2] - timeout_ns
    left_s = opened_ns / NS_PER_S + timeout_ns / NS_PER_S - run.now_ns(step) / NS_PER_S
    return ceil(left_s) if left_s > 0 else floor(left_s)


READERS: Mapping[str, Reader] = {
    "state": state_of,
    "failure_count": lambda run, _: run.state[3],
    "open_remaining_s": open_remaining_s,
}


def without_idle_timer(scenario: Scenario) -> Scenario:
    """Drop `open_remaining_s` of a closed circuit: there it is what is left of the last opening, or of the making."""
    steps_ = [
        {
            **step,
            "after": {name: shown for name, shown in step["after"].items() if name != "open_remaining_s"},
        }
        if step["after"]["state"] == "closed"
        else step
        for step in scenario.steps
    ]
    return replace(scenario, steps=tuple(steps_))


class TimedBreaker(circuitbreaker.CircuitBreaker):
    """The package's breaker; when it opens, that is at the fake clock's time."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        super().__init__(2, RESET_TIMEOUT_NS / NS_PER_S, BoomError, "payments")

    @property
    def _opened(self) -> Moment:
        return self._moment

    @_opened.setter
    def _opened(self, _real_now: float) -> None:
        self._moment = Moment.now(self.clock)


@dataclass(frozen=True)
class Generated:
    """A call of a decorated generator function."""

    generator: Generator[None, None, None]

    def end(self, error: BaseException | None) -> None:
        """Let the generator end."""
        with suppress(*RAISED, StopIteration):
            next(self.generator) if error is None else self.generator.throw(error)


class Decorated:
    """The package's breaker around a function."""

    def __init__(self, clock: VirtualClock) -> None:
        self.breaker = TimedBreaker(clock)
        self.function = self.breaker.decorate(_pause)

    def start(self) -> Generated | None:
        """Call the function up to its pause, or be refused."""
        generator = self.function()
        try:
            next(generator)
        except circuitbreaker.CircuitBreakerError:
            return None
        return Generated(generator)

    def force(self, state: BreakerState) -> None:
        """Close it: there is nothing else."""
        assert state is BreakerState.CLOSED
        self.breaker.reset()

    def shown(self) -> Mapping[str, object]:
        """Return its state and the failures in a row."""
        return {"state": self.breaker.state, "failure_count": self.breaker.failure_count}


def _pause() -> Generator[None, None, None]:
    yield


@pytest.mark.parametrize("scenario", parameters(unit_cases("circuitbreaker") + traces("circuitbreaker")))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real package is answered alike."""
    run = Run(pasted(CircuitbreakerSettings, scenario.config))

    assert list(disagreements(run, without_idle_timer(scenario), READERS)) == []


# the package asks asyncio whether the function is a coroutine, in a way that Python 3.14 warns of
@pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction' is deprecated:DeprecationWarning")
@given(steps(BreakerState.CLOSED))
def test_decides_as_the_package_does(taken: list[Step]) -> None:
    """Whatever happens, the package and the preset let the same calls through and show the same."""
    clock = VirtualClock()
    both = SideBySide(clock, Decorated(clock), Run(SETTINGS), READERS)

    assert list(both.disagreements(taken)) == []


def test_the_defaults_are_the_packages() -> None:
    """Without options, both breakers have the same numbers."""
    ours = CircuitbreakerSettings()

    assert ours.consecutive_failures == circuitbreaker.CircuitBreaker.FAILURE_THRESHOLD
    assert ours.reset_timeout.seconds == circuitbreaker.CircuitBreaker.RECOVERY_TIMEOUT


def test_takes_the_options_as_they_are_written_there() -> None:
    """The numbers of a decorator can be pasted; times are in seconds."""
    read = pasted(CircuitbreakerSettings, {"failure_threshold": 10, "recovery_timeout": 1.5})

    assert (read.consecutive_failures, read.reset_timeout) == (10, Duration.of(1.5))


def test_does_not_guess_what_a_time_of_zero_means() -> None:
    """For the package zero is its default, which nobody would expect: it is refused."""
    code, _ = refusal(CircuitbreakerSettings, {"recovery_timeout": 0})

    assert code == "greater_than"


def test_a_fallback_is_a_layer_of_its_own() -> None:
    """`fallback_function` is refused with the advice where a fallback belongs."""
    code, hint = refusal(CircuitbreakerSettings, {"fallback_function": "cached"})

    assert (code, hint) == (
        "option-elsewhere",
        "a fallback is a layer of its own: put `- fallback: ...` before the circuit breaker",
    )


def test_becomes_half_open_without_a_call() -> None:
    """Time alone half-opens the circuit, and the transition is dated when it was due."""
    run = Run(SETTINGS)
    for _ in range(2):
        run.breaker.record(run.breaker.acquire(0), 0, 0, 1)

    metrics = run.breaker.metrics(RESET_TIMEOUT_NS + 7)

    assert (metrics.state, metrics.in_state_ns) == (BreakerState.HALF_OPEN, 7)
    assert metrics.transitions[-1].at_ns == RESET_TIMEOUT_NS


def test_a_late_success_closes_what_has_just_opened() -> None:
    """One call that began before is enough, however fresh the opening."""
    run = Run(SETTINGS)
    tickets = [run.breaker.acquire(0) for _ in range(3)]

    for now_ns, (ticket, failed) in enumerate(zip(tickets, [1, 1, 0], strict=True)):
        run.breaker.record(ticket, now_ns, 0, failed)

    assert [(change.at_ns, change.cause) for change in run.transitions] == [
        (1, "failures in a row"),
        (2, "late success"),
    ]


def test_a_late_failure_begins_the_wait_anew() -> None:
    """The circuit stays open for longer; it has not opened again."""
    run = Run(SETTINGS)
    tickets = [run.breaker.acquire(0) for _ in range(3)]

    for now_ns, ticket in enumerate(tickets):
        run.breaker.record(ticket, now_ns, 0, 1)

    assert [change.at_ns for change in run.transitions] == [1]
    assert run.breaker.metrics(2).in_state_ns == 1
    assert run.breaker.retry_after_ns(2) == RESET_TIMEOUT_NS


@pytest.mark.parametrize("state", [state for state in BreakerState if state is not BreakerState.CLOSED])
def test_can_only_be_forced_to_close(state: BreakerState) -> None:
    """The library has `reset()` and nothing else."""
    with pytest.raises(ValueError, match="`circuitbreaker` cannot be forced"):
        Run(SETTINGS).breaker.force(state, 0)
