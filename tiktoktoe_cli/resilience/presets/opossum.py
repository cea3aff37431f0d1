"""The circuit breaker of opossum, for Node.js: `semantics: opossum`.

Follows nodeshift/opossum 59421c5 (10.0.0), `lib/circuit.js` and `lib/status.js`. What `TABLE` leaves open:

- The share is failures of fired calls, and fired is whatever asked: calls under way and calls that were refused make it
  smaller, and where the buckets of failed calls are gone, it may be more than the whole. It must exceed the threshold,
  not equal it; but it is a quotient of doubles times 100, which makes 7 of 100 a little more than 7 %.
- Only a failure opens. What is counted survives each transition: after closing, the next failure may open again.
- Half-open lets one call through, and no other until a result comes. There are no late results: any success closes a
  half-open circuit and any failure opens it. An open one only counts them.
- A probe that hangs wedges the circuit. The library's own `timeout`, 10 s unless told otherwise, prevents that; here it
  is a layer of its own, as is `capacity`. Both count as failures.
- An error that `errorFilter` leaves out is a success.
- Buckets turn, the circuit becomes half-open and a warm-up ends by timers: exactly when due, with the steps at the
  same instant after them. They start when the breaker is made; here, when it is first used.
- `open`, `close` and `disable` force a state. A disabled circuit lets every call through and hears of no result of
  theirs; the library's comes back as it was, here another state must be forced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, TypeAlias

from pydantic import Field

from tiktoktoe_cli.config.units import NANOSECONDS, Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    DISABLED,
    FORCED,
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
from tiktoktoe_cli.resilience.presets.buckets import CELLS, advance
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

_TIMER_NS: Final = NANOSECONDS["ms"]  # what Node's timers count in, and the shortest of them
_MADE: Final = -2  # the ring's cell before the last: when the timers started
_NOT_YET: Final = -1
_UNHEARD: Final = 1  # the ticket of calls that a disabled circuit let through

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure, minimum_calls fired, share of failures > failure_threshold, no warm-up",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call fails, no warm-up", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "a call succeeds", "probe passed"),
)
_FAILED, _RESET, _PROBE_FAILED, _PROBE_PASSED = range(len(TABLE))


class Rules(NamedTuple):
    """When the circuit opens and comes back.

    It opens at `failures * 1,000,000 - threshold_ppm * fired >= excess`: `excess` is 0 where doubles make a share
    that equals the threshold a little more, otherwise 1.
    """

    threshold_ppm: int
    excess: int
    minimum_calls: int
    bucket_ns: int
    buckets: int
    reset_timeout_ns: int
    warm_up_ns: int
    phase: int


Episode: TypeAlias = tuple[int, int, int, int]
"""(since_ns, row, until_ns, permits): when an open circuit becomes half-open, and the calls it then lets through."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, ticket, episode, fired, failures): those of the window. The slow calls of the ring's buckets stay 0."""


def _initial(rules: Rules) -> State:
    return _entered((CLOSED, 0, (0, FORCED, 0, 0), 0, 0), rules.phase, (0, FORCED, 0, 0))


def _ring(rules: Rules) -> Ring:
    return [*[0] * (CELLS * rules.buckets), _NOT_YET, 0]


