"""The circuit breaker: pure steps on integers, run by live calls and by the simulator alike.

    from       to         when                                                           cause
    closed     open       minimum_calls counted, share of failures >= threshold          failure rate
    open       half-open  a call comes, and reset_timeout has passed                     reset timeout
    half-open  open       enough probes counted, share of failures >= threshold          probes failed
    half-open  closed     enough probes counted, share of failures below threshold       probes passed

- The window holds the last `window_calls` results; it starts empty after each transition.
- Every counted result decides, a success too: it may be the one that completes `minimum_calls`.
- Half-open hands out `half_open_calls` permits; `min(minimum_calls, half_open_calls)` results decide. When
  all permits are out and none came back within the permit timeout, those that are missing are handed out
  again: a probe that never returns cannot wedge the breaker.
- Each transition starts a generation. A result belongs to the generation that admitted its call; a late one
  is counted by the holder and never decides.

Windows and thresholds follow resilience4j 2.4 (`CircuitBreakerStateMachine.java`), which has neither the
generation check (gobreaker's) nor a permit timeout; unlike there, a call at exactly the reset time is let
through, so that `retry_after` can be taken at its word. Time is in integer nanoseconds and shares in parts
per million: no rounding. The steps take and return plain integers, so that a compiler can take them as they
are.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tiktoktoe_cli.resilience.outcome import OutcomeKind

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.outcome import Outcome

CLOSED, OPEN, HALF_OPEN = range(3)
_MILLION = 1_000_000
_KEPT_TRANSITIONS = 100


class BreakerState(StrEnum):
    """The states by name, in the order of their numbers."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


STATES = tuple(BreakerState)

CAUSES = {
    (CLOSED, OPEN): "failure rate",
    (OPEN, HALF_OPEN): "reset timeout",
    (HALF_OPEN, OPEN): "probes failed",
    (HALF_OPEN, CLOSED): "probes passed",
}
"""All transitions there are, with what causes them."""

State: TypeAlias = tuple[int, int, int, int, int, int]
"""(state, generation, until_ns, permits, recorded, failures).

`until_ns`: when an open breaker may be probed, or when missing permits are handed out again. `permits`:
probes that may still start. `recorded`: results since the window was empty; `failures`: those among the
window's that failed.
"""

INITIAL: State = (CLOSED, 0, 0, 0, 0, 0)


class BreakerRules(NamedTuple):
    """A breaker's settings as integers; `minimum_calls` is at most `window_calls`."""

    threshold_ppm: int
    window_calls: int
    minimum_calls: int
    reset_timeout_ns: int
    half_open_calls: int
    permit_timeout_ns: int


def acquire(rules: BreakerRules, state: State, now_ns: int) -> tuple[bool, State]:
    """Decide whether a call may start, and return the state after that."""
    phase, generation, until_ns, permits, recorded, failures = state
    if phase == CLOSED:
        return True, state
    if permits == 0 and now_ns < until_ns:
        return False, state
    if phase == OPEN:
        phase, generation, recorded, failures = HALF_OPEN, generation + 1, 0, 0
    if permits == 0:
        permits = rules.half_open_calls - recorded
    return True, (phase, generation, now_ns + rules.permit_timeout_ns, permits - 1, recorded, failures)


def result(  # noqa: PLR0913, PLR0917  # plain integers instead of an object: see the module's last sentence
    rules: BreakerRules, ring: bytearray, state: State, now_ns: int, admitted: int, failure: int
) -> State:
    """Count how a call ended, and return the state after that.

    `ring` holds the window's results (`window_calls` bytes) and is written in place; `admitted` is the
    generation that let the call start; `failure` is 1 or 0.
    """
    phase, generation, until_ns, permits, recorded, failures = state
    if admitted != generation:
        return state
    counted, minimum = recorded + 1, rules.minimum_calls
    if phase == CLOSED:
        slot = recorded % rules.window_calls
        failures -= ring[slot] if recorded >= rules.window_calls else 0
        ring[slot] = failure
        counted = min(counted, rules.window_calls)
    else:
        minimum = min(minimum, rules.half_open_calls)
    failures += failure
    if counted < minimum:
        return (phase, generation, until_ns, permits, recorded + 1, failures)
    if failures * _MILLION >= rules.threshold_ppm * counted:
        return (OPEN, generation + 1, now_ns + rules.reset_timeout_ns, 0, 0, 0)
    if phase == HALF_OPEN:
        return (CLOSED, generation + 1, 0, 0, 0, 0)
    return (phase, generation, until_ns, permits, recorded + 1, failures)


