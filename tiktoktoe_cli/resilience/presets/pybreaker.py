"""pybreaker 1.4.1: so many failures in a row open, so many probes in a row close, one call at a time.

`TABLE` below has the transitions. What it leaves open:

- A lock is held while a call runs: others wait for its end (`QUEUE`), and a call that hangs stops everybody, in every
  phase. Generators and `calling()` give the lock back before they begin; they behave as `aiobreaker` with a
  `success_threshold`.
- A result is judged by the rules of the phase that admitted its call, hence the ticket: a probe's failure opens
  whatever phase it ends in. With the lock, that differs only for a call that was under way when somebody forced a
  phase. A failure that ends in the open phase and may open starts `reset_timeout` again.
- A success ends the row of failures. Opening does not: the probes' failures go on counting in it.
- A call at exactly the reset time is let through; there is no quota of probes.
- A cancelled call is a failure, as every exception is there; one that was not made counts as nothing.

Source: `src/pybreaker/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple, TypeAlias

from pydantic import Field

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.resilience.machine import (
    CLOSED,
    FORCED,
    HALF_OPEN,
    OPEN,
    PERMIT,
    QUEUE,
    REFUSE,
    BreakerState,
    Machine,
    Ring,
    Row,
    Window,
)
from tiktoktoe_cli.resilience.presets.settings import FAILURES, BreakerSettings, Native

TABLE = (
    Row(
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "failures without a success between them >= consecutive_failures",
        "failures in a row",
    ),
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "a call comes, reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "a probe failed", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "success_threshold probes succeeded", "probes passed"),
    Row(BreakerState.CLOSED, BreakerState.OPEN, "an earlier probe failed", "late probe failed"),
    Row(
        BreakerState.HALF_OPEN,
        BreakerState.OPEN,
        "a call from before it opened failed, failures in a row >= consecutive_failures",
        "late failure",
    ),
    Row(
        BreakerState.OPEN,
        BreakerState.CLOSED,
        "an earlier probe succeeded, success_threshold of them did",
        "late probes passed",
    ),
)
_FAILED, _TRIED, _PROBE_FAILED, _PROBES_PASSED, _LATE_PROBE_FAILED, _LATE_FAILURE, _LATE_PROBES_PASSED = (
    range(len(TABLE))
)


class Rules(NamedTuple):
    """When to open and to close; `one_at_a_time` is 1 with the lock, 0 without."""

    consecutive_failures: int
    success_threshold: int
    reset_timeout_ns: int
    one_at_a_time: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns)."""

State: TypeAlias = tuple[int, int, Episode, int, int, int]
"""(phase, ticket, episode, failures, successes, busy).

`ticket`: the phase again, for those whom it admits. `failures`: those in a row. `successes`: of probes, since the
phase began. `busy`: 1 while a call holds the lock.
"""


def _initial(_rules: Rules) -> State:
    return (CLOSED, CLOSED, (0, FORCED, 0), 0, 0, 0)


def _ring(_rules: Rules) -> Ring:
    return []


def acquire(rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, _, episode, failures, successes, busy = state
    if busy:
        return QUEUE, state
    if phase == OPEN:
        if now_ns < episode[2]:
            return REFUSE, state
        phase, episode, successes = HALF_OPEN, (now_ns, _TRIED, now_ns), 0
    elif not rules.one_at_a_time:
        return PERMIT, state
    return PERMIT, (phase, phase, episode, failures, successes, rules.one_at_a_time)


def result(
    rules: Rules, _ring: Ring, state: State, now_ns: int, ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended, by the rules of the phase that admitted it."""
    phase, _, episode, failures, successes, busy = state
    if failed:
        failures += 1
        if ticket == HALF_OPEN or failures >= rules.consecutive_failures:
            return _opened(rules, state, now_ns, ticket)
    elif ticket == HALF_OPEN:
        failures, successes = 0, successes + 1
        if successes >= rules.success_threshold:
            return _closed(state, now_ns)
    elif failures or busy:
        failures = 0
    else:
        return state
    return (phase, phase, episode, failures, successes, 0)


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Give the lock back."""
    return idle(state)


def cancel(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Count a cancelled call as a failure."""
    return result(rules, ring, state, now_ns, ticket, 1, 0)


def idle(state: State) -> State:
    """Return the state with nobody holding the lock."""
    phase, ticket, episode, failures, successes, busy = state
    return (phase, ticket, episode, failures, successes, 0) if busy else state


def force(rules: Rules, _ring: Ring, state: State, now_ns: int, phase: int) -> State:
    """Do as `open()`, `half_open()` or `close()`; a call under way keeps the lock."""
    failures = 0 if phase == CLOSED else state[3]
    until_ns = now_ns + rules.reset_timeout_ns if phase == OPEN else now_ns
    return (phase, phase, (now_ns, FORCED, until_ns), failures, 0, state[5])


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read the row that the next decision would look at: of failures, or in the half-open phase of successes."""
    phase, _, _, failures, successes, _ = state
    return Window(successes, 0, 0) if phase == HALF_OPEN else Window(failures, failures, 0)


def _opened(rules: Rules, state: State, now_ns: int, ticket: int) -> State:
    """Open after one more failure, or begin the time anew if that is so already."""
    phase, _, (since_ns, row, _), failures, _, _ = state
    if phase != OPEN:
        since_ns, row = now_ns, _opening(phase, ticket)
    return (OPEN, OPEN, (since_ns, row, now_ns + rules.reset_timeout_ns), failures + 1, 0, 0)


def _opening(phase: int, ticket: int) -> int:
    """Name the row that opens; a call ends late if another phase admitted it."""
    if phase == CLOSED:
        return _FAILED if ticket == CLOSED else _LATE_PROBE_FAILED
    return _PROBE_FAILED if ticket == HALF_OPEN else _LATE_FAILURE


def _closed(state: State, now_ns: int) -> State:
    phase, _, episode, _, _, _ = state
    if phase != CLOSED:
        episode = (now_ns, _PROBES_PASSED if phase == HALF_OPEN else _LATE_PROBES_PASSED, now_ns)
    return (CLOSED, CLOSED, episode, 0, 0, 0)


MACHINE = Machine(
    name="pybreaker",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    cancel=cancel,
    idle=idle,
)


class PybreakerSettings(BreakerSettings):
    """Stop calling after failures in a row; one call at a time."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "fail_max": Native("consecutive_failures"),
        "reset_timeout": Native("reset_timeout", "s"),
        "success_threshold": Native("success_threshold"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "exclude": FAILURES,
        "state_storage": "leave it out: `request send --state FILE` keeps a circuit",
    }
    idle: ClassVar[tuple[str, ...]] = ("name", "listeners", "throw_new_error_on_trip")

    consecutive_failures: int = Field(5, ge=1)
    """How many failures in a row open the circuit."""
    reset_timeout: Duration = Duration.of(60)
    """How long the circuit stays open before calls probe it."""
    success_threshold: int = Field(1, ge=1)
    """How many probes have to succeed, none failing, to close it."""

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        return Rules(
            consecutive_failures=self.consecutive_failures,
            success_threshold=self.success_threshold,
            reset_timeout_ns=self.reset_timeout,
            one_at_a_time=1,
        )
