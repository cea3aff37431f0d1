"""The circuit breaker of cockatiel, for JavaScript: `semantics: cockatiel`.

Follows connor4312/cockatiel f475a69 (4.0.0), `src/CircuitBreakerPolicy.ts` and `src/breaker/*.ts`. There are three
breakers: `ConsecutiveBreaker` counts failures in a row, `CountBreaker` takes the share among the latest calls,
`SamplingBreaker` that within some time. With a `window` it is one of the latter. What `TABLE` leaves open:

- A share must exceed the threshold; both sides are doubles there, and so is the threshold here: what rounding makes of
  `threshold * calls` depends on the calls. Only a failure opens.
- Half-open lets `half_open_calls` start. Others wait until those decided, and are then treated as calls that come
  anew; if a probe hangs, they wait for ever.
- A call that was admitted while the circuit was closed counts as such, whenever it ends: its failure may open a
  half-open circuit, and those that end while it is open still count. A probe whose half-open phase is over says
  nothing.
- An error that is not handled counts as nothing, but a probe that ends so is a success.
- Closing empties the window, and counts one success. A failed phase of probes adds one failure to the window.
- A window of time has at least five slices of at most a second. At most one is dropped at each result: after a pause,
  old results go on counting until as many new ones have come as there are slices.
- Each failed phase of probes makes the next open one longer, if `halfOpenAfter` is a backoff without jitter:
  `reset_timeout_multiplier`.
- `isolate` is the state forced-open; its `dispose` forces the circuit closed, and what was counted stays.

The library has no defaults for the breaker and for `halfOpenAfter`: those here are of the examples in its readme.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import NANOSECONDS, Duration, Rate, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    FORCED_OPEN,
    HALF_OPEN,
    MILLION,
    OPEN,
    PERMIT,
    QUEUE,
    REFUSE,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
    grown_ns,
)
from tiktoktoe_cli.resilience.presets.buckets import clear
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.window import WindowSettings

_SLICE_NS: Final = NANOSECONDS["s"]
_NEWEST, _SINCE = -2, -1  # a sampling ring's last cells: its newest slice, and when that began

TABLE = (
    Row(
        BreakerState.CLOSED, BreakerState.OPEN, "consecutive_failures without a success", "failures in a row"
    ),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure, enough calls in the window, share of failures > failure_threshold",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.OPEN,
        "failed probes > half_open_failure_threshold of half_open_calls",
        "probes failed",
    ),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.OPEN,
        "a call from before fails, and would open a closed circuit",
        "late failure",
    ),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "half_open_calls ended", "probes passed"),
)
_IN_A_ROW, _FAILED, _TRIED, _PROBES_FAILED, _LATE, _PROBES_PASSED = range(len(TABLE))


class ProbingRules(NamedTuple):
    """How an open circuit comes back."""

    calls: int
    failures: int
    reset_timeout_ns: int
    multiplier_ppm: int
    max_reset_timeout_ns: int


class Rules(NamedTuple):
    """When the circuit opens: by `consecutive`, a window of `size` calls or one of `slices`; the other two are 0."""

    consecutive: int
    threshold: float
    minimum_calls: int
    size: int
    slices: int
    slice_ns: int
    probing: ProbingRules


Episode: TypeAlias = tuple[int, int, int, int, int, int, int]
"""(since_ns, row, until_ns, wait_ns, started, ended, failed).

`wait_ns`: how long it last stayed open, 0 while closed. The last three are of the probes.
"""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, ticket, episode, recorded, failures).

Even tickets are of calls that a closed circuit admitted, each odd one of the probes of one half-open phase.
`recorded`: results since the window was empty, or within a window of time; `failures`: those among the window's. With
`consecutive`, both are the failures in a row.
"""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0, 0, 0, 0), 0, 0)


def _ring(rules: Rules) -> Ring:
    return [0] * (rules.size + 2 * rules.slices + 2)


