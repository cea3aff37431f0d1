"""The breaker of Netflix Hystrix: `semantics: hystrix`.

`TABLE` below has the transitions. What it leaves open:

- No result opens the circuit, a snapshot does: every `health_interval` after the circuit was closed (the first time:
  after the clock's zero) the buckets of the last `window` are added up, each as long as the interval. So a failing
  destination is noticed up to an interval later, and a success can be part of what opens it. A result at the very
  instant of a snapshot belongs to the next one.
- The share is a percentage in double precision, cut off to a whole number, and reached by being equal: with a
  threshold of 29 %, 29 failures of 100 are computed as 28.
- An open circuit counts nothing, and lets a call through after `reset_timeout`, not at it; both are in milliseconds
  of the clock. One probe may start. What never returns wedges the circuit: the library's own timeout of one second
  prevents that, and is a layer of its own here.
- There are no generations: while the circuit is half-open any success closes it and any failure opens it, whenever
  the call was admitted. A call that was cancelled or excluded from the count is taken for a failure there.
- Closing starts empty, but for the success that closed it.
- `force_open` and `force_closed` are properties there, which may change at run time; here they are the states
  forced-open and metrics-only, and a breaker that is forced to be closed again begins as a new one.

Source: Hystrix (7c03bafe), `HystrixCircuitBreaker.java`, `HystrixCommandMetrics.java`, `HealthCountsStream.java`,
`BucketedRollingCounterStream.java`, `AbstractCommand.java`, `HystrixCommandProperties.java`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import NS_PER_MS, Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
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
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.shares import Share, is_reached, least_share
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

_PPM_PER_PERCENT: Final = 10_000
_MOST_BUCKETS: Final = 100_000

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a snapshot with minimum_calls, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(
        BreakerState.OPEN,
        BreakerState.HALF_OPEN,
        "a call comes, more than reset_timeout has passed",
        "reset timeout",
    ),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "a call succeeds", "probe passed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call fails", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call ends without a result", "probe cancelled"),
)
_FAILED, _TRIED, _PROBE_PASSED, _PROBE_FAILED, _PROBE_CANCELLED = range(len(TABLE))


class Rules(NamedTuple):
    """The settings as the steps take them."""

    failure_share: Share
    minimum_calls: int
    interval_ns: int
    buckets: int
    reset_timeout_ns: int
    phase: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns): an open circuit may be probed from `until_ns` on."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, 0, episode, calls, failures): those of the window. In the ring, bucket 0 began with the phase."""


def _initial(rules: Rules) -> State:
    return (rules.phase, 0, (0, FORCED, 0), 0, 0)


def _ring(rules: Rules) -> Ring:
    return [0] * (CELLS * rules.buckets + 1)


