"""The breaker of resilience4j for Java: `semantics: resilience4j`.

`TABLE` below has the transitions. What it leaves open:

- The window holds the last N results, or those of the last N seconds in buckets of one second, which begin with the
  clock's whole seconds: there a result lives for N - 1 to N seconds. It starts empty when closed, and when half-open
  as a window of `half_open_calls` results. An open circuit keeps the window it had, and goes on counting in it.
- Every counted result decides, a success too, once there are `minimum_calls`, or as many as a window of calls
  holds. A slow failure counts as both. A share is a percentage in single precision, reached by being equal; that is
  exact here for windows of up to 167,772 calls.
- An open circuit still refuses at the very instant that `reset_timeout` is over and lets through after it; with
  `automatic_half_open` a timer half-opens it at that instant.
- Half-open hands out `half_open_calls` permits, and a result gives none back, only a call that was ignored does.
  `minimum_calls` results decide if they are fewer. A probe that never returns wedges the circuit, unless there is a
  `permit_timeout`.
- There are no generations: a result counts in whatever state it finds, and one that was admitted before the circuit
  opened may decide for the probes.
- Being forced to half-open from closed or metrics-only, or from the latter to open, is illegal there, and changes
  nothing here.

Source: resilience4j 2.4.0 (f1c3be8e), `CircuitBreakerStateMachine.java`, `CircuitBreakerMetrics.java`,
`SlidingTimeWindowMetrics.java`, `IntervalFunction.java`, `CommonCircuitBreakerConfigurationProperties.java`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    DISABLED,
    FORCED,
    FORCED_OPEN,
    HALF_OPEN,
    METRICS_ONLY,
    OPEN,
    PERMIT,
    REFUSE,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.buckets import CELLS, advance, clear, put
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.shares import Share, is_reached, least_share
from tiktoktoe_cli.resilience.presets.window import WindowSettings

_LARGEST_WINDOW: Final = 100_000
_EXACT_CALLS: Final = 2**24 // 100  # a hundred times as many still fit into single precision
_LONGEST_NS: Final = 2**63 - 1

TABLE = (
    Row(BreakerState.CLOSED, BreakerState.OPEN, "share of failures >= failure_threshold", "failure rate"),
    Row(BreakerState.CLOSED, BreakerState.OPEN, "slow calls >= slow_call_threshold", "slow call rate"),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes after reset_timeout", "reset timeout"),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "automatic_half_open, at reset_timeout", "timer"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "failures >= failure_threshold", "probes failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "slow ones >= slow_call_threshold", "probes slow"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "enough results below both", "probes passed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "undecided at permit_timeout", "permit timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "the same, if set to close", "permit timeout"),
)
_FAILED, _SLOW, _TRIED, _TIMER = range(4)
_PROBES_FAILED, _PROBES_SLOW, _PROBES_PASSED, _OVERDUE, _OVERDUE_CLOSED = range(4, len(TABLE))


class Rules(NamedTuple):
    """The settings as the steps take them; of `window_calls` and `window_seconds` one is 0.

    The multiplier is a floating-point number because the library multiplies by one, and cuts off after each product.
    """

    failure_share: Share
    slow_share: Share
    window_calls: int
    window_seconds: int
    minimum_calls: int
    reset_timeout_ns: int
    multiplier: float
    max_reset_timeout_ns: int
    automatic_half_open: int
    half_open_calls: int
    permit_timeout_ns: int
    closes_when_overdue: int


Episode: TypeAlias = tuple[int, int, int, int, int, int]
"""(since_ns, row, until_ns, permits, wait_ns, size).

`until_ns`: when an open circuit may be probed, or a half-open one is overdue. `wait_ns`: how long it last stayed
open, 0 if it was closed since. `size`: how many calls the window holds; 0 for a window of time.
"""

State: TypeAlias = tuple[int, int, Episode, int, int, int]
"""(phase, 0, episode, recorded, failures, slow).

