"""The breaker of Alibaba Sentinel: `semantics: sentinel`.

`TABLE` below has the transitions. What it leaves open:

- A rule looks at one of three things: the share of failures, their number, or the share of slow calls. It is blind
  to the others, half-open too: a slow failure is just slow to a rule about slow calls, and a fast one is a success.
- The window tumbles: its start is a whole multiple of its length on the clock, and with the next one all is
  forgotten. Results are counted and decide in the closed state alone, a success too.
- A threshold is passed by being more: failures of 100 % never open the circuit. Only a share of slow calls of 100 %
  is reached by being equal.
- An open circuit lets a call through at `reset_timeout`; it and the window are in milliseconds of the clock. One
  probe may start; one that never returns wedges the circuit.
- There are no generations: any result decides while the circuit is half-open, whenever the call was admitted.
- If the probe itself ends without a result, as one that another rule blocked, the circuit is open as before, and the
  next call may probe it at once.
- Nobody can force it.

Neither the threshold nor `reset_timeout` has a default there that could be used; ours are those of its demo.

Source: Sentinel (d75a6687), `AbstractCircuitBreaker.java`, `ExceptionCircuitBreaker.java`,
`ResponseTimeCircuitBreaker.java`, `DegradeRule.java`, `LeapArray.java`, `ExceptionRatioCircuitBreakerDemo.java`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import NS_PER_MS, Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    HALF_OPEN,
    OPEN,
    PERMIT,
    REFUSE,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.settings import BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.shares import Share, is_reached, least_share
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

_ANY: Final = Share(0, 1)
_BY_SLOWNESS, _BY_SHARE, _BY_NUMBER = range(3)  # the library's grades
_THRESHOLDS: Final = ("failure_threshold", "failure_count", "slow_call_duration")
_DEFAULT_SHARE: Final = 0.5

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "minimum_calls counted, more failures than failure_threshold or failure_count",
        "failures",
    ),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "minimum_calls counted, more slow calls than slow_call_threshold, or all",
        "slow calls",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "a call ends well", "probe passed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call fails", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a call was slow", "probe slow"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "the probe ends without a result", "probe blocked"),
)
# what `slowness` adds to the row of failures makes it the one of slow calls
_FAILED, _, _TRIED, _PROBE_PASSED, _PROBE_FAILED, _, _PROBE_BLOCKED = range(len(TABLE))


class Rules(NamedTuple):
    """The settings as the steps take them; `share` and `least` are of slow calls if `slowness` is 1, else failures."""

    slowness: int
    share: Share
    least: int
    minimum_calls: int
    window_ms: int
    reset_timeout_ms: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns): an open circuit may be probed from `until_ns` on."""

State: TypeAlias = tuple[int, int, Episode, int, int, int]
"""(phase, probes, episode, number, calls, bad).

`probes`: how often the circuit was half-open, to know the probe by. `number`: the window's, counted from the clock's
zero; `bad`: the calls in it that the rule is about.
"""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0), 0, 0, 0)


def _ring(_rules: Rules) -> Ring:
    return []


