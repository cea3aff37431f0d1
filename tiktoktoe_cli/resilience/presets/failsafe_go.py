"""The semantics of failsafe-go: `semantics: failsafe_go`.

Follows `circuitbreaker/{circuitbreaker,circuitstates,circuitbreakerbuilder}.go` and `internal/util/stats.go` at
5759a5e. `TABLE` below has the transitions. What it leaves open:

- A count of `failures` opens the circuit: in a row, of the last `window.calls`, or within `window.time`. Or a share:
  then there must be `minimum_calls` within `window.time`.
- A window of time has ten buckets that are aligned to the Unix epoch. Shares are rounded to two decimals before they
  are compared, so that 0.495 reaches a threshold of 0.5. Every result decides, a success too.
- Half-open looks at as many results as it lets calls start. With a `success_threshold`, so many successes of
  `half_open_calls` close; otherwise what opens the closed circuit opens it again, and the opposite closes it. Closing
  comes first.
- There is no check of who ended: a late result counts in whatever state there is, and gives a permit back in
  half-open, so that one more call may start than was meant. In the open state it only shows in the numbers, which are
  those of the state before.
- A probe that never returns keeps its permit; if all do, the breaker is wedged. What nobody records, the library does
  not know: a released call gives its permit back here, if it had one.
- At exactly `reset_timeout` a call is let through. `Open`, `HalfOpen` and `Close` change nothing in their own state.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Final, LiteralString, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    HALF_OPEN,
    OPEN,
    PERMIT,
    REFUSE,
    UNLIMITED,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.buckets import CELLS, advance, clear, put
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.shares import NEVER, Share, is_reached, least_share
from tiktoktoe_cli.resilience.presets.window import WindowSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BUCKETS: Final = 10
_MOST: Final = 100_000
_HALF: Final = 0.5

TABLE = (
    Row(BreakerState.CLOSED, BreakerState.OPEN, "failures reached in the window", "failures"),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "minimum_calls in the window, rounded share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "enough successes among the probes", "probes passed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "enough failures among the probes", "probes failed"),
)
_FAILURES, _RATE, _TRIED, _PROBES_PASSED, _PROBES_FAILED = range(len(TABLE))


class Probing(NamedTuple):
    """How half-open ends: so many successes or failures decide, once there are `results` of `calls`."""

    calls: int
    results: int
    successes: int
    failures: int


class Rules(NamedTuple):
    """What the steps go by: `failures` where `failure_share` is `NEVER`, calls where `bucket_ns` is 0."""

    failures: int
    failure_share: Share
    minimum_calls: int
    window_calls: int
    bucket_ns: int
    reset_timeout_ns: int
    probing: Probing


Episode: TypeAlias = tuple[int, int, int, int, int]
"""(since_ns, row, until_ns, permits, size): how many calls the window holds, 0 for a window of time."""

State: TypeAlias = tuple[int, int, Episode, int, int]
"""(phase, generation, episode, recorded, failures).

`recorded`: results since the window was empty, or within a window of time; `failures`: those in the window.
"""


def _initial(rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0, rules.window_calls), 0, 0)


def _ring(rules: Rules) -> Ring:
    timed = CELLS * _BUCKETS + 1 if rules.bucket_ns else 0
    return [0] * max(timed, rules.window_calls, rules.probing.calls)


def acquire(rules: Rules, ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    if state[0] == CLOSED:
        return PERMIT, state
    if state[0] == OPEN and now_ns >= state[2][2]:
        state = _entered(rules, ring, state, now_ns, (HALF_OPEN, _TRIED))
    phase, generation, (since_ns, row, until_ns, permits, size), recorded, failures = state
    if phase == OPEN or permits == 0:
        return REFUSE, state
    return PERMIT, (phase, generation, (since_ns, row, until_ns, permits - 1, size), recorded, failures)


def result(
    rules: Rules, ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended, whenever it was admitted."""
    after = _counted(rules, ring, state, now_ns, failed)
    phase, generation, (since_ns, row, until_ns, permits, size), recorded, failures = after
    calls = min(recorded, size) if size else recorded
    if phase == CLOSED:
        cause = _tripped(rules, calls, failures)
        return after if cause < 0 else _entered(rules, ring, after, now_ns, (OPEN, cause))
    if phase == OPEN:
        return after
    probing = rules.probing
    if calls >= probing.results and calls - failures >= probing.successes:
        return _entered(rules, ring, after, now_ns, (CLOSED, _PROBES_PASSED))
    if calls >= probing.results and failures >= probing.failures:
        return _entered(rules, ring, after, now_ns, (OPEN, _PROBES_FAILED))
    return (phase, generation, (since_ns, row, until_ns, permits + 1, size), recorded, failures)


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, ticket: int) -> State:
    """Take back the permit of a call that ended without a result."""
    phase, generation, (since_ns, row, until_ns, permits, size), recorded, failures = state
    if phase != HALF_OPEN or ticket != generation:
        return state
    return (phase, generation, (since_ns, row, until_ns, permits + 1, size), recorded, failures)