def settle(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Do what the timers do: turn the buckets, and make an open circuit half-open."""
    phase, ticket, episode, fired, failures = state
    if phase == OPEN and now_ns >= episode[2]:
        return (HALF_OPEN, ticket, (episode[2], _RESET, episode[2], 1), fired, failures)
    if ring[_MADE] == _NOT_YET:
        ring[_MADE] = now_ns
    bucket = (now_ns - ring[_MADE]) // rules.bucket_ns
    if bucket <= ring[-1]:
        return state
    gone_fired, gone_failures, _ = advance(ring, rules.buckets, bucket)
    if not gone_fired and not gone_failures:
        return state
    return (phase, ticket, episode, fired - gone_fired, failures - gone_failures)


def acquire(rules: Rules, ring: Ring, state: State, _now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start; it has been fired in any case."""
    phase, ticket, episode, fired, failures = state
    ring[CELLS * (ring[-1] % rules.buckets)] += 1
    if phase in (CLOSED, DISABLED):
        return PERMIT, (phase, ticket, episode, fired + 1, failures)
    since_ns, row, until_ns, permits = episode
    if not permits:
        return REFUSE, (phase, ticket, episode, fired + 1, failures)
    return PERMIT, (phase, ticket, (since_ns, row, until_ns, 0), fired + 1, failures)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    if ticket == _UNHEARD:
        return state
    if failed:
        return _failed(rules, ring, state, now_ns)
    if state[0] == HALF_OPEN:
        return _entered(state, CLOSED, (now_ns, _PROBE_PASSED, now_ns, 0))
    return state


def release(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Count an error that the filter leaves out: it is a success."""
    return result(rules, ring, state, now_ns, ticket, 0, 0)


def force(rules: Rules, _ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Open, close or disable the circuit, unless it already is that."""
    if phase == state[0]:
        return state
    if phase == OPEN:
        return _opened(rules, state, now_ns, FORCED)
    return _entered(state, phase, (now_ns, FORCED, now_ns, 0))


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read what the share is taken of: the calls are the fired ones, and those of failures that are forgotten."""
    return Window(max(state[3], state[4]), state[4], 0)


def _failed(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    ring[CELLS * (ring[-1] % rules.buckets) + 1] += 1
    phase, ticket, episode, fired, failures = state
    after = (phase, ticket, episode, fired, failures + 1)
    if now_ns - ring[_MADE] < rules.warm_up_ns:
        return after
    if phase == HALF_OPEN:
        return _opened(rules, after, now_ns, _PROBE_FAILED)
    if phase != CLOSED or fired < rules.minimum_calls:
        return after
    too_many = after[4] * MILLION - rules.threshold_ppm * fired >= rules.excess
    return _opened(rules, after, now_ns, _FAILED) if too_many else after


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    return _entered(state, OPEN, (now_ns, row, now_ns + rules.reset_timeout_ns, 0))


def _entered(state: State, phase: int, episode: Episode) -> State:
    return (phase, _UNHEARD if phase == DISABLED else 0, episode, state[3], state[4])


MACHINE = Machine(
    name="opossum",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset({CLOSED, OPEN, DISABLED}),
    settle=settle,
)


class OpossumSettings(BreakerSettings):
    """Stop calling a destination as opossum would; the defaults are its own."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "errorThresholdPercentage": Native("failure_threshold", "%"),
        "rollingCountTimeout": Native("window.time", "ms"),
        "rollingCountBuckets": Native("window_buckets"),
        "volumeThreshold": Native("minimum_calls"),
        "resetTimeout": Native("reset_timeout", "ms"),
        "allowWarmUp": Native("allow_warm_up"),
        "enabled": Native("enabled"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "timeout": "a timeout is a layer of its own: put `- timeout: ...` after the circuit breaker",
        "capacity": "a bulkhead is a layer of its own: put `- bulkhead: ...` after the circuit breaker",
        "errorFilter": FAILURES,
        "maxFailures": "write `errorThresholdPercentage` and `volumeThreshold`",
        "cache": "a cached answer is a layer of its own: put `- fallback: {cached: ...}` before the circuit breaker",
        "cacheTTL": "a cached answer is a layer of its own: put `- fallback: {cached: ...}` before the circuit breaker",
        "coalesce": "leave it out: each call is made here",
    }
    idle: ClassVar[tuple[str, ...]] = ("name", "group", "rollingPercentilesEnabled", "enableSnapshots")

    failure_threshold: Ratio = Ratio(0.5)
    """The share of failures among fired calls that must be exceeded to open the circuit."""
    window: TimeWindow = TimeWindow(time=Duration.of(10))
    """The calls that the share is taken of."""
    window_buckets: int = Field(10, ge=1, le=100_000)
    """How many parts the window is forgotten in."""
    minimum_calls: int = Field(0, ge=0)
    """How many calls there must be before the share means anything."""
    reset_timeout: Duration = Duration.of(30)
    """How long the circuit stays open before a call probes it."""
    allow_warm_up: bool = False
    """Whether failures open nothing in the first `window` of the breaker's life."""
    enabled: bool = True
    """Whether the breaker does anything."""

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        ppm = self.failure_threshold.ppm
        bucket_ns = self.window.time // self.window_buckets // _TIMER_NS * _TIMER_NS
        return Rules(
            threshold_ppm=ppm,
            excess=0 if ppm / MILLION * 100 > ppm / (MILLION // 100) else 1,
            minimum_calls=self.minimum_calls,
            bucket_ns=max(bucket_ns, _TIMER_NS),
            buckets=self.window_buckets,
            reset_timeout_ns=self.reset_timeout,
            warm_up_ns=self.window.time if self.allow_warm_up else 0,
            phase=CLOSED if self.enabled else DISABLED,
        )