def acquire(_rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, probes, episode = state[:3]
    if phase == CLOSED:
        return PERMIT, state
    if phase == HALF_OPEN or now_ns < episode[2]:
        return REFUSE, state
    return PERMIT, (HALF_OPEN, probes + 1, (now_ns, _TRIED, episode[2]), 0, 0, 0)


def result(
    rules: Rules, _ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, slow: int
) -> State:
    """Count how a call ended, or let it decide for the probe, whenever it was admitted."""
    phase, probes, episode = state[:3]
    bad = slow if rules.slowness else failed
    if phase == OPEN:
        return state
    if phase == HALF_OPEN and bad:
        return _opened(rules, state, now_ns, _PROBE_FAILED + rules.slowness)
    if phase == HALF_OPEN:
        return (CLOSED, probes, (now_ns, _PROBE_PASSED, now_ns), 0, 0, 0)
    seen = _seen(rules, state, now_ns)
    number, calls, bad = seen[0], seen[1] + 1, seen[2] + bad
    if calls >= rules.minimum_calls and bad >= rules.least and is_reached(rules.share, bad, calls):
        return _opened(rules, state, now_ns, _FAILED + rules.slowness)
    return (phase, probes, episode, number, calls, bad)


def release(_rules: Rules, _ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Open again, as before, if it was the probe that ended without a result."""
    phase, probes, episode = state[:3]
    if phase != HALF_OPEN or ticket != probes:
        return state
    return (OPEN, probes, (now_ns, _PROBE_BLOCKED, episode[2]), 0, 0, 0)


def force(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _phase: int) -> State:
    """Change nothing: there are no states that can be asked for."""
    return state


def window(rules: Rules, _ring: Ring, state: State, now_ns: int) -> Window:
    """Read the results that the next decision would look at."""
    _, calls, bad = _seen(rules, state, now_ns)
    return Window(calls, 0, bad) if rules.slowness else Window(calls, bad, 0)


def _seen(rules: Rules, state: State, now_ns: int) -> tuple[int, int, int]:
    """Return the number of the window and what was counted in it: calls, and bad ones."""
    number = max(now_ns // NS_PER_MS // rules.window_ms, state[3])
    return (number, state[4], state[5]) if number == state[3] else (number, 0, 0)


def _opened(rules: Rules, state: State, now_ns: int, row: int) -> State:
    until_ns = (now_ns // NS_PER_MS + rules.reset_timeout_ms) * NS_PER_MS
    return (OPEN, state[1], (now_ns, row, until_ns), 0, 0, 0)


MACHINE = Machine(
    name="sentinel",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(),
    closed_permits=True,
)


class TumblingWindow(TimeWindow):
    """Which results are counted; each window follows the one before."""

    time: Duration = Field(Duration.of(1), ge=1)
    """The calls that ended within so long."""


class SentinelSettings(BreakerSettings):
    """Stop calling a destination as Sentinel does; with one threshold of the three kinds."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "grade": Native("grade"),
        "count": Native("count"),
        "slowRatioThreshold": Native("slow_call_threshold"),
        "minRequestAmount": Native("minimum_calls"),
        "statIntervalMs": Native("window.time", "ms"),
        "timeWindow": Native("reset_timeout", "s"),
    }
    idle: ClassVar[tuple[str, ...]] = ("resource", "limitApp")

    failure_threshold: Ratio | None = None
    """More than this share of failures opens the circuit; 0.5 if there is no other threshold."""
    failure_count: int | None = Field(None, ge=0)
    """More failures than this open the circuit."""
    slow_call_duration: Duration | None = Field(None, gt=0)
    """A call that took longer was slow; the circuit opens for slow calls, and not for failures."""
    slow_call_threshold: Ratio = Ratio(1)
    """More than this share of slow calls opens the circuit; if it is 1, all of them do."""
    grade: int = Field(_BY_SLOWNESS, ge=_BY_SLOWNESS, le=_BY_NUMBER)
    """The library's way to say what `count` is: 0 a slow call's milliseconds, 1 a share of failures, 2 a number."""
    count: float = Field(0, ge=0)
    """The library's way to write the threshold that `grade` names."""
    window: TumblingWindow = TumblingWindow(time=Duration.of(1))
    """The results that are counted; each window follows the one before."""
    minimum_calls: int = Field(5, ge=1)
    """How many results there must be before they mean anything."""
    reset_timeout: Duration = Duration.of(10)
    """How long the circuit stays open before a call probes it, in whole milliseconds."""

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        ours = [name for name in _THRESHOLDS if name in self.model_fields_set]
        theirs = [name for name in ("count", "grade") if name in self.model_fields_set]
        given = [*ours, *theirs[:1]]
        if len(given) > 1:
            words = {"first": given[0], "second": given[1], "at": [(given[1],)], "hint": "keep one of them"}
            raise PydanticCustomError(
                "option-twice", "`{first}` and `{second}` are both what opens the circuit", words
            )
        return self

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.grade == _BY_SHARE and self.count > 1:
            told = {"message": f"`{self.count:g}` is more than the whole", "at": [("count",)]}
            raise PydanticCustomError("bad-unit", "{message}", {**told, "hint": "a share is at most 1"})
        if self.window.time < NS_PER_MS:
            said = {"time": str(self.window.time), "at": [("window", "time")]}
            hint = "take a millisecond at least"
            raise PydanticCustomError(
                "impossible-window", "`sentinel` has no window of {time}", {**said, "hint": hint}
            )
        return self

    @property
    def slow_call_ns(self) -> int | None:
        """How long a call may take before it is slow."""
        count = self._count_of(_BY_SLOWNESS)
        if count is None:
            return self.slow_call_duration
        # the library compares whole milliseconds, and more than none is one: here anything at all
        return math.floor(count + 0.5) * NS_PER_MS or 1

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        most = self._count_of(_BY_NUMBER) if self.failure_count is None else self.failure_count
        return Rules(
            slowness=int(self.slow_call_ns is not None),
            share=self._share() if most is None else _ANY,
            least=0 if most is None else math.floor(most) + 1,
            minimum_calls=self.minimum_calls,
            window_ms=self.window.time // NS_PER_MS,
            reset_timeout_ms=self.reset_timeout // NS_PER_MS,
        )

    def _count_of(self, grade: int) -> float | None:
        """Return `count` if that is what it says."""
        return self.count if self.grade == grade and self.model_fields_set & {"grade", "count"} else None

    def _share(self) -> Share:
        """Fold what the library computes in floating point into a share."""
        if self.slow_call_ns is not None:
            most = float(self.slow_call_threshold)
            return least_share(lambda part, total: part / total > most or part / total == most == 1)
        count = self._count_of(_BY_SHARE)
        ours = _DEFAULT_SHARE if self.failure_threshold is None else float(self.failure_threshold)
        most = ours if count is None else count
        return least_share(lambda part, total: part / total > most)
