"""The semantics of sony/gobreaker: `semantics: gobreaker`.

Follows `v2/gobreaker.go` and `v2/counter.go` at fed8e9e. `TABLE` below has the transitions. What it leaves open:

- Time is looked at before each operation, reading included, and strictly: at exactly the end of an interval or of the
  open time, nothing has happened yet. A transition has the time at which it was noticed.
- Only a failure is judged, in the closed state: `ReadyToTrip` is a predicate of the user's there; here it is a number
  of failures in a row, or their share of the requests that are not excluded, as in the library's tests. A request
  counts from the moment it starts, so that those under way dilute the share.
- Each transition, and each end of a fixed interval, starts a generation with all counts at zero. A result of an
  earlier generation is dropped.
- Rolling buckets (`bucket_period`) round the interval up to a multiple of theirs. A result is counted in the bucket
  that its call started in, and not at all if that has left the window, but a failure is judged even then. When a
  bucket leaves the window, a streak gets shorter by the bucket's own if all of the window belongs to it.
- Half-open lets `half_open_calls` requests start, excluded ones aside. Their places are not given back by results, and
  nothing limits the wait for them: a probe that never returns wedges the breaker.
- There are no manual states. Go starts the first interval when the breaker is made; here it starts at the clock's zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    HALF_OPEN,
    MILLION,
    OPEN,
    PERMIT,
    REFUSE,
    STATES,
    UNLIMITED,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.buckets import clear
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native
from tiktoktoe_cli.resilience.presets.shares import NEVER, Share, is_reached

_MOST_BUCKETS: Final = 10_000

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure comes, consecutive failures >= consecutive_failures",
        "consecutive failures",
    ),
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "a failure comes, minimum_calls started, share of failures >= failure_threshold",
        "failure rate",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "noticed that reset_timeout is over (>)", "reset timeout"),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.CLOSED,
        "consecutive successes >= half_open_calls",
        "probes passed",
    ),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a failure comes", "probe failed"),
)
_STREAK, _RATE, _TRIED, _PROBES_PASSED, _PROBE_FAILED = range(len(TABLE))
_TARGETS = tuple(STATES.index(row.target) for row in TABLE)


class Rules(NamedTuple):
    """What the steps go by; an `interval_ns` of 0 never ends, and one bucket does not roll."""

    consecutive_failures: int
    minimum_calls: int
    failure_share: Share
    interval_ns: int
    bucket_ns: int
    buckets: int
    reset_timeout_ns: int
    half_open_calls: int


Counts: TypeAlias = tuple[int, int, int, int, int, int]
"""(requests, successes, failures, exclusions, consecutive successes, consecutive failures); a bucket has the same."""

Episode: TypeAlias = tuple[int, int, int, int, int]
"""(since_ns, row, until_ns, start_ns, first): when the generation started, and the number of its first bucket."""

State: TypeAlias = tuple[int, int, Episode, Counts]
"""(phase, newest, episode, counts).

