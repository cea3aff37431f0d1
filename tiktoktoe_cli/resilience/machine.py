"""What circuit-breaker semantics are made of: phases, the shape of a state, and pure steps on plain integers.

A state is a tuple `(phase, ticket, episode, ...)`, an episode a tuple `(since_ns, row, until_ns, ...)`; what follows
in either belongs to the machine. A call that was let through hands the state's `ticket` back with its result.
The episode holds what a call in the closed state leaves alone: when the phase began, the row of the table that led
to it (`FORCED` for none), and until when nothing is let through.

Steps get everything handed in (time in integer nanoseconds, shares in parts per million, no chance) and return the
state after them, or the very state that they were given if nothing changed: whoever holds it may then skip its lock.
A machine that remembers results keeps them in its `ring`, a list of integers that its steps write in place. Nothing
here is an object, so that a compiler can take the steps as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY = range(6)

REFUSE, PERMIT, QUEUE = range(3)
"""What `acquire` says: no; yes; not before a call that is under way has ended."""

MILLION: Final = 1_000_000
"""The whole, of which shares and multipliers are parts."""

UNLIMITED: Final = 2**62
"""More results than there will ever be, or nanoseconds."""

FORCED: Final = -1
"""Stands for the row of a transition that somebody asked for."""


class BreakerState(StrEnum):
    """The phases by name, in the order of their numbers."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"
    FORCED_OPEN = "forced-open"  # refuses all calls until told otherwise
    DISABLED = "disabled"  # lets all calls through and counts none
    METRICS_ONLY = "metrics-only"  # lets all calls through, counts them, and never opens


STATES = tuple(BreakerState)

State: TypeAlias = tuple[
    Any, ...
]  # (phase, ticket, episode, ...): each machine says what its own numbers are
Rules: TypeAlias = Any  # each machine's own NamedTuple of integers
Ring: TypeAlias = list[int]

Acquire: TypeAlias = Callable[[Rules, Ring, State, int], tuple[int, State]]
Result: TypeAlias = Callable[[Rules, Ring, State, int, int, int, int], State]
Release: TypeAlias = Callable[[Rules, Ring, State, int, int], State]  # `cancel` as well
Settle: TypeAlias = Callable[[Rules, Ring, State, int], State]
Force: TypeAlias = Callable[[Rules, Ring, State, int, int], State]


class Row(NamedTuple):
    """One transition of a machine: from where to where, when, and in a few words why."""

    source: BreakerState
    target: BreakerState
    when: str
    cause: str


class Window(NamedTuple):
    """The results that a machine's next decision would look at."""

    calls: int
    failures: int
    slow: int


@dataclass(frozen=True, slots=True)
class Machine:
    """The semantics of a circuit breaker.

    - `initial(rules)` and `ring(rules)` make the first state and the memory that goes with it.
    - `acquire(rules, ring, state, now_ns)` decides whether a call may start: `(REFUSE | PERMIT | QUEUE, state)`.
    - `result(rules, ring, state, now_ns, ticket, failed, slow)` counts how a call ended; `failed` and `slow` are
      0 or 1. A late result that does not count returns the very state, and so may one that changes nothing;
      it was late if the ticket is another, or the circuit refuses all calls.
    - `release(rules, ring, state, now_ns, ticket)` takes back the ticket of a call that was not made after all, or
      that ended and says nothing about the other side.
    - `cancel(rules, ring, state, now_ns, ticket)` takes note of a call that was cancelled. None where that is the
      same as `release`.
    - `force(rules, ring, state, now_ns, phase)` enters one of `forced` phases because somebody asked for it.
    - `settle(rules, ring, state, now_ns)` makes one transition that is due by the passing of time alone, dated when
      it was due; whoever holds the state calls it before every other step, until it changes nothing. None where
      time alone changes nothing.
    - `window(rules, ring, state, now_ns)` reads what the next decision would look at; it writes nothing.
    - `idle(state)` is a state as if no call were under way: those of a breaker that is restored are gone, and nobody
      may wait for them. None where nobody ever waits.
    - `closed_permits` says that in the closed phase `acquire` answers PERMIT, and changes neither state nor ring:
      whoever holds the state need not ask.
    """

    name: str
    table: tuple[Row, ...]
    initial: Callable[[Rules], State]
    ring: Callable[[Rules], Ring]
    acquire: Acquire
    result: Result
    release: Release
    window: Callable[[Rules, Ring, State, int], Window]
    force: Force
    forced: frozenset[int] = frozenset({CLOSED, OPEN, HALF_OPEN})
    settle: Settle | None = None
    cancel: Release | None = None
    idle: Callable[[State], State] | None = None
    closed_permits: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of phase: when (nanoseconds of the clock), from where to where, and why."""

    at_ns: int
    source: BreakerState
    target: BreakerState
    cause: str


def grown_ns(last_ns: int, multiplier_ppm: int, most_ns: int) -> int:
    """Return so many times the last wait, at most the longest; nothing on the way is more than 64 bits hold."""
    whole, rest = last_ns // MILLION, last_ns % MILLION
    if whole > most_ns // multiplier_ppm:
        return most_ns
    grown_ns = whole * multiplier_ppm
    return grown_ns + min(rest * multiplier_ppm // MILLION, most_ns - grown_ns)


def transition(machine: Machine, before: State, after: State) -> Transition:
    """Name the change from one state to another."""
    since_ns, row = after[2][:2]
    cause = "forced" if row == FORCED else machine.table[row].cause
    return Transition(since_ns, STATES[before[0]], STATES[after[0]], cause)
