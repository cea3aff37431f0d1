"""circuitbreaker 2.1.3: so many failures in a row open, any success closes.

`TABLE` below has the transitions. What it leaves open:

- Half-open is what an open circuit is called once its time has passed: it comes at exactly that time, without a call.
- Half-open lets every call through until the first one ends.
- Results are not asked when their call began. A success closes an open circuit too, however fresh; a failure in the
  open phase starts `reset_timeout` again.
- Nothing but a success ends the row of failures: it goes on growing while open and half-open.
- A cancelled call is a success, as all that is outside of `expected_exception` is there, by default what is no
  `Exception`; a call that was not made counts as nothing.
- Zero for one of its numbers is the default there, and refused here.

The library tells the remaining time in whole seconds, rounded away from zero; it decides by its sign, and so without
rounding. Source: `circuitbreaker.py` (`CircuitBreaker.state`, `__exit__`, `reset`).
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
    Row(BreakerState.OPEN, BreakerState.HALF_OPEN, "reset_timeout has passed", "reset timeout"),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "any call failed", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "any call succeeded", "probe passed"),
    Row(BreakerState.OPEN, BreakerState.CLOSED, "a call from before it opened succeeded", "late success"),
)
_FAILED, _WAITED, _PROBE_FAILED, _PROBE_PASSED, _LATE_SUCCESS = range(len(TABLE))


class Rules(NamedTuple):
    """When to open, and for how long."""

    consecutive_failures: int
    reset_timeout_ns: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns)."""

State: TypeAlias = tuple[int, int, Episode, int]
"""(phase, ticket, episode, failures): the ticket is always 0, as no result is late; `failures` are those in a row."""


def _initial(_rules: Rules) -> State:
    return (CLOSED, 0, (0, FORCED, 0), 0)


def _ring(_rules: Rules) -> Ring:
    return []


def settle(_rules: Rules, _ring: Ring, state: State, now_ns: int) -> State:
    """Let an open circuit be half-open when its time has come."""
    phase, _, (_, _, until_ns), failures = state
    if phase != OPEN or now_ns < until_ns:
        return state
    return (HALF_OPEN, 0, (until_ns, _WAITED, until_ns), failures)


def acquire(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    return REFUSE if state[0] == OPEN else PERMIT, state


def result(
    rules: Rules, _ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    phase, _, episode, failures = state
    if not failed:
        if phase != CLOSED:
            return _closed(now_ns, _PROBE_PASSED if phase == HALF_OPEN else _LATE_SUCCESS)
        return (CLOSED, 0, episode, 0) if failures else state
    failures += 1
    if failures < rules.consecutive_failures:
        return (phase, 0, episode, failures)
    since_ns, row, _ = episode
    if phase != OPEN:
        since_ns, row = now_ns, _FAILED if phase == CLOSED else _PROBE_FAILED
    return (OPEN, 0, (since_ns, row, now_ns + rules.reset_timeout_ns), failures)


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Leave the state alone: there are no permits to give back."""
    return state


def cancel(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Count a cancelled call as a success."""
    return result(rules, ring, state, now_ns, ticket, 0, 0)


def force(_rules: Rules, _ring: Ring, _state: State, now_ns: int, _phase: int) -> State:
    """Do as `reset()`: closing is all that can be asked for."""
    return _closed(now_ns, FORCED)


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read the row of failures."""
    return Window(state[3], state[3], 0)


def _closed(now_ns: int, row: int) -> State:
    return (CLOSED, 0, (now_ns, row, now_ns), 0)


MACHINE = Machine(
    name="circuitbreaker",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset({CLOSED}),
    settle=settle,
    cancel=cancel,
    closed_permits=True,
)


class CircuitbreakerSettings(BreakerSettings):
    """Stop calling after failures in a row, until any call succeeds."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "failure_threshold": Native("consecutive_failures"),
        "recovery_timeout": Native("reset_timeout", "s"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "fallback_function": "a fallback is a layer of its own: put `- fallback: ...` before the circuit breaker",
        "expected_exception": FAILURES,
    }
    idle: ClassVar[tuple[str, ...]] = ("name",)

    consecutive_failures: int = Field(5, ge=1)
    """How many failures in a row open the circuit."""
    reset_timeout: Duration = Field(Duration.of(30), gt=0)
    """How long the circuit stays open before calls probe it."""

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        return Rules(self.consecutive_failures, self.reset_timeout)