def acquire(rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, ticket, episode, recorded, failures = state
    if phase == CLOSED:
        return PERMIT, state
    if phase == FORCED_OPEN or (phase == OPEN and now_ns < episode[2]):
        return REFUSE, state
    if phase == OPEN:
        ticket, episode = (ticket + 1) | 1, (now_ns, _TRIED, episode[2], episode[3], 0, 0, 0)
    since_ns, row, until_ns, wait_ns, started, ended, failed = episode
    if started >= rules.probing.calls:
        return QUEUE, state
    probing = (since_ns, row, until_ns, wait_ns, started + 1, ended, failed)
    return PERMIT, (HALF_OPEN, ticket, probing, recorded, failures)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    if ticket % 2:
        is_asked = state[0] == HALF_OPEN and state[1] == ticket
        return _probed(rules, ring, state, now_ns, failed) if is_asked else state
    after = _counted(rules, ring, state, now_ns, failed)
    if not failed or state[0] not in (CLOSED, HALF_OPEN) or not _is_too_much(rules, after):
        return after
    if state[0] == HALF_OPEN:
        return _opened(rules, after, now_ns, _LATE)
    return _opened(rules, after, now_ns, _IN_A_ROW if rules.consecutive else _FAILED)


def release(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Take note of a call that ended in an error that is not handled: only a probe means something by it."""
    return result(rules, ring, state, now_ns, ticket, 0, 0) if ticket % 2 else state


def idle(state: State) -> State:
    """Return the state as if the probes that have not ended had not begun."""
    phase, ticket, (since_ns, row, until_ns, wait_ns, _, ended, failed), recorded, failures = state
    return (phase, ticket, (since_ns, row, until_ns, wait_ns, ended, ended, failed), recorded, failures)


def force(_rules: Rules, _ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Isolate the circuit, or end that; what was counted stays."""
    ticket = state[1] + state[1] % 2 if phase == CLOSED else state[1]
    return (phase, ticket, (now_ns, FORCED, now_ns, 0, 0, 0, 0), state[3], state[4])


def window(rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read the results that the next failure would be added to."""
    return Window(_calls(rules, state), state[4], 0)


def _probed(rules: Rules, ring: Ring, state: State, now_ns: int, failed: int) -> State:
    phase, ticket, (since_ns, row, until_ns, wait_ns, started, ended, failures), _, _ = state
    probing = rules.probing
    if failures + failed > probing.failures:
        return _opened(rules, _counted(rules, ring, state, now_ns, failed), now_ns, _PROBES_FAILED)
    if ended + 1 < probing.calls:
        episode = (since_ns, row, until_ns, wait_ns, started, ended + 1, failures + failed)
        return (phase, ticket, episode, state[3], state[4])
    clear(ring)
    closed = (CLOSED, ticket + 1, (now_ns, _PROBES_PASSED, now_ns, 0, 0, 0, 0), 0, 0)
    return _counted(rules, ring, closed, now_ns, 0)


def _counted(rules: Rules, ring: Ring, state: State, now_ns: int, failed: int) -> State:
    phase, ticket, episode, recorded, failures = state
    if rules.consecutive:
        streak = failures + 1 if failed else 0
        return (phase, ticket, episode, streak, streak)
    if rules.slices:
        recorded, failures = _turned(rules, ring, (recorded, failures), now_ns)
        cell = 2 * ring[_NEWEST]
        ring[cell] += 1
        ring[cell + 1] += failed
    else:
        slot = recorded % rules.size
        failures -= ring[slot]
        ring[slot] = failed
    return (phase, ticket, episode, recorded + 1, failures + failed)


def _turned(rules: Rules, ring: Ring, totals: tuple[int, int], now_ns: int) -> tuple[int, int]:
    """Begin the next slice if it is time, and return the totals without what stood in its place."""
    if now_ns - ring[_SINCE] < rules.slice_ns:
        return totals
    newest = (ring[_NEWEST] + 1) % rules.slices
    gone, gone_failures = ring[2 * newest], ring[2 * newest + 1]
    ring[2 * newest] = ring[2 * newest + 1] = 0
    ring[_NEWEST], ring[_SINCE] = newest, now_ns
    return totals[0] - gone, totals[1] - gone_failures


def _calls(rules: Rules, state: State) -> int:
    return min(state[3], rules.size) if rules.size else state[3]


def _is_too_much(rules: Rules, state: State) -> bool:
    if rules.consecutive:
        return state[4] >= rules.consecutive
    calls = _calls(rules, state)
    return calls >= rules.minimum_calls and state[4] > rules.threshold * calls


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    """Open; for longer than the last time, if there was one since it was closed."""
    _, ticket, episode, recorded, failures = state
    probing = rules.probing
    longer_ns = grown_ns(episode[3], probing.multiplier_ppm, probing.max_reset_timeout_ns)
    wait_ns = max(longer_ns, probing.reset_timeout_ns)
    return (OPEN, ticket, (now_ns, row, now_ns + wait_ns, wait_ns, 0, 0, 0), recorded, failures)


MACHINE = Machine(
    name="cockatiel",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset({CLOSED, FORCED_OPEN}),
    idle=idle,
    closed_permits=True,
)

_GO_WITH: Final = {
    "without a `window`": {"consecutive_failures"},
    "with a window of calls": {"failure_threshold", "minimum_calls"},
    "with a window of time": {"failure_threshold", "minimum_rate"},
}
"""Which options each breaker reads, besides those that all do."""


class CockatielSettings(BreakerSettings):
    """Stop calling a destination as cockatiel would."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "ConsecutiveBreaker": Native("consecutive_failures"),
        "threshold": Native("failure_threshold"),
        "size": Native("window.calls"),
        "minimumNumberOfCalls": Native("minimum_calls"),
        "duration": Native("window.time", "ms"),
        "minimumRps": Native("minimum_rate", "/s"),
        "halfOpenAfter": Native("reset_timeout", "ms"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "breaker": "write the breaker's own options: `consecutive_failures`, or a `window` and what goes with it",
        "halfOpenSampling": "write `half_open_calls` and `half_open_failure_threshold`",
        "initialState": "leave it out: a circuit begins closed",
    }

    consecutive_failures: int = Field(5, ge=1)
    """Without a window: how many failures in a row open the circuit."""
    window: WindowSettings | None = None
    """The results that a share is taken of."""
    failure_threshold: Ratio = Field(Ratio(0.2), gt=0, lt=1)
    """With a window: the share of failures that must be exceeded to open the circuit."""
    minimum_calls: int | None = Field(None, ge=1)
    """With a window of calls: how many results there must be; without it, as many as fit."""
    minimum_rate: Rate | None = Field(None, gt=0)
    """With a window of time: how many results there must be; without it, such that five failures a second open."""
    reset_timeout: Duration = Duration.of(10)
    """How long the circuit stays open before calls probe it."""
    reset_timeout_multiplier: float = Field(1, ge=1, le=100)
    """By how much longer it stays open each time that the probes failed."""
    max_reset_timeout: Duration = Duration.of(300)
    """What the growing `reset_timeout` does not exceed."""
    half_open_calls: int = Field(1, ge=1, le=100_000)
    """How many calls probe the destination."""
    half_open_failure_threshold: Ratio = Field(Ratio(0), lt=1)
    """The share of failed probes that must be exceeded to open the circuit again."""

    @model_validator(mode="after")
    def _one_breaker(self) -> CockatielSettings:
        chosen = f"with a window of {self.window.kind}" if self.window else "without a `window`"
        idle = set().union(*_GO_WITH.values()) - _GO_WITH[chosen]
        for option in sorted(idle & self.model_fields_set):
            words = {"option": option, "chosen": chosen, "at": [(option,)]}
            raise PydanticCustomError(
                "unknown-option", "`cockatiel` has no option `{option}` {chosen}", words
            )
        return self

    @model_validator(mode="after")
    def _minimum_within_window(self) -> CockatielSettings:
        if self.window and self.minimum_calls and self.minimum_calls > self.window.calls:
            words = "`minimum_calls` {minimum} is more than the window's {calls} calls: it would never open"
            counts = {"minimum": self.minimum_calls, "calls": self.window.calls}
            hint = {"hint": "raise `window.calls` or lower `minimum_calls`", "at": [("minimum_calls",)]}
            raise PydanticCustomError("minimum-beyond-window", words, {**counts, **hint})
        return self

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        probing = ProbingRules(
            calls=self.half_open_calls,
            failures=math.floor(self.half_open_failure_threshold * self.half_open_calls),
            reset_timeout_ns=int(self.reset_timeout),
            multiplier_ppm=round(self.reset_timeout_multiplier * MILLION),
            max_reset_timeout_ns=int(self.max_reset_timeout),
        )
        if self.window is None:
            return Rules(self.consecutive_failures, 0, 0, 0, 0, 0, probing)
        threshold = float(self.failure_threshold)
        if self.window.kind == "calls":
            size = self.window.calls
            return Rules(0, threshold, self.minimum_calls or size, size, 0, 0, probing)
        slices = max(5, math.ceil(self.window.time / _SLICE_NS))
        slice_ms = math.floor(self.window.time / NANOSECONDS["ms"] / slices + 0.5)
        per_ms = self.minimum_rate / 1000 if self.minimum_rate else 5 / (threshold * 1000)
        minimum = math.ceil(slice_ms * slices * per_ms)
        return Rules(0, threshold, minimum, 0, slices, slice_ms * NANOSECONDS["ms"], probing)
