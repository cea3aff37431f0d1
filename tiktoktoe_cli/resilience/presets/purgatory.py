"""purgatory 3.0.1: so many failures in a row open, the first call to end in the half-open phase decides.

`TABLE` below has the transitions. What it leaves open:

- The row of failures is the closed phase's: a success ends it, and it begins anew with the phase.
- A call at exactly the reset time is refused; `until_ns` is the first nanosecond after it.
- Half-open lets every call through until the first one ends.
- Results are not asked when their call began: in the half-open phase a late one decides as a probe does, in the
  closed phase it counts. In the open phase all results are late, and do nothing.
- A cancelled call is a failure, as every exception is there; one that was not made counts as nothing.
- There is nothing to force it with. Zero for one of its numbers is the default there, and refused here.

Source: `src/purgatory/domain/model.py`.
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
    Row(
        BreakerState.OPEN,
        BreakerState.HALF_OPEN,
        "a call comes, more than reset_timeout has passed",
        "reset timeout",
    ),
    Row(BreakerState.HALF_OPEN, BreakerState.OPEN, "any call failed", "probe failed"),
    Row(BreakerState.HALF_OPEN, BreakerState.CLOSED, "any call succeeded", "probe passed"),
)
_FAILED, _TRIED, _PROBE_FAILED, _PROBE_PASSED = range(len(TABLE))


class Rules(NamedTuple):
    """When to open, and for how long."""

    consecutive_failures: int
    reset_timeout_ns: int


Episode: TypeAlias = tuple[int, int, int]
"""(since_ns, row, until_ns)."""

State: TypeAlias = tuple[int, int, Episode, int]
"""(phase, ticket, episode, failures): the ticket is the phase again; `failures` are those in a row while closed."""


def _initial(_rules: Rules) -> State:
    return (CLOSED, CLOSED, (0, FORCED, 0), 0)


def _ring(_rules: Rules) -> Ring:
    return []


def acquire(_rules: Rules, _ring: Ring, state: State, now_ns: int) -> tuple[int, State]:
    """Decide whether a call may start."""
    phase, _, (_, _, until_ns), _ = state
    if phase != OPEN:
        return PERMIT, state
    if now_ns < until_ns:
        return REFUSE, state
    return PERMIT, (HALF_OPEN, HALF_OPEN, (now_ns, _TRIED, now_ns), 0)


def result(
    rules: Rules, _ring: Ring, state: State, now_ns: int, _ticket: int, failed: int, _slow: int
) -> State:
    """Count how a call ended."""
    phase, _, episode, failures = state
    if phase == HALF_OPEN:
        if failed:
            return _opened(rules, now_ns, _PROBE_FAILED)
        return (CLOSED, CLOSED, (now_ns, _PROBE_PASSED, now_ns), 0)
    if phase == OPEN or not (failed or failures):
        return state
    if not failed:
        return (CLOSED, CLOSED, episode, 0)
    if failures + 1 >= rules.consecutive_failures:
        return _opened(rules, now_ns, _FAILED)
    return (CLOSED, CLOSED, episode, failures + 1)


def release(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _ticket: int) -> State:
    """Leave the state alone: there are no permits to give back."""
    return state


def cancel(rules: Rules, ring: Ring, state: State, now_ns: int, ticket: int) -> State:
    """Count a cancelled call as a failure."""
    return result(rules, ring, state, now_ns, ticket, 1, 0)


def force(_rules: Rules, _ring: Ring, state: State, _now_ns: int, _phase: int) -> State:
    """Leave everything as it is: no phase can be asked for."""
    return state


def window(_rules: Rules, _ring: Ring, state: State, _now_ns: int) -> Window:
    """Read the row of failures."""
    return Window(state[3], state[3], 0)


def _opened(rules: Rules, now_ns: int, row: int) -> State:
    return (OPEN, OPEN, (now_ns, row, now_ns + rules.reset_timeout_ns + 1), 0)


MACHINE = Machine(
    name="purgatory",
    table=TABLE,
    initial=_initial,
    ring=_ring,
    acquire=acquire,
    result=result,
    release=release,
    window=window,
    force=force,
    forced=frozenset(),
    cancel=cancel,
    closed_permits=True,
)


class PurgatorySettings(BreakerSettings):
    """Stop calling after failures in a row."""

    machine: ClassVar[Machine] = MACHINE
    native: ClassVar[Mapping[str, Native]] = {
        "threshold": Native("consecutive_failures"),
        "ttl": Native("reset_timeout", "s"),
        "default_threshold": Native("consecutive_failures"),
        "default_ttl": Native("reset_timeout", "s"),
    }
    elsewhere: ClassVar[Mapping[str, str]] = {
        "exclude": FAILURES,
        "uow": "leave it out: `request send --state FILE` keeps a circuit",
    }
    idle: ClassVar[tuple[str, ...]] = ("circuit",)

    consecutive_failures: int = Field(5, ge=1)
    """How many failures in a row open the circuit."""
    reset_timeout: Duration = Field(Duration.of(30), gt=0)
    """How long the circuit stays open before calls probe it."""

    @property
    def rules(self) -> Rules:
        """The settings as the steps take them."""
        return Rules(self.consecutive_failures, self.reset_timeout)
