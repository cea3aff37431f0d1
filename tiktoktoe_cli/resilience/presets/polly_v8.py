"""The circuit breaker of Polly 8: `semantics: polly_v8`.

Follows App-vNext/Polly 173d6d1d, `src/Polly.Core/CircuitBreaker/`: `Controller/CircuitStateController.cs`,
`Controller/AdvancedCircuitBehavior.cs` and `Health/`. What `TABLE` leaves open:

- Only a failure opens the circuit, and it is compared with itself counted; a threshold is reached by being equal to
  it. The quotient of doubles there and the whole numbers here agree for any share of six decimals.
- The calls of the window are forgotten when the circuit closes, and only then: those before a break still count
  within it, results that come while it is open are added, and those of probes are not counted.
- An outcome that is not handled, a cancelled call among them, is a success: it counts, and as a probe closes.
- Half-open lets one probe through and waits for it: while that one hangs, all others are refused.
- There are no late results: whatever ends while the circuit is half-open decides in the probe's place.
- A `BreakDurationGenerator` may make each break longer than the last: `reset_timeout_multiplier`. The first one after
  the circuit was closed is `reset_timeout` long.
- `IsolateAsync` is the state forced-open, `CloseAsync` forces it closed; nothing else can be forced.

A breaker's options allow no sampling duration under half a second, so that `SingleHealthMetrics` is never reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, TypeAlias

from pydantic import Field

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
    grown_ns,
)
from tiktoktoe_cli.resilience.presets.polly import TimeSpan, counted, empty_ring, forget, healthy, slice_ns
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

_SHORTEST: Final = Duration.of(0.5)
_LONGEST: Final = Duration.of(86_400)

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure, minimum_calls within the window, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call fails", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "a call does not fail", "probe passed"),
)
_FAILED, _TRIED, _PROBE_FAILED, _PROBE_PASSED = range(len(TABLE))


class Rules(NamedTuple):
    """When the circuit breaks, and for how long."""

    threshold_ppm: int
    minimum_calls: int
    slice_ns: int
    sampling_ns: int
    break_ns: int
    multiplier_ppm: int
    max_break_ns: int


Episode: TypeAlias = tuple[int, int, int, int]
"""(since_ns, row, until_ns, wait_ns): `wait_ns` is how long it last stayed open, 0 while closed."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, ticket, episode, calls, failures): those of the window; the ticket is always 0."""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0), 0, 0)


def acquire(rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, ticket, episode, calls, failures = state
    if phase == CLOSED:
        return PERMIT, state
    if phase != OPEN or now_ns < episode[2]:
        return REFUSE, state
    probing = (now_ns, _TRIED, now_ns + rules.break_ns, episode[3])  # the time that `RetryAfter` would tell
    return PERMIT, (HALF_OPEN, ticket, probing, calls, failures)


def result(
    rules: Rules, ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    phase, ticket, episode, calls, failures = state
    if phase == HALF_OPEN:
        if failed:
            return _opened(rules, state, now_ns, _PROBE_FAILED)
        return _closed(ring, now_ns, _PROBE_PASSED)
    durations = (rules.slice_ns, rules.sampling_ns)
    calls, failures = counted(durations, ring, (calls, failures), now_ns, failed)
    after = (phase, ticket, episode, calls, failures)
    if not failed or phase != CLOSED or calls < rules.minimum_calls:
        return after
    if failures * MILLION < rules.threshold_ppm * calls:
        return after
    return _opened(rules, after, now_ns, _FAILED)


def release(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Count an outcome that is not handled: it is a success."""
    return result(rules, ring, state, now_ns, ticket, 0, 0)


def force(_rules: Rules, ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Isolate the circuit, or close it and forget its results."""
    if phase == CLOSED:
        return _closed(ring, now_ns, FORCED)
    _, ticket, _, calls, failures = state
    return (FORCED_OPEN, ticket, (now_ns, FORCED, now_ns, 0), calls, failures)


def window(rules: Rules, ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at."""
    calls, failures = healthy(rules.sampling_ns, ring.copy(), (state[3], state[4]), now_ns)
    return Window(calls, failures, 0)


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    """Open; for longer than the last time, if there was one since it was closed."""
    _, ticket, episode, calls, failures = state
    wait_ns = max(grown_ns(episode[3], rules.multiplier_ppm, rules.max_break_ns), rules.break_ns)
    return (OPEN, ticket, (now_ns, row, now_ns + wait_ns, wait_ns), calls, failures)


def _closed(ring: Ring, now_ns: int, row: int) -> State:
    forget(ring)
    return (CLOSED, 0, (now_ns, row, now_ns, 0), 0, 0)


MACHINE = Machine(
    name="polly_v8",
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

    time: TimeSpan = Field(Duration.of(30), ge=_SHORTEST, le=_LONGEST)
    """Those that ended within so long; kept in ten slices."""


class PollyV8Settings(BreakerSettings):
    """Stop calling a destination as Polly 8 would; the defaults are its own."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "FailureRatio": Native("failure_threshold"),
        "MinimumThroughput": Native("minimum_calls"),
        "SamplingDuration": Native("window.time"),
        "BreakDuration": Native("reset_timeout"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "BreakDurationGenerator": "a growing break is written as `reset_timeout_multiplier` and `max_reset_timeout`",
        "ShouldHandle": FAILURES,
        "ManualControl": "leave it out: no circuit is forced from a configuration",
    }
    idle: ClassVar[tuple[str, ...]] = ("Name", "OnOpened", "OnClosed", "OnHalfOpened", "StateProvider")

    failure_threshold: Ratio = Ratio(0.1)
    """The share of failures that opens the circuit."""
    window: SamplingWindow = SamplingWindow(time=Duration.of(30))
    """The results that the share is taken of."""
    minimum_calls: int = Field(100, ge=2)
    """How many results there must be before the share means anything."""
    reset_timeout: TimeSpan = Field(Duration.of(5), ge=_SHORTEST, le=_LONGEST)
    """How long the circuit stays open before a call probes it."""
    reset_timeout_multiplier: float = Field(1, ge=1, le=100)
    """By how much longer it stays open each time that the probe failed."""
    max_reset_timeout: TimeSpan = _LONGEST
    """What the growing `reset_timeout` does not exceed."""

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        return Rules(
            threshold_ppm=self.failure_threshold.ppm,
            minimum_calls=self.minimum_calls,
            slice_ns=slice_ns(self.window.time),
            sampling_ns=self.window.time,
            break_ns=int(self.reset_timeout),
            multiplier_ppm=round(self.reset_timeout_multiplier * MILLION),
            max_break_ns=int(self.max_reset_timeout),
        )