The ticket is the number of the newest bucket. Numbers go on from one generation to the next, so that a ticket below
the generation's `first` belongs to an earlier one.
"""

_NONE: Final = (0, 0, 0, 0, 0, 0)
_REQUESTS, _SUCCESSES, _FAILURES, _EXCLUSIONS, _GOOD_STREAK, _BAD_STREAK = range(len(_NONE))


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0, 0, 0), _NONE)


def _ring(rules: Rules) -> Ring:
    return [0] * (len(_NONE) * rules.buckets)


def settle(rules: Rules, ring: Ring, state: State, now_ns: int) -> State:
    """Notice what time has done."""
    phase, newest, (since_ns, row, until_ns, start_ns, first), _ = state
    if phase == OPEN and now_ns >= until_ns:
        return _entered(rules, ring, state, now_ns, _TRIED)
    if phase != CLOSED:
        return state
    if rules.buckets > 1:
        return _grown(rules, ring, state, first + max(now_ns - start_ns, 0) // rules.bucket_ns)
    if rules.interval_ns and now_ns > start_ns + rules.interval_ns:
        clear(ring)
        return (CLOSED, newest + 1, (since_ns, row, until_ns, now_ns, newest + 1), _NONE)
    return state


def acquire(rules: Rules, ring: Ring, state: State, _now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start, and count it."""
    phase, newest, episode, (requests, successes, failures, exclusions, good, bad) = state
    if phase == OPEN or (phase == HALF_OPEN and requests - exclusions >= rules.half_open_calls):
        return REFUSE, state
    ring[_cell(rules, newest) + _REQUESTS] += 1
    return PERMIT, (phase, newest, episode, (requests + 1, successes, failures, exclusions, good, bad))


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of objects: see `machine`
    rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended, in the bucket that it started in."""
    phase, newest, episode, counts = state
    if ticket < episode[-1] or phase == OPEN:
        return state
    if phase == HALF_OPEN and failed:
        return _entered(rules, ring, state, now_ns, _PROBE_FAILED)
    gone = newest - ticket >= rules.buckets
    if not gone:
        counts = _counted(ring, _cell(rules, ticket), counts, failed)
    if phase == HALF_OPEN and counts[_GOOD_STREAK] >= rules.half_open_calls:
        return _entered(rules, ring, state, now_ns, _PROBES_PASSED)
    if failed and counts[_BAD_STREAK] >= rules.consecutive_failures:
        return _entered(rules, ring, state, now_ns, _STREAK)
    valid = counts[_REQUESTS] - counts[_EXCLUSIONS]
    if failed and valid >= rules.minimum_calls and is_reached(rules.failure_share, counts[_FAILURES], valid):
        return _entered(rules, ring, state, now_ns, _RATE)
    return state if gone else (phase, newest, episode, counts)


def release(rules: Rules, ring: Ring, state: State, _now_ns: int, ticket: int) -> State:
    """Exclude a call: it stays a request, and gives its place among the probes back."""
    phase, newest, episode, (requests, successes, failures, exclusions, good, bad) = state
    if ticket < episode[-1] or newest - ticket >= rules.buckets:
        return state
    ring[_cell(rules, ticket) + _EXCLUSIONS] += 1
    return (phase, newest, episode, (requests, successes, failures, exclusions + 1, good, bad))


def force(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _phase: int) -> State:
    """Leave the state alone: the library has no manual states."""
    return state


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read what the share is taken of: as `calls` all requests that are not excluded, those under way too."""
    counts = state[-1]
    return Window(counts[_REQUESTS] - counts[_EXCLUSIONS], counts[_FAILURES], 0)


def _entered(rules: Rules, ring: Ring, state: State, now_ns: int, row: int) -> State:
    """Make a transition, and with it a new generation."""
    phase, first = _TARGETS[row], state[1] + 1
    # at the instant itself the time is not over
    until_ns = now_ns + rules.reset_timeout_ns + 1 if phase == OPEN else now_ns
    clear(ring)
    return (phase, first, (now_ns, row, until_ns, now_ns, first), _NONE)


def _grown(rules: Rules, ring: Ring, state: State, newest: int) -> State:
    """Let the window reach its newest bucket."""
    phase, before, episode, counts = state
    if newest <= before:
        return state
    if newest - before >= rules.buckets:
        clear(ring)
        return (phase, newest, episode, _NONE)
    for number in range(before + 1, newest + 1):
        counts = _rolled(ring, _cell(rules, number), counts)
    return (phase, newest, episode, counts)


def _rolled(ring: Ring, cell: int, counts: Counts) -> Counts:
    """Take the oldest bucket out of the counts, and empty it."""
    requests, successes, failures, exclusions, good, bad = counts
    requests -= ring[cell + _REQUESTS]
    successes -= ring[cell + _SUCCESSES]
    failures -= ring[cell + _FAILURES]
    exclusions -= ring[cell + _EXCLUSIONS]
    if good == ring[cell + _GOOD_STREAK] + successes:
        good = successes
    if bad == ring[cell + _BAD_STREAK] + failures:
        bad = failures
    for index in range(len(counts)):
        ring[cell + index] = 0
    return (requests, successes, failures, exclusions, good, bad)


