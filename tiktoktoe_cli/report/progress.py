"""Progress of long work, on standard error only: what happened becomes steps, and a sink shows the steps.

`Progress` is what features talk to. It is safe from asyncio code and from worker threads; nothing waits.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import RLock
from typing import TYPE_CHECKING, Protocol, Self, TypeAlias

from tiktoktoe_cli.report.capabilities import ProgressChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tiktoktoe_cli.report.terminal import Terminal

    Clock: TypeAlias = Callable[[], float]


class Event(StrEnum):
    """What a step tells."""

    STARTED = "started"
    CHANGED = "changed"
    ADVANCED = "advanced"
    DETAIL = "detail"  # what a piece of work consists of; shown only where it can be drawn over again
    FINISHED = "finished"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Step:
    """Where one piece of work stands: a service on its way to a state, or a count on its way to a total."""

    event: Event
    name: str
    state: str = ""
    note: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    elapsed_s: float = 0.0

    @property
    def is_counting(self) -> bool:
        """Tell whether this is a count rather than a state."""
        return bool(self.unit)

    @property
    def rate_per_s(self) -> float | None:
        """Average units per second since the start; None while there is nothing to divide."""
        return self.done / self.elapsed_s if self.done and self.elapsed_s > 0 else None

    @property
    def eta_s(self) -> float | None:
        """Seconds that the rest takes at the average rate; None without a total or a rate, and at the end."""
        rate = None if self.event is Event.FINISHED else self.rate_per_s
        return max(0, self.total - self.done) / rate if rate and self.total is not None else None


class Sink(Protocol):
    """Where steps go; `every_s` is how often a count that only advances is worth showing."""

    every_s: float

    def open(self) -> None:
        """Get ready to show steps."""

    def take(self, step: Step) -> None:
        """Show one step; called by one thread at a time."""

    def close(self) -> None:
        """Leave the terminal as it was; also called when the work failed."""


class Progress(AbstractContextManager["Progress"]):
    """Tells a sink how work goes on.

        with open_progress(terminal, clock) as progress:
            progress.started("payments", state="starting")
            progress.changed("payments", "waiting", "for ledger")
            progress.finished("payments", "healthy")

            progress.started("orders", total=50_000, unit="events")
            progress.advance("orders", 500)

    A change that changes nothing is not told, so a polling loop may report every round.
    """

    def __init__(self, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._lock = RLock()
        self._steps: dict[str, Step] = {}
        self._done: dict[str, int] = {}
        self._started_s: dict[str, float] = {}
        self._told_s: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._sink.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sink.close()

    def started(
        self, name: str, *, state: str = "", note: str = "", total: int | None = None, unit: str = ""
    ) -> None:
        """Begin a piece of work; one with a `unit` counts, to `total` if that is known."""
        with self._lock:
            self._started_s[name] = self._clock()
            self._done[name] = 0
            self._tell(Step(Event.STARTED, name, state, note=note, total=total, unit=unit))

    def changed(self, name: str, state: str, note: str = "") -> None:
        """Say that work is in another state, and why (`for ledger`)."""
        with self._lock:
            step = self._step(name)
            if (step.state, step.note) != (state, note):
                self._tell(replace(step, event=Event.CHANGED, state=state, note=note))

    def advance(self, name: str, by: int = 1, total: int | None = None) -> None:
        """Count on; told as often as the sink likes. A `total` replaces what was known of it."""
        with self._lock:
            step = self._step(name)
            if total is not None:
                step = self._steps[name] = replace(step, total=total)
            self._done[name] += by
            if self._clock() - self._told_s[name] >= self._sink.every_s:
                self._tell(replace(step, event=Event.ADVANCED))

    def detail(self, name: str, note: str) -> None:
        """Say how a part of the work stands."""
        with self._lock:
            self._sink.take(Step(Event.DETAIL, name, note=note))

    def finished(self, name: str, state: str, note: str = "") -> None:
        """End a piece of work with its last state."""
        with self._lock:
            self._tell(replace(self._step(name), event=Event.FINISHED, state=state, note=note))

    def note(self, words: str) -> None:
        """Print a line that is about no single piece of work, without disturbing what is drawn."""
        with self._lock:
            self._sink.take(Step(Event.NOTE, "", note=words))

    def _step(self, name: str) -> Step:
        if name not in self._steps:
            self.started(name)
        return self._steps[name]

    def _tell(self, step: Step) -> None:
        now = self._clock()
        step = replace(step, done=self._done[step.name], elapsed_s=now - self._started_s[step.name])
        self._steps[step.name] = step
        self._told_s[step.name] = now
        self._sink.take(step)


def open_progress(terminal: Terminal, clock: Clock) -> Progress:
    """Choose how progress is shown: `--progress`, and for `auto` live on a terminal, plain in a log.

    `clock` counts seconds and never runs backwards. `-q` shows nothing.
    """
    return Progress(_sink(terminal, clock), clock)


def _sink(terminal: Terminal, clock: Clock) -> Sink:
    from tiktoktoe_cli.report import progress_lines

    choice = terminal.options.progress
    if terminal.options.quiet or choice is ProgressChoice.NONE:
        return progress_lines.Silent()
    if choice is ProgressChoice.JSON:
        return progress_lines.Lines(terminal, progress_lines.json_line, every_s=1.0)
    if choice is ProgressChoice.PLAIN or not terminal.is_animated:
        return progress_lines.Lines(terminal, progress_lines.plain_line, every_s=5.0)
    from tiktoktoe_cli.report.progress_live import Live

    return Live(terminal, clock)
