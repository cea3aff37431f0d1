"""A real library and our breaker side by side: the same random steps through both, and what they show after each."""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hypothesis import strategies as st

from tests.resilience.presets.answers import NS_PER_MS
from tiktoktoe_cli.resilience.breaker import REFUSED
from tiktoktoe_cli.resilience.machine import BreakerState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from tests.resilience.presets.answers import Reader, Run
    from tiktoktoe_cli.resilience.clock import VirtualClock
    from tiktoktoe_cli.resilience.machine import Transition

RESET_TIMEOUT_MS = 10
"""How long the breakers of these tests stay open: the waits of their steps are around it."""
RESET_TIMEOUT_NS = RESET_TIMEOUT_MS * NS_PER_MS


class BoomError(Exception):
    """A call failed."""


class ExcludedError(Exception):
    """A call ended with what its breaker was told not to mind."""


class Call(Protocol):
    """A call that a library has let through."""

    def end(self, error: BaseException | None) -> None:
        """Return, or raise this error; what the library makes of it is left there."""


class Library(Protocol):
    """What a real breaker can do."""

    def start(self) -> Call | None:
        """Start a call; None if it was refused."""

    def force(self, state: BreakerState) -> None:
        """Enter a state by hand."""

    def shown(self) -> Mapping[str, object]:
        """Return what it shows of itself, named as in the vectors, so far as it means something."""


@dataclass(frozen=True)
class Block:
    """A call that is the block of a `with` statement, and what a library raises after its failure, if anything."""

    manager: AbstractContextManager[object]
    raises: type[Exception]

    def end(self, error: BaseException | None) -> None:
        """Leave the block."""
        with suppress(*RAISED, self.raises):
            self.manager.__exit__(type(error) if error else None, error, None)


class Step(NamedTuple):
    """After a wait: start a call, or end one of those under way, or force a state, or only look."""

    wait_ns: int
    act: str
    which: int


RAISED = (BoomError, ExcludedError, CancelledError)
ERRORS: Mapping[str, BaseException | None] = {
    "success": None,
    "failure": BoomError("no"),
    "ignore": ExcludedError("never mind"),
    "cancel": CancelledError(),
}
WAITS = st.sampled_from([0, 0, 0, 1, NS_PER_MS, RESET_TIMEOUT_NS - 1, RESET_TIMEOUT_NS, RESET_TIMEOUT_NS + 1])
FEWEST, MOST = 40, 80  # steps: it takes some to open, to wait, and to come back
_ACTS = ("start", "start", "start", "success", "failure", "failure", "ignore", "cancel", "look")
_FINISH = Step(0, "success", 0)


def steps(*forced: BreakerState) -> SearchStrategy[list[Step]]:
    """Make steps whose waits fall before, at and after the reset time."""
    step = st.builds(Step, WAITS, st.sampled_from((*_ACTS, *forced)), st.integers(0, 3))
    return st.lists(step, min_size=FEWEST, max_size=MOST)


def end(run: Run, ticket: int, now_ns: int, how: str) -> None:
    """End a call of ours in one of the ways in which calls end there."""
    if how == "ignore":
        run.exclude(ticket, now_ns)
    elif how == "cancel":
        run.breaker.cancel(ticket, now_ns)
    else:
        run.breaker.record(ticket, now_ns, 0, int(how == "failure"))


def unlisted(run: Run) -> list[Transition]:
    """Return the transitions that neither somebody forced nor the table of the machine has."""
    rows = {(row.source, row.target, row.cause) for row in run.breaker.machine.table}
    return [
        change
        for change in run.transitions
        if change.cause != "forced" and (change.source, change.target, change.cause) not in rows
    ]


@dataclass
class SideBySide:
    """Both of them, with one clock, and the calls that each has under way."""

    clock: VirtualClock
    library: Library
    ours: Run
    readers: Mapping[str, Reader]

    def __post_init__(self) -> None:
        self.under_way: list[tuple[Call, int]] = []

    def disagreements(self, taken: Sequence[Step]) -> Iterator[object]:
        """Take the steps, end the calls that are left, and yield what differs after each of all these."""
        for step in taken:
            yield from self._compared(step)
        while self.under_way:
            yield from self._compared(_FINISH)

    def _compared(self, step: Step) -> Iterator[object]:
        self.clock.advance(step.wait_ns)
        theirs, ours = self._take(step)
        now_ns = self.clock.now()
        self.ours.breaker.metrics(now_ns)
        if theirs != ours:
            yield f"{step} at {now_ns}: permitted is {ours}, not {theirs}"
        for column, expected in self.library.shown().items():
            found = self.readers[column](self.ours, {"t": now_ns / NS_PER_MS})
            if found != expected:
                yield f"{step} at {now_ns}: {column} is {found}, not {expected}"
        yield from unlisted(self.ours)

    def _take(self, step: Step) -> tuple[bool, bool]:
        if step.act == "start":
            return self._start()
        if isinstance(step.act, BreakerState):
            self.library.force(step.act)
            self.ours.breaker.force(step.act, self.clock.now())
        elif step.act in ERRORS and self.under_way:
            call, ticket = self.under_way.pop(step.which % len(self.under_way))
            call.end(ERRORS[step.act])
            end(self.ours, ticket, self.clock.now(), step.act)
        return True, True

    def _start(self) -> tuple[bool, bool]:
        call, ticket = self.library.start(), self.ours.breaker.acquire(self.clock.now())
        if call is not None and ticket >= 0:
            self.under_way.append((call, ticket))
        return call is not None, ticket != REFUSED
