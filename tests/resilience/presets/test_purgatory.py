"""purgatory's rules: as its package decides, in the vectors and side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from purgatory import SyncCircuitBreakerFactory
from purgatory.domain.model import Context, OpenedState, State
from purgatory.service._sync.unit_of_work import SyncInMemoryUnitOfWork

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, traces, unit_cases
from tests.resilience.presets.moments import Moment
from tests.resilience.presets.pasted import pasted, refusal
from tests.resilience.presets.side_by_side import (
    RESET_TIMEOUT_MS,
    RESET_TIMEOUT_NS,
    Block,
    ExcludedError,
    SideBySide,
    Step,
    steps,
)
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.machine import BreakerState
from tiktoktoe_cli.resilience.presets.purgatory import PurgatorySettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Reader

SETTINGS = PurgatorySettings(consecutive_failures=2, reset_timeout=Duration(RESET_TIMEOUT_NS))
READERS: Mapping[str, Reader] = {
    "state": state_of,
    "failure_count": lambda run, _: run.state[3],  # shown only while closed
}
_STATES = {"closed": "closed", "opened": "open", "half-opened": "half_open"}


class TimedContext(Context):
    """The package's context; when it opens, that is at the fake clock's time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__("payments", threshold=2, ttl=RESET_TIMEOUT_NS / NS_PER_S)
        self.clock = clock

    def set_state(self, state: State) -> None:
        """Enter a state."""
        if isinstance(state, OpenedState):
            state.opened_at = Moment.now(self.clock)
        super().set_state(state)


class Purgatory:
    """The package's breaker."""

    def __init__(self, clock: VirtualClock) -> None:
        self.context = TimedContext(clock)
        work = SyncInMemoryUnitOfWork()
        work.contexts.register(self.context)
        self.factory = SyncCircuitBreakerFactory(exclude=[ExcludedError], uow=work)

    def start(self) -> Block | None:
        """Enter the block, or be refused."""
        block = self.factory.get_breaker("payments")
        try:
            block.__enter__()
        except OpenedState:
            return None
        return Block(block, OpenedState)

    def force(self, state: BreakerState) -> None:
        """There is no such thing."""
        raise AssertionError(state)

    def shown(self) -> Mapping[str, object]:
        """Return its state, and while it is closed the failures in a row."""
        state = _STATES[self.context.state]
        return {"state": state} | ({"failure_count": self.context.failure_count} if state == "closed" else {})


@pytest.mark.parametrize("scenario", parameters(unit_cases("purgatory") + traces("purgatory")))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real package is answered alike."""
    run = Run(pasted(PurgatorySettings, scenario.config))

    assert list(disagreements(run, scenario, READERS)) == []


@given(steps())
def test_decides_as_the_package_does(taken: list[Step]) -> None:
    """Whatever happens, the package and the preset let the same calls through and show the same."""
    clock = VirtualClock()
    both = SideBySide(clock, Purgatory(clock), Run(SETTINGS), READERS)

    assert list(both.disagreements(taken)) == []


def test_the_defaults_are_the_packages() -> None:
    """Without options, both breakers have the same numbers."""
    factory, ours = SyncCircuitBreakerFactory(), PurgatorySettings()

    assert ours.consecutive_failures == factory.default_threshold
    assert ours.reset_timeout.seconds == factory.default_ttl


@pytest.mark.parametrize("prefix", ["", "default_"])
def test_takes_the_options_as_they_are_written_there(prefix: str) -> None:
    """The numbers of a breaker and those of a factory can be pasted; times are in seconds."""
    read = pasted(PurgatorySettings, {f"{prefix}threshold": 3, f"{prefix}ttl": 1.5})

    assert (read.consecutive_failures, read.reset_timeout) == (3, Duration.of(1.5))


def test_does_not_guess_what_a_time_of_zero_means() -> None:
    """For the package zero is its default, which nobody would expect: it is refused."""
    code, _ = refusal(PurgatorySettings, {"ttl": 0})

    assert code == "greater_than"


def test_says_truly_when_to_come_back() -> None:
    """At the reset time itself calls are still refused; what is left to wait is one nanosecond more."""
    breaker = CircuitBreaker(SETTINGS)
    for _ in range(2):
        breaker.record(breaker.acquire(0), 0, 0, 1)

    wait_ns = breaker.retry_after_ns(0)

    assert wait_ns == RESET_TIMEOUT_NS + 1
    assert breaker.acquire(wait_ns - 1) == REFUSED
    assert breaker.acquire(wait_ns) != REFUSED


def test_results_that_end_in_the_open_phase_are_late() -> None:
    """They do nothing, and are counted as late."""
    breaker = CircuitBreaker(SETTINGS)
    tickets = [breaker.acquire(0) for _ in range(4)]

    for ticket, failed in zip(tickets, [1, 1, 1, 0], strict=True):
        breaker.record(ticket, RESET_TIMEOUT_MS, 0, failed)

    metrics = breaker.metrics(RESET_TIMEOUT_MS)
    assert (metrics.state, metrics.failed, metrics.late) == (BreakerState.OPEN, 2, 2)


@pytest.mark.parametrize("state", list(BreakerState))
def test_cannot_be_forced(state: BreakerState) -> None:
    """The library has no manual states."""
    with pytest.raises(ValueError, match="`purgatory` cannot be forced"):
        CircuitBreaker(SETTINGS).force(state, 0)