`recorded`: results since the window was empty, or within a window of time; `failures` and `slow`: those among the
window's.
"""


def _initial(rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0, 0, rules.window_calls), 0, 0, 0)


def _ring(rules: Rules) -> Ring:
    return [0] * (max(rules.window_calls, CELLS * rules.window_seconds, rules.half_open_calls) + 1)


def acquire(rules: Rules, ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase = state[0]
    if phase in (CLOSED, DISABLED, METRICS_ONLY):
        return PERMIT, state
    if phase == OPEN and now_ns >= state[2][2]:
        state = _half_opened(rules, ring, state, now_ns, _TRIED)
    phase, ticket, (since_ns, row, until_ns, permits, wait_ns, size), recorded, failures, slow = state
    if phase != HALF_OPEN or permits == 0:
        return REFUSE, state
    episode = (since_ns, row, until_ns, permits - 1, wait_ns, size)
    return PERMIT, (phase, ticket, episode, recorded, failures, slow)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, slow: int
) -> State:
    """Count how a call ended, whenever it was admitted."""
    phase, ticket, episode = state[:3]
    if phase in (FORCED_OPEN, DISABLED):
        return state
    recorded, failures, slows = _counted(rules, ring, state, now_ns, (failed, slow))
    after = (phase, ticket, episode, recorded, failures, slows)
    size, calls, minimum = episode[5], recorded, rules.minimum_calls
    if size:
        calls, minimum = min(calls, size), min(minimum, size)
    if calls < minimum or phase in (OPEN, METRICS_ONLY):
        return after
    if is_reached(rules.failure_share, failures, calls):
        return _opened(rules, after, now_ns, _PROBES_FAILED if phase else _FAILED)
    if is_reached(rules.slow_share, slows, calls):
        return _opened(rules, after, now_ns, _PROBES_SLOW if phase else _SLOW)
    return _emptied(rules, ring, CLOSED, now_ns, _PROBES_PASSED) if phase else after


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Give a permit back; also for a call that had none, so that there may be more of them than at first."""
    phase, ticket, (since_ns, row, until_ns, permits, wait_ns, size), recorded, failures, slow = state
    if phase != HALF_OPEN:
        return state
    return (phase, ticket, (since_ns, row, until_ns, permits + 1, wait_ns, size), recorded, failures, slow)


