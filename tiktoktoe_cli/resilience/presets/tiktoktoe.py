"""The breaker's own semantics, and the default: `semantics: tiktoktoe`.

`TABLE` below has the transitions. What it leaves open:

- The window holds the last `window.calls` results, or those of the last `window.time`, in ten buckets: there a
  result lives for nine to ten tenths of it. It starts empty after each transition.
- Every counted result decides, a success too: it may be the one that completes `minimum_calls`.
- A failure that was slow counts as both. A threshold is reached by being equal to it.
- Half-open hands out `half_open_calls` permits; `min(minimum_calls, half_open_calls)` results decide. When the last
  permit has been out for `permit_timeout`, as many as results are missing are handed out again: a probe that never
  returns cannot wedge the breaker.
- Each time that it opens without having been closed in between, it stays open `reset_timeout_multiplier` times as
  long as before, up to `max_reset_timeout`.
- Each transition starts a generation. A result belongs to the generation that admitted its call; a late one is
  counted by the holder and never decides.

Windows and thresholds follow resilience4j 2.4 (`CircuitBreakerStateMachine.java`), which has neither the generation
check (gobreaker's) nor a permit timeout; unlike there, a call at exactly the reset time is let through, so that
`retry_after` can be taken at its word.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, NamedTuple, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    DISABLED,
    FORCED,
    FORCED_OPEN,
    HALF_OPEN,
    METRICS_ONLY,
    MILLION,
    OPEN,
    PERMIT,
    REFUSE,
    UNLIMITED,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
    grown_ns,
)
from tiktoktoe_cli.resilience.presets.buckets import CELLS, advance, clear, put
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings
from tiktoktoe_cli.resilience.presets.window import WindowSettings

_BUCKETS: Final = 10
_LONGEST: Final = Duration.parse("365d")

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "minimum_calls counted, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "minimum_calls counted, share of slow calls >= slow_call_threshold",
        "slow call rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.OPEN,
        "enough probes counted, failures >= failure_threshold",
        "probes failed",
    ),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.OPEN,
        "enough probes counted, slow ones >= slow_call_threshold",
        "probes slow",
    ),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.CLOSED,
        "enough probes counted, below both thresholds",
        "probes passed",
    ),
)
_FAILED, _SLOW, _TRIED, _PROBES_FAILED, _PROBES_SLOW, _PROBES_PASSED = range(len(TABLE))


class ProbingRules(NamedTuple):
    """How an open breaker comes back."""

    reset_timeout_ns: int
    multiplier_ppm: int
    max_reset_timeout_ns: int
    half_open_calls: int
    permit_timeout_ns: int


Rules: TypeAlias = tuple[int, int, int, int, int, ProbingRules]
"""(threshold_ppm, slow_threshold_ppm, window_calls, minimum_calls, bucket_ns, probing).

`bucket_ns` is 0 for a window of calls; one of time holds any number of calls. A plain tuple, because taking a named
one apart takes three times as long.
"""

Episode: TypeAlias = tuple[int, int, int, int, int]
"""(since_ns, row, until_ns, permits, wait_ns).

`until_ns`: when an open breaker may be probed, or when missing permits are handed out again. `permits`: probes that
may still start. `wait_ns`: how long it last stayed open, 0 while closed.
"""

State: TypeAlias = tuple[int, int, Episode, int, int, int]
"""(phase, generation, episode, recorded, failures, slow).

