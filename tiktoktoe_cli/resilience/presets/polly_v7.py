"""The circuit breakers of Polly 7, advanced and basic: `semantics: polly_v7`.

Follows App-vNext/Polly 173d6d1d, `src/Polly/CircuitBreaker/`: `CircuitStateController.cs`,
`AdvancedCircuitController.cs` and `ConsecutiveCountCircuitController.cs`. The basic breaker, which counts failures in a
row, is the one that has `consecutive_failures`. What differs from `polly_v8`, and is not in `TABLE`:

- Half-open lets one more probe through each time that `reset_timeout` has passed since the last: one that hangs does
  not wedge the circuit.
- The success that closes the circuit is the first result of its new window.
- A call that ends in an exception that is not handled says nothing at all; as a probe, it leaves the circuit half-open.
- The basic breaker counts nothing while it is open, and its streak starts anew when it closes.
- `Isolate` is the state forced-open, `Reset` forces it closed.

Reading its `CircuitState` makes a circuit half-open whose time has come; here, only a call does. Between such a reading
and the next call, a late result finds the circuit half-open there and open here.

The library has no defaults. Those here are of version 8, so that the two can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    FORCED_OPEN,
    HALF_OPEN,
    MILLION,
    OPEN,
    PERMIT,
    REFUSE,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.polly import TimeSpan, counted, empty_ring, forget, healthy, slice_ns
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure, minimum_calls within the window, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(
        BreakerState.CLOSED, BreakerState.OPEN, "consecutive_failures without a success", "failures in a row"
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call fails", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "a call succeeds", "probe passed"),
)
_FAILED, _FAILED_IN_A_ROW, _TRIED, _PROBE_FAILED, _PROBE_PASSED = range(len(TABLE))


class Rules(NamedTuple):
    """When the circuit breaks, and for how long; `consecutive` is 0 for the advanced breaker."""

    consecutive: int
    threshold_ppm: int
    minimum_calls: int
    slice_ns: int
    sampling_ns: int
    break_ns: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns): until when an open or half-open circuit lets no call through."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, ticket, episode, calls, failures): those of the window, or of the streak; the ticket is always 0."""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0), 0, 0)


def acquire(rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, ticket, (since_ns, row, until_ns), calls, failures = state
    if phase == CLOSED:
        return PERMIT, state
    if phase == FORCED_OPEN or now_ns < until_ns:
        return REFUSE, state
    if phase == OPEN:
        since_ns, row = now_ns, _TRIED
    return PERMIT, (HALF_OPEN, ticket, (since_ns, row, now_ns + rules.break_ns), calls, failures)


def result(
    rules: Rules, ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    phase = state[0]
    if phase == HALF_OPEN:
        if failed:
            return _opened(rules, state, now_ns, _PROBE_FAILED)
        closed = _closed(ring, now_ns, _PROBE_PASSED)
        return closed if rules.consecutive else _sampled(rules, ring, closed, now_ns, failed)
    if rules.consecutive:
        return _in_a_row(rules, state, now_ns, failed) if phase == CLOSED else state
    after = _sampled(rules, ring, state, now_ns, failed)
    calls, failures = after[3], after[4]
    if not failed or phase != CLOSED or calls < rules.minimum_calls:
        return after
    if failures * MILLION < rules.threshold_ppm * calls:
        return after
    return _opened(rules, after, now_ns, _FAILED)


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Take note of a call that ended in an exception that is not handled: nothing happens."""
    return state


def force(_rules: Rules, ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Isolate the circuit, or close it and forget its results."""
    if phase == CLOSED:
        return _closed(ring, now_ns, FORCED)
    return (FORCED_OPEN, state[1], (now_ns, FORCED, now_ns), state[3], state[4])


def window(rules: Rules, ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at; the basic breaker keeps none in the ring."""
    calls, failures = healthy(rules.sampling_ns, ring.copy(), (state[3], state[4]), now_ns)
    return Window(calls, failures, 0)


def _sampled(rules: Rules, ring: Ring, state: State, now_ns: int, failed: int) -> State:
    phase, ticket, episode, calls, failures = state
    durations = (rules.slice_ns, rules.sampling_ns)
    calls, failures = counted(durations, ring, (calls, failures), now_ns, failed)
    return (phase, ticket, episode, calls, failures)


def _in_a_row(rules: Rules, state: State, now_ns: int, failed: int) -> State:
    streak = state[4] + 1 if failed else 0
    after = (state[0], state[1], state[2], streak, streak)
    return _opened(rules, after, now_ns, _FAILED_IN_A_ROW) if streak >= rules.consecutive else after


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    return (OPEN, state[1], (now_ns, row, now_ns + rules.break_ns), state[3], state[4])


def _closed(ring: Ring, now_ns: int, row: int) -> State:
    forget(ring)
    return (CLOSED, 0, (now_ns, row, now_ns), 0, 0)


MACHINE = Machine(
    name="polly_v7",
    table=TABLE,
    initial=_initial,
    ring=empty_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset({CLOSED, FORCED_OPEN}),
    closed_permits=True,
)


class SamplingWindow(TimeWindow):
    """The calls that the share is taken of."""

    time: TimeSpan = Field(Duration.of(30), ge=Duration.of(0.02))
    """Those that ended within so long; from 200 ms on, kept in ten slices."""


class PollyV7Settings(BreakerSettings):
    """Stop calling a destination as Polly 7 would."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "failureThreshold": Native("failure_threshold"),
        "samplingDuration": Native("window.time"),
        "minimumThroughput": Native("minimum_calls"),
        "durationOfBreak": Native("reset_timeout"),
        "exceptionsAllowedBeforeBreaking": Native("consecutive_failures"),
        "handledEventsAllowedBeforeBreaking": Native("consecutive_failures"),
    }
    idle: ClassVar[tuple[str, ...]] = ("PolicyKey", "onBreak", "onReset", "onHalfOpen")

    failure_threshold: Ratio = Field(Ratio(0.1), gt=0)
    """The share of failures that opens the circuit."""
    window: SamplingWindow = SamplingWindow(time=Duration.of(30))
    """The results that the share is taken of."""
    minimum_calls: int = Field(100, ge=2)
    """How many results there must be before the share means anything."""
    consecutive_failures: int | None = Field(None, ge=1)
    """Instead of a share: how many failures in a row open the circuit."""
    reset_timeout: TimeSpan = Duration.of(5)
    """How long the circuit stays open before a call probes it, and half-open before another does."""

    @model_validator(mode="after")
    def _one_breaker(self) -> PollyV7Settings:
        for option in ("failure_threshold", "window", "minimum_calls"):
            if self.consecutive_failures and option in self.model_fields_set:
                words = {"option": option, "hint": "keep one of them", "at": [(option,)]}
                message = "`polly_v7` has no option `{option}` beside `consecutive_failures`"
                raise PydanticCustomError("unknown-option", message, words)
        return self

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        return Rules(
            consecutive=self.consecutive_failures or 0,
            threshold_ppm=self.failure_threshold.ppm,
            minimum_calls=self.minimum_calls,
            slice_ns=slice_ns(self.window.time),
            sampling_ns=self.window.time,
            break_ns=self.reset_timeout,
        )