def _counted(ring: Ring, cell: int, counts: Counts, failed: int) -> Counts:
    """Add a result to the counts and to its bucket; each has streaks of its own."""
    requests, successes, failures, exclusions, good, bad = counts
    passed = 1 - failed
    ring[cell + _SUCCESSES] += passed
    ring[cell + _FAILURES] += failed
    ring[cell + _GOOD_STREAK] = (ring[cell + _GOOD_STREAK] + 1) * passed
    ring[cell + _BAD_STREAK] = (ring[cell + _BAD_STREAK] + 1) * failed
    return (
        requests,
        successes + passed,
        failures + failed,
        exclusions,
        (good + 1) * passed,
        (bad + 1) * failed,
    )


def _cell(rules: Rules, number: int) -> int:
    """Find a bucket in the ring."""
    return number % rules.buckets * len(_NONE)


MACHINE = Machine(
    name="gobreaker",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(),
    settle=settle,
)


class GobreakerSettings(BreakerSettings):
    """Stop calling after failures in a row, or a share of them, as gobreaker does."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "MaxRequests": Native("half_open_calls"),
        "Interval": Native("interval", "ns"),
        "BucketPeriod": Native("bucket_period", "ns"),
        "Timeout": Native("reset_timeout", "ns"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "ReadyToTrip": "write `consecutive_failures`, or `failure_threshold` and `minimum_calls`",
        "IsSuccessful": FAILURES,
        "IsExcluded": FAILURES,
    }
    idle: ClassVar[tuple[str, ...]] = ("Name", "OnStateChange")

    consecutive_failures: int = Field(6, ge=1)
    """So many failures in a row open the circuit; beside `failure_threshold` only if it is given as well."""
    failure_threshold: Ratio | None = Field(None, gt=0)
    """The share of failures among the requests that opens the circuit."""
    minimum_calls: int = Field(1, ge=1)
    """How many requests there must be before their share means anything."""
    interval: Duration = Duration(0)
    """How long a closed circuit counts before it starts again from zero; 0 is forever."""
    bucket_period: Duration = Duration(0)
    """The length of the buckets that make the interval a rolling window; 0 makes it a fixed one."""
    reset_timeout: Duration = Duration.of(60)
    """How long the circuit stays open before calls probe it."""
    half_open_calls: int = Field(1, ge=0)
    """How many calls may probe the destination, and how many of them in a row must succeed."""

    @field_validator("reset_timeout", "half_open_calls")
    @classmethod
    def _zero_is_unset(cls, value: int, info: ValidationInfo) -> int:
        """Read Go's zero value as the library does: nobody has set the option."""
        default: int = cls.model_fields[info.field_name or ""].default
        return value or default

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.rules.buckets > _MOST_BUCKETS:
            words = {"buckets": self.rules.buckets, "hint": "take longer buckets", "at": [("bucket_period",)]}
            raise PydanticCustomError("out-of-range", "an interval of {buckets} buckets is too many", words)
        return self

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        share, streak = self.failure_threshold, "consecutive_failures" in self.model_fields_set
        bucket_ns = self.bucket_period or self.interval
        buckets = -(-self.interval // bucket_ns) if self.interval else 1
        return Rules(
            consecutive_failures=self.consecutive_failures if streak or share is None else UNLIMITED,
            minimum_calls=self.minimum_calls,
            failure_share=Share(share.ppm, MILLION) if share else NEVER,
            interval_ns=buckets * bucket_ns if self.interval else 0,
            bucket_ns=bucket_ns,
            buckets=buckets,
            reset_timeout_ns=self.reset_timeout,
            half_open_calls=self.half_open_calls,
        )