`recorded`: results since the window was empty, or within a window of time; `failures` and `slow`: those among the
window's.
"""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0, 0), 0, 0, 0)


def _ring(rules: Rules) -> Ring:
    _, _, window_calls, _, bucket_ns, _ = rules
    return [0] * (CELLS * _BUCKETS + 1 if bucket_ns else window_calls)


def acquire(rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, generation, (since_ns, row, until_ns, permits, wait_ns), recorded, failures, slow = state
    if phase == FORCED_OPEN:
        return REFUSE, state
    if phase in (CLOSED, DISABLED, METRICS_ONLY):  # a set would be built at each call
        return PERMIT, state
    if permits == 0 and now_ns < until_ns:
        return REFUSE, state
    probing = rules[-1]
    if phase == OPEN:
        phase, generation, since_ns, row = HALF_OPEN, generation + 1, now_ns, _TRIED
    if permits == 0:
        permits = probing.half_open_calls - recorded
    episode = (since_ns, row, now_ns + probing.permit_timeout_ns, permits - 1, wait_ns)
    return PERMIT, (phase, generation, episode, recorded, failures, slow)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int, failed: int, slow: int
) -> State:
    """Count how a call ended.

    The first lines are what healthy calls run through: without a failure in it, a window of calls needs no ring, and
    once it is full of successes, another one changes nothing.
    """
    phase, generation, episode, recorded, failures, slows = state
    if ticket != generation:
        return state
    if not (phase or failed or slow or failures or slows or rules[4]):
        if recorded >= rules[2]:
            return state
        return (phase, generation, episode, recorded + 1, 0, 0)
    if phase == HALF_OPEN:
        return _probed(rules, ring, state, now_ns, (failed, slow))
    if phase not in (CLOSED, METRICS_ONLY):
        return state
    after = _counted(rules, ring, state, now_ns, (failed, slow))
    return after if phase else _judged(rules, after, now_ns)


def release(rules: Rules, _ring: Ring, state: State, _now_ns: int, ticket: int) -> State:
    """Take back the permit of a call that ended without saying anything about the other side."""
    phase, generation, (since_ns, row, until_ns, permits, wait_ns), recorded, failures, slow = state
    if phase != HALF_OPEN or ticket != generation:
        return state
    permits = min(permits + 1, rules[-1].half_open_calls - recorded)
    return (phase, generation, (since_ns, row, until_ns, permits, wait_ns), recorded, failures, slow)


def force(rules: Rules, ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Enter a phase because somebody asked for it; it begins as if it had been reached by itself."""
    if phase == OPEN:
        return _opened(rules, state, now_ns, FORCED)
    clear(ring)
    wait_ns = state[2][4] if phase in (HALF_OPEN, FORCED_OPEN) else 0
    return (phase, state[1] + 1, (now_ns, FORCED, now_ns, 0, wait_ns), 0, 0, 0)