def settle(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Half-open, or end the wait for probes, when it is time."""
    phase, until_ns = state[0], state[2][2]
    if now_ns < until_ns:
        return state
    if phase == OPEN and rules.automatic_half_open:
        return _half_opened(rules, ring, state, until_ns, _TIMER)
    if phase == HALF_OPEN and rules.permit_timeout_ns:
        if rules.closes_when_overdue:
            return _emptied(rules, ring, CLOSED, until_ns, _OVERDUE_CLOSED)
        return _opened(rules, state, until_ns, _OVERDUE)
    return state


def force(rules: Rules, ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Enter a phase because somebody asked for it; what the library calls illegal changes nothing."""
    before = state[0]
    if phase == HALF_OPEN:
        illegal = before in (CLOSED, METRICS_ONLY)
        return state if illegal else _half_opened(rules, ring, state, now_ns, FORCED)
    if phase == OPEN:
        return state if before == METRICS_ONLY else _opened(rules, state, now_ns, FORCED)
    if phase == FORCED_OPEN:  # which the library counts among the times that it opened
        clear(ring)
        wait_ns = _longer(rules, state[2][4])
        return (phase, 0, (now_ns, FORCED, now_ns, 0, wait_ns, rules.window_calls), 0, 0, 0)
    return _emptied(rules, ring, phase, now_ns, FORCED)


def window(rules: Rules, ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at."""
    size = state[2][5]
    if size:
        return Window(min(state[3], size), state[4], state[5])
    return Window(*_aged(rules, ring.copy(), state, now_ns))


def _counted(
    rules: Rules, ring: Ring, state: State, now_ns: int, marks: tuple[int, int]
) -> tuple[int, int, int]:
    """Return the window's numbers with one result more."""
    size, recorded, failures, slow = state[2][5], state[3], state[4], state[5]
    if size:
        old, ring[recorded % size] = ring[recorded % size], marks[0] + 2 * marks[1]
        failures, slow = failures - (old & 1), slow - (old >> 1)
    else:
        recorded, failures, slow = _aged(rules, ring, state, now_ns)
        put(ring, rules.window_seconds, marks[0], marks[1])
    return recorded + 1, failures + marks[0], slow + marks[1]


def _aged(rules: Rules, ring: Ring, state: State, now_ns: int) -> tuple[int, int, int]:
    """Return what is left of a window of time: calls, failures, slow calls."""
    gone = advance(ring, rules.window_seconds, now_ns // NS_PER_S)
    return state[3] - gone[0], state[4] - gone[1], state[5] - gone[2]


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    """Open, and keep what was counted."""
    _, ticket, (_, _, _, _, wait_ns, size), recorded, failures, slow = state
    wait_ns = _longer(rules, wait_ns)
    # without a timer it is a call that looks whether the time is over, and at the instant itself it is not
    until_ns = now_ns + wait_ns + (0 if rules.automatic_half_open else 1)
    return (OPEN, ticket, (now_ns, row, until_ns, 0, wait_ns, size), recorded, failures, slow)


def _half_opened(rules: Rules, ring: Ring, state: State, now_ns: int, row: int) -> State:
    clear(ring)
    permits, until_ns = rules.half_open_calls, now_ns + rules.permit_timeout_ns
    return (HALF_OPEN, state[1], (now_ns, row, until_ns, permits, state[2][4], permits), 0, 0, 0)


def _emptied(rules: Rules, ring: Ring, phase: int, now_ns: int, row: int) -> State:
    """Enter a phase with an empty window."""
    clear(ring)
    return (phase, 0, (now_ns, row, now_ns, 0, 0, rules.window_calls), 0, 0, 0)


def _longer(rules: Rules, wait_ns: int) -> int:
    """Return how long to stay open after `wait_ns`, in whole milliseconds; 0 for the first time."""
    if not wait_ns:
        return rules.reset_timeout_ns
    grown_ns = int(wait_ns // NS_PER_MS * rules.multiplier) * NS_PER_MS
    return min(grown_ns, rules.max_reset_timeout_ns)


MACHINE = Machine(
    name="resilience4j",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(range(len(BreakerState))),
    settle=settle,
    closed_permits=True,
)


class _Relaxed(StrEnum):
    """Words that may be written as Spring reads them: `TIME_BASED`, `time-based`."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((word for word in cls if word == str(value).lower().replace("_", "-")), None)


class WindowType(_Relaxed):
    """What `sliding_window_size` counts: calls or seconds."""

    COUNT_BASED = "count-based"
    TIME_BASED = "time-based"


class AfterPermits(_Relaxed):
    """Where probes lead that do not decide in time."""

    OPEN = "open"
    CLOSED = "closed"


class Resilience4jSettings(BreakerSettings):
    """Stop calling a destination as resilience4j does."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "failureRateThreshold": Native("failure_threshold", "%"),
        "slowCallRateThreshold": Native("slow_call_threshold", "%"),
        "slowCallDurationThreshold": Native("slow_call_duration", "ms"),
        "slidingWindowType": Native("sliding_window_type"),
        "slidingWindowSize": Native("sliding_window_size"),
        "minimumNumberOfCalls": Native("minimum_calls"),
        "waitDurationInOpenState": Native("reset_timeout", "ms"),
        "enableExponentialBackoff": Native("exponential_backoff"),
        "exponentialBackoffMultiplier": Native("reset_timeout_multiplier"),
        "exponentialMaxWaitDurationInOpenState": Native("max_reset_timeout", "ms"),
        "automaticTransitionFromOpenToHalfOpenEnabled": Native("automatic_half_open"),
        "permittedNumberOfCallsInHalfOpenState": Native("half_open_calls"),
        "maxWaitDurationInHalfOpenState": Native("permit_timeout", "ms"),
        "transitionToStateAfterWaitDuration": Native("after_permit_timeout"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            (
                "recordExceptions",
                "ignoreExceptions",
                "recordFailurePredicate",
                "ignoreExceptionPredicate",
                "recordResultPredicate",
            ),
            FAILURES,
        ),
        "baseConfig": "write the options of that configuration here, or merge them with `<<: *anchor`",
        "initialState": "leave it out: a circuit begins closed",
        "enableRandomizedWait": "leave it out: nothing here happens by chance",
        "randomizedWaitFactor": "leave it out: nothing here happens by chance",
        "ringBufferSizeInClosedState": "write `slidingWindowSize`, its name since 1.0",
        "ringBufferSizeInHalfOpenState": "write `permittedNumberOfCallsInHalfOpenState`, its name since 1.0",
    }
    idle: ClassVar[tuple[str, ...]] = (
        "registerHealthIndicator",
        "allowHealthIndicatorToFail",
        "eventConsumerBufferSize",
        "writableStackTraceEnabled",
        "ignoreClassBindingExceptions",
        "circuitBreakerAspectOrder",
    )

    failure_threshold: Ratio = Field(Ratio(0.5), gt=0)
    """The share of failures that opens the circuit."""
    slow_call_threshold: Ratio = Field(Ratio(1), gt=0)
    """The share of slow calls that opens the circuit."""
    slow_call_duration: Duration = Field(Duration.of(60), gt=0)
    """A call that took longer was slow."""
    window: WindowSettings = WindowSettings(calls=100)
    """The results that the shares are taken of: so many calls, or whole seconds."""
    sliding_window_type: WindowType | None = None
    """The library's way to say which `window` it is."""
    sliding_window_size: int | None = Field(None, ge=1, le=_LARGEST_WINDOW)
    """The library's way to say how large the `window` is: calls or seconds."""
    minimum_calls: int = Field(100, ge=1)
    """How many results there must be before a share means anything; at most what a window of calls holds."""
    reset_timeout: Duration = Duration.of(60)
    """How long the circuit stays open before calls probe it, in whole milliseconds."""
    exponential_backoff: bool | None = None
    """Whether `reset_timeout_multiplier` applies: if true without one, it is 1.5."""
    reset_timeout_multiplier: float | None = Field(None, ge=1, le=100)
    """By how much longer it stays open each time that the probes failed."""
    max_reset_timeout: Duration | None = Field(None, gt=0)
    """What the growing `reset_timeout` does not exceed; without it, nothing bounds it."""
    automatic_half_open: bool = False
    """Whether the circuit half-opens by itself when `reset_timeout` is over, rather than at the next call."""
    half_open_calls: int = Field(10, ge=1, le=_LARGEST_WINDOW)
    """How many calls may probe the destination."""
    permit_timeout: Duration = Duration(0)
    """How long probes have to decide, in whole milliseconds; 0 is for ever."""
    after_permit_timeout: AfterPermits = AfterPermits.OPEN
    """Where the circuit goes when probes did not decide in time."""

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        for field in ("sliding_window_type", "sliding_window_size"):
            if {"window", field} <= self.model_fields_set:
                words = {"first": "window", "second": field, "at": [(field,)], "hint": "keep one of them"}
                raise PydanticCustomError("option-twice", "`{first}` and `{second}` say the same", words)
        time_ns = self.window.time if self.window.kind == "time" else NS_PER_S
        if time_ns % NS_PER_S or time_ns > _LARGEST_WINDOW * NS_PER_S:
            hint = f"take whole seconds, at most {_LARGEST_WINDOW}"
            told = {"time": str(time_ns), "hint": hint, "at": [("window", "time")]}
            raise PydanticCustomError("impossible-window", "`resilience4j` has no window of {time}", told)
        return self

    @property
    def slow_call_ns(self) -> int:
        """How long a call may take before it is slow."""
        return self.slow_call_duration

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        calls, seconds = self._sizes()
        longest_ns = _whole_ms(self.max_reset_timeout or _LONGEST_NS)
        return Rules(
            failure_share=_share(self.failure_threshold),
            slow_share=_share(self.slow_call_threshold),
            window_calls=calls,
            window_seconds=seconds,
            minimum_calls=self.minimum_calls,
            reset_timeout_ns=min(_whole_ms(self.reset_timeout), longest_ns),
            multiplier=self._multiplier(),
            max_reset_timeout_ns=longest_ns,
            automatic_half_open=int(self.automatic_half_open),
            half_open_calls=self.half_open_calls,
            permit_timeout_ns=_whole_ms(self.permit_timeout),
            closes_when_overdue=int(self.after_permit_timeout is AfterPermits.CLOSED),
        )

    def _sizes(self) -> tuple[int, int]:
        """Return how many calls and how many seconds the window holds; one of them is 0."""
        if self.window.kind == "time":
            return 0, self.window.time // NS_PER_S
        size = self.sliding_window_size or self.window.calls
        return (0, size) if self.sliding_window_type is WindowType.TIME_BASED else (size, 0)

    def _multiplier(self) -> float:
        if self.exponential_backoff is False:
            return 1.0
        return self.reset_timeout_multiplier or (1.5 if self.exponential_backoff else 1.0)


def _whole_ms(duration_ns: int) -> int:
    return duration_ns // NS_PER_MS * NS_PER_MS


def _share(threshold: Ratio) -> Share:
    """Fold the library's arithmetic into a share: a percentage, divided in single precision."""
    percent = _single(float(threshold) * 100)
    return least_share(lambda part, total: _single(part * 100 / total) >= percent, limit=_EXACT_CALLS)


def _single(value: float) -> float:
    """Round to single precision."""
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single