def settle(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Take the snapshots that were due, up to one that opens the circuit."""
    phase, ticket, episode = state[:3]
    newest, due = ring[-1], (now_ns - episode[0]) // rules.interval_ns
    if phase not in (CLOSED, METRICS_ONLY) or due <= newest:
        return state
    for number in range(newest + 1, min(due, newest + rules.buckets) + 1):
        if phase == CLOSED and _is_failing(rules, state):
            return _opened(rules, state, episode[0] + number * rules.interval_ns, _FAILED)
        gone = advance(ring, rules.buckets, number)
        if gone[0]:
            state = (phase, ticket, episode, state[3] - gone[0], state[4] - gone[1])
    advance(ring, rules.buckets, due)
    return state


def acquire(_rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, ticket, episode, calls, failures = state
    if phase in (CLOSED, METRICS_ONLY):
        return PERMIT, state
    if phase == OPEN and now_ns >= episode[2]:
        return PERMIT, (HALF_OPEN, ticket, (now_ns, _TRIED, now_ns), calls, failures)
    return REFUSE, state


def result(
    rules: Rules, ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended, or let it decide for the probe, whenever it was admitted."""
    phase, ticket, episode, calls, failures = state
    if phase in (OPEN, FORCED_OPEN):
        return state
    if phase == HALF_OPEN:
        if failed:
            return _opened(rules, state, now_ns, _PROBE_FAILED)
        phase, ticket, episode, calls, failures = _emptied(ring, CLOSED, now_ns, _PROBE_PASSED)
    put(ring, rules.buckets, failed, 0)
    return (phase, ticket, episode, calls + 1, failures + failed)


def release(rules: Rules, _ring: Ring, state: State, now_ns: int, _ticket: int) -> State:
    """Take a call that ended without a result as a probe that failed."""
    return _opened(rules, state, now_ns, _PROBE_CANCELLED) if state[0] == HALF_OPEN else state


def force(_rules: Rules, ring: Ring, _state: State, now_ns: int, phase: int) -> State:
    """Enter a phase because somebody asked for it."""
    return _emptied(ring, phase, now_ns, FORCED)


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read the results that the next snapshot would look at."""
    return Window(state[3], state[4], 0)


def _is_failing(rules: Rules, state: State) -> bool:
    return state[3] >= rules.minimum_calls and is_reached(rules.failure_share, state[4], state[3])


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    """Open until the first millisecond after the reset timeout."""
    until_ns = (now_ns // NS_PER_MS + 1) * NS_PER_MS + rules.reset_timeout_ns
    return (OPEN, state[1], (now_ns, row, until_ns), state[3], state[4])


def _emptied(ring: Ring, phase: int, now_ns: int, row: int) -> State:
    clear(ring)
    return (phase, 0, (now_ns, row, now_ns), 0, 0)


MACHINE = Machine(
    name="hystrix",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset({CLOSED, FORCED_OPEN, METRICS_ONLY}),
    settle=settle,
)


_NATIVE: Final = {
    "requestVolumeThreshold": Native("minimum_calls"),
    "errorThresholdPercentage": Native("failure_threshold", "%"),
    "sleepWindowInMilliseconds": Native("reset_timeout", "ms"),
    "forceOpen": Native("force_open"),
    "forceClosed": Native("force_closed"),
}
_TIMEOUT: Final = "a timeout is a layer of its own: put `- timeout: ...` after the circuit breaker"
_FALLBACK: Final = "a fallback is a layer of its own: put `- fallback: ...` before the circuit breaker"
_BULKHEAD: Final = "a bulkhead is a layer of its own: put `- bulkhead: ...` after the circuit breaker"


class HystrixSettings(BreakerSettings):
    """Stop calling a destination as Hystrix does."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        **_NATIVE,
        **{f"circuitBreaker.{name}": option for name, option in _NATIVE.items()},
        "metrics.rollingStats.timeInMilliseconds": Native("window.time", "ms"),
        "metrics.healthSnapshot.intervalInMilliseconds": Native("health_interval", "ms"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "circuitBreaker.enabled": "leave the circuit breaker out",
        "execution.isolation.thread.timeoutInMilliseconds": _TIMEOUT,
        "execution.isolation.semaphore.maxConcurrentRequests": _BULKHEAD,
        "fallback.enabled": _FALLBACK,
        "fallback.isolation.semaphore.maxConcurrentRequests": _FALLBACK,
        "execution.timeout.enabled": _TIMEOUT,
        **dict.fromkeys(("coreSize", "maximumSize", "maxQueueSize"), _BULKHEAD),
    }
    idle: ClassVar[tuple[str, ...]] = (
        "requestLog.enabled",
        "metrics.rollingStats.numBuckets",
        "metrics.rollingPercentile.enabled",
        "metrics.rollingPercentile.timeInMilliseconds",
        "metrics.rollingPercentile.numBuckets",
        "metrics.rollingPercentile.bucketSize",
    )

    failure_threshold: Ratio = Ratio(0.5)
    """The share of failures that opens the circuit; what is more than a whole percentage counts as the next one."""
    window: TimeWindow = TimeWindow(time=Duration.of(10))
    """The results that the share is taken of."""
    health_interval: Duration = Field(Duration.of(0.5), ge=NS_PER_MS)
    """How often the share is taken; the `window` is cut into buckets that long."""
    minimum_calls: int = Field(20, ge=1)
    """How many results there must be before a share means anything."""
    reset_timeout: Duration = Duration.of(5)
    """How long the circuit stays open before a call probes it, in whole milliseconds."""
    force_open: bool = False
    """Whether the circuit begins forced-open: it refuses all calls."""
    force_closed: bool = False
    """Whether the circuit begins metrics-only: it never opens, unless `force_open` says otherwise."""

    @model_validator(mode="after")
    def _has_buckets(self) -> Self:
        if not 1 <= self._buckets <= _MOST_BUCKETS:
            words = "a window of {time} cannot be cut into buckets of {interval}"
            hint = f"take one to {_MOST_BUCKETS} times the `health_interval`"
            told = {"time": str(self.window.time), "interval": str(self.health_interval)}
            raise PydanticCustomError(
                "impossible-window", words, {**told, "hint": hint, "at": [("window",), ("health_interval",)]}
            )
        return self

    @property
    def _buckets(self) -> int:
        return self.window.time // self.health_interval

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        percent = self.failure_threshold.ppm / _PPM_PER_PERCENT
        begins = FORCED_OPEN if self.force_open else METRICS_ONLY if self.force_closed else CLOSED
        return Rules(
            failure_share=least_share(lambda part, total: int(part / total * 100) >= percent),
            minimum_calls=self.minimum_calls,
            interval_ns=int(self.health_interval),
            buckets=self._buckets,
            reset_timeout_ns=self.reset_timeout // NS_PER_MS * NS_PER_MS,
            phase=begins,
        )