def release(rules: BreakerRules, state: State, admitted: int) -> State:
    """Take back the permit of a call that ended without saying anything about the other side."""
    phase, generation, until_ns, permits, recorded, failures = state
    if phase != HALF_OPEN or admitted != generation:
        return state
    permits = min(permits + 1, rules.half_open_calls - recorded)
    return (phase, generation, until_ns, permits, recorded, failures)


def failure_of(outcome: Outcome[Any]) -> int | None:
    """Return 1 for a failure, 0 for a success, None for what says nothing about the other side."""
    if outcome.kind in {OutcomeKind.REJECTED, OutcomeKind.CANCELLED}:
        return None
    answered = outcome.kind is OutcomeKind.SUCCEEDED or not outcome.transient
    return 0 if answered else 1


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state: when (nanoseconds of the clock), from where to where, and why."""

    at_ns: int
    source: BreakerState
    target: BreakerState
    cause: str


def transition(before: State, after: State, at_ns: int) -> Transition:
    """Name the change from one state to another."""
    return Transition(at_ns, STATES[before[0]], STATES[after[0]], CAUSES[before[0], after[0]])


@dataclass(slots=True)
class Counts:
    """What a breaker has seen since it was made; `late` results are in neither `succeeded` nor `failed`."""

    permitted: int = 0
    rejected: int = 0
    succeeded: int = 0
    failed: int = 0
    late: int = 0
    released: int = 0


class Admission(NamedTuple):
    """The answer to a call that wants to start; a `generation` to report back with, or when to come back."""

    permitted: bool
    generation: int
    retry_after_ns: int = 0


class CircuitBreaker:
    """A live breaker: the steps with their state, behind a lock. Times are the caller's clock's."""

    def __init__(self, rules: BreakerRules) -> None:
        self.rules = rules
        self.counts = Counts()
        self._state = INITIAL
        self._ring = bytearray(rules.window_calls)
        self._transitions: deque[Transition] = deque(maxlen=_KEPT_TRANSITIONS)
        self._lock = threading.Lock()

    @property
    def state(self) -> BreakerState:
        """Where the breaker stands; one that is open stays so until a call asks after its reset time."""
        return STATES[self._state[0]]

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The latest changes of state, oldest first; at most 100 are kept."""
        with self._lock:
            return tuple(self._transitions)

    def acquire(self, now_ns: int) -> Admission:
        """Ask to start a call; what is permitted must end in `record` or `release`."""
        with self._lock:
            permitted, state = acquire(self.rules, self._state, now_ns)
            self._move(state, now_ns)
            if permitted:
                self.counts.permitted += 1
                return Admission(permitted, state[1])
            self.counts.rejected += 1
            return Admission(permitted, state[1], state[2] - now_ns)

    def record(self, admission: Admission, now_ns: int, *, failed: bool) -> None:
        """Tell how an admitted call ended."""
        with self._lock:
            if admission.generation != self._state[1]:
                self.counts.late += 1
                return
            self.counts.failed += failed
            self.counts.succeeded += not failed
            state = result(self.rules, self._ring, self._state, now_ns, admission.generation, int(failed))
            self._move(state, now_ns)

    def release(self, admission: Admission) -> None:
        """Tell that an admitted call ended without a result that counts."""
        with self._lock:
            self.counts.released += 1
            self._state = release(self.rules, self._state, admission.generation)

    def _move(self, state: State, now_ns: int) -> None:
        if state[0] != self._state[0]:
            self._transitions.append(transition(self._state, state, now_ns))
        self._state = state