def force(rules: Rules, ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Enter a phase because somebody asked for it."""
    return state if phase == state[0] else _entered(rules, ring, state, now_ns, (phase, FORCED))


def window(rules: Rules, ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at."""
    size = state[2][4]
    calls, failures = (min(state[3], size), state[4]) if size else _aged(rules, ring.copy(), state, now_ns)
    return Window(calls, failures, 0)


def _counted(rules: Rules, ring: Ring, state: State, now_ns: int, failed: int) -> State:
    """Add a result to the window."""
    phase, generation, episode, recorded, failures = state
    size = episode[4]
    if size:
        slot = recorded % size
        failures -= ring[slot]
        ring[slot] = failed
    else:
        recorded, failures = _aged(rules, ring, state, now_ns)
        put(ring, _BUCKETS, failed, 0)
    return (phase, generation, episode, recorded + 1, failures + failed)


def _aged(rules: Rules, ring: Ring, state: State, now_ns: int) -> tuple[int, int]:
    """Return what is left of a window of time: calls, failures."""
    gone = advance(ring, _BUCKETS, now_ns // rules.bucket_ns)
    return state[3] - gone[0], state[4] - gone[1]


def _tripped(rules: Rules, calls: int, failures: int) -> int:
    """Find the row by which a closed circuit opens; -1 if it stays closed."""
    if failures >= rules.failures:
        return _FAILURES
    enough = calls >= rules.minimum_calls
    return _RATE if enough and is_reached(rules.failure_share, failures, calls) else -1


def _entered(rules: Rules, ring: Ring, state: State, now_ns: int, change: tuple[int, int]) -> State:
    """Enter a phase by a row; an open circuit keeps the window of the state before."""
    phase, row = change
    _, generation, episode, recorded, failures = state
    until_ns, permits, size = now_ns, 0, rules.window_calls
    if phase == OPEN:
        until_ns, size = now_ns + rules.reset_timeout_ns, episode[4]
        return (OPEN, generation + 1, (now_ns, row, until_ns, 0, size), recorded, failures)
    if phase == HALF_OPEN:
        permits = size = rules.probing.calls
    clear(ring)
    return (phase, generation + 1, (now_ns, row, until_ns, permits, size), 0, 0)


MACHINE = Machine(
    name="failsafe_go",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    closed_permits=True,
)


class FailsafeGoSettings(BreakerSettings):
    """Stop calling after so many failures, or a share of them, as failsafe-go does."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "failureThreshold": Native("failures"),
        "failureRateThreshold": Native("failure_threshold"),
        "failureThresholdingCapacity": Native("window.calls"),
        "failureThresholdingPeriod": Native("window.time", "ns"),
        "failureExecutionThreshold": Native("minimum_calls"),
        "delay": Native("reset_timeout", "ns"),
        "successThreshold": Native("success_threshold"),
        "successThresholdingCapacity": Native("half_open_calls"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("HandleErrors", "HandleErrorTypes", "HandleResult", "HandleIf"), FAILURES),
        "DelayFunc": "write one `delay`",
    }
    idle: ClassVar[tuple[str, ...]] = (
        "OnSuccess",
        "OnFailure",
        "OnStateChanged",
        "OnOpen",
        "OnHalfOpen",
        "OnClose",
    )

    failures: int = Field(1, ge=1, le=_MOST)
    """So many failures open the circuit: in a row, or in the window."""
    failure_threshold: Ratio | None = Field(None, gt=0)
    """The share of failures that opens the circuit instead; it is rounded to two decimals."""
    window: WindowSettings | None = None
    """The results that are looked at; without it, as many calls as there must be failures."""
    minimum_calls: int | None = Field(None, ge=1, le=_MOST)
    """How many results there must be before a share means anything."""
    reset_timeout: Duration = Duration.of(60)
    """How long the circuit stays open before calls probe it."""
    success_threshold: int | None = Field(None, ge=1, le=_MOST)
    """So many successes of the probes close the circuit; without it, what does not open it does."""
    half_open_calls: int | None = Field(None, ge=1, le=_MOST)
    """How many calls may probe the destination; without it, as many as must succeed."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for code, at, words, hint in self._contradictions():
            raise PydanticCustomError(code, "{words}", {"words": words, "hint": hint, "at": [(at,)]})
        return self

    def _contradictions(self) -> Iterator[tuple[LiteralString, str, str, str]]:
        """List what the library's builder could not be told: a code, the field, what is wrong, what helps."""
        rate, capacity = self.failure_threshold, self._window_calls
        if rate and capacity:
            yield "missing-key", "failure_threshold", *_needs("failure_threshold", "window: {time: 1m}")
        if rate and self.minimum_calls is None:
            yield "missing-key", "failure_threshold", *_needs("failure_threshold", "minimum_calls: 10")
        if rate and "failures" in self.model_fields_set:
            words = "a number of `failures` and their share both say when the circuit opens"
            yield "option-twice", "failures", words, "keep one of them"
        if not rate and self.minimum_calls:
            yield "missing-key", "minimum_calls", *_needs("minimum_calls", "failure_threshold: 50%")
        if capacity and self.failures > capacity:
            words = f"a window of {capacity} calls never holds {self.failures} failures: it would never open"
            yield "minimum-beyond-window", "failures", words, "raise `window.calls` or lower `failures`"
        if self.half_open_calls and self.success_threshold is None:
            yield "missing-key", "half_open_calls", *_needs("half_open_calls", "success_threshold: 2")
        if (self.success_threshold or 0) > (self.half_open_calls or _MOST):
            words = f"{self.half_open_calls} probes never succeed {self.success_threshold} times"
            yield "out-of-range", "success_threshold", words, "raise `half_open_calls`"

    @property
    def _window_calls(self) -> int:
        """How many calls the window holds; 0 for a window of time."""
        if self.window is None:
            return self.failures
        return self.window.calls if self.window.kind == "calls" else 0

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        rate, calls = self.failure_threshold, self._window_calls
        share = least_share(lambda part, total: _rounded(part, total) >= rate) if rate else NEVER
        return Rules(
            failures=UNLIMITED if rate else self.failures,
            failure_share=share,
            minimum_calls=self.minimum_calls or 0,
            window_calls=calls,
            bucket_ns=self.window.time // _BUCKETS if self.window and not calls else 0,
            reset_timeout_ns=self.reset_timeout,
            probing=self._probing(),
        )

    def _probing(self) -> Probing:
        rate, needed = self.failure_threshold, self.success_threshold
        if needed:
            calls = self.half_open_calls or needed
            return Probing(calls, 0, needed, calls - needed + 1)
        if rate:
            calls = self.minimum_calls or 0
            closing = _least(calls, lambda passed: passed > 1 - rate)
            return Probing(calls, calls, closing, _least(calls, lambda failed: failed >= rate))
        calls = self._window_calls or self.failures
        return Probing(calls, 0, calls - self.failures + 1, self.failures)


def _needs(option: str, other: str) -> tuple[str, str]:
    return f"`{option}` means nothing without `{other.partition(':')[0]}`", f"add `{other}`"


def _least(calls: int, enough: Callable[[float], bool]) -> int:
    """Find the least number of the calls whose rounded share is enough; one more than there are if none is."""
    return bisect_left(range(calls + 1), True, key=lambda part: enough(_rounded(part, calls)))


def _rounded(part: int, total: int) -> float:
    """Round a share to two decimals as `util.Round` does: halves up, of the product in double precision."""
    percent = part / total * 100
    whole = int(percent)
    return (whole + (percent - whole >= _HALF)) / 100