def window(rules: Rules, ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at."""
    _, _, window_calls, _, bucket_ns, _ = rules
    if bucket_ns and state[0] in (CLOSED, METRICS_ONLY):
        return Window(*_timed(bucket_ns, ring.copy(), state, now_ns))
    return Window(min(state[3], window_calls), state[4], state[5])


def _counted(rules: Rules, ring: Ring, state: State, now_ns: int, marks: tuple[int, int]) -> State:
    """Add a result, failed and slow or not, to the window."""
    phase, generation, episode, recorded, failures, slow = state
    _, _, size, _, bucket_ns, _ = rules
    if bucket_ns:
        recorded, failures, slow = _timed(bucket_ns, ring, state, now_ns)
        put(ring, _BUCKETS, marks[0], marks[1])
    else:
        slot = recorded % size
        failures -= ring[slot] & 1
        slow -= ring[slot] >> 1
        ring[slot] = marks[0] + 2 * marks[1]
    return (phase, generation, episode, recorded + 1, failures + marks[0], slow + marks[1])


def _timed(bucket_ns: int, ring: Ring, state: State, now_ns: int) -> tuple[int, int, int]:
    """Drop the buckets that have become too old, and return what is left: calls, failures, slow calls."""
    calls, failures, slow = advance(ring, _BUCKETS, now_ns // bucket_ns)
    return state[3] - calls, state[4] - failures, state[5] - slow


def _judged(rules: Rules, state: State, now_ns: int) -> State:
    """Open a closed circuit if enough results are bad enough."""
    threshold_ppm, slow_threshold_ppm, size, minimum, _, _ = rules
    _, _, _, recorded, failures, slow = state
    counted = min(recorded, size)
    if counted < minimum:
        return state
    if failures * MILLION >= threshold_ppm * counted:
        return _opened(rules, state, now_ns, _FAILED)
    if slow * MILLION >= slow_threshold_ppm * counted:
        return _opened(rules, state, now_ns, _SLOW)
    return state


def _probed(rules: Rules, ring: Ring, state: State, now_ns: int, marks: tuple[int, int]) -> State:
    phase, generation, episode, recorded, failures, slow = state
    threshold_ppm, slow_threshold_ppm, _, minimum, _, probing = rules
    recorded, failures, slow = recorded + 1, failures + marks[0], slow + marks[1]
    if recorded < min(minimum, probing.half_open_calls):
        return (phase, generation, episode, recorded, failures, slow)
    if failures * MILLION >= threshold_ppm * recorded:
        return _opened(rules, state, now_ns, _PROBES_FAILED)
    if slow * MILLION >= slow_threshold_ppm * recorded:
        return _opened(rules, state, now_ns, _PROBES_SLOW)
    clear(ring)
    return (CLOSED, generation + 1, (now_ns, _PROBES_PASSED, now_ns, 0, 0), 0, 0, 0)


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    """Open; for longer than the last time, if there was one since it was closed."""
    probing, last_ns = rules[-1], state[2][4]
    longer_ns = grown_ns(last_ns, probing.multiplier_ppm, probing.max_reset_timeout_ns)
    wait_ns = max(longer_ns, probing.reset_timeout_ns)
    return (OPEN, state[1] + 1, (now_ns, row, now_ns + wait_ns, 0, wait_ns), 0, 0, 0)


MACHINE = Machine(
    name="tiktoktoe",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(range(len(BreakerState))),
    closed_permits=True,
)


class TiktoktoeSettings(BreakerSettings):
    """Stop calling a destination that mostly fails, and probe it after a while."""

    machine: ClassVar[Machine] = MACHINE

    failure_threshold: Ratio = Field(Ratio(0.5), gt=0)
    """The share of failures that opens the circuit."""
    slow_call_threshold: Ratio = Field(Ratio(1), gt=0)
    """The share of slow calls that opens the circuit."""
    slow_call_duration: Annotated[Duration, Field(gt=0)] | None = None
    """A call that took longer was slow; without it, none is."""
    window: WindowSettings = WindowSettings(calls=100)
    """The results that the shares are taken of; those of a time are kept in ten buckets."""
    minimum_calls: int = Field(10, ge=1)
    """How many results there must be before a share means anything."""
    reset_timeout: Duration = Field(Duration.of(30), le=_LONGEST)
    """How long the circuit stays open before calls probe it."""
    reset_timeout_multiplier: float = Field(1, ge=1, le=100)
    """By how much longer it stays open each time that the probes failed."""
    max_reset_timeout: Duration = Field(Duration.of(300), le=_LONGEST)
    """What the growing `reset_timeout` does not exceed."""
    half_open_calls: int = Field(5, ge=1, le=100_000)
    """How many calls may probe the destination."""
    permit_timeout: Duration = Field(Duration.of(30), le=_LONGEST)
    """So long after the last of them started, others may start instead of those that did not come back."""

    @model_validator(mode="after")
    def _minimum_within_window(self) -> TiktoktoeSettings:
        if self.window.kind == "calls" and self.minimum_calls > self.window.calls:
            words = "`minimum_calls` {minimum} is more than the window's {calls} calls: it would never open"
            hint = "raise `window.calls` or lower `minimum_calls`"
            counts = {"minimum": self.minimum_calls, "calls": self.window.calls}
            raise PydanticCustomError(
                "minimum-beyond-window", words, {**counts, "hint": hint, "at": [("minimum_calls",)]}
            )
        return self

    @property
    def slow_call_ns(self) -> int | None:
        """How long a call may take before it is slow."""
        return self.slow_call_duration

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        timed = self.window.kind == "time"
        return (
            max(self.failure_threshold.ppm, 1),  # without a failure no share is reached
            max(self.slow_call_threshold.ppm, 1),
            UNLIMITED if timed else self.window.calls,
            self.minimum_calls,
            self.window.time // _BUCKETS if timed else 0,
            ProbingRules(
                reset_timeout_ns=self.reset_timeout,
                multiplier_ppm=round(self.reset_timeout_multiplier * MILLION),
                max_reset_timeout_ns=self.max_reset_timeout,
                half_open_calls=self.half_open_calls,
                permit_timeout_ns=self.permit_timeout,
            ),
        )
