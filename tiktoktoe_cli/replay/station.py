"""What a stage has at hand beside the events: the other ways out, a clock, and its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from tiktoktoe_cli.replay.dead_letters import DeadLetter
from tiktoktoe_cli.replay.event import Event

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.dead_letters import Reason
    from tiktoktoe_cli.replay.event import Fault, Line

Events: TypeAlias = Generator[Event, None, None]
Stage: TypeAlias = Callable[[Iterator[Event]], Events]
"""A stage takes the stream of events and gives the stream that the next one takes. Closing it frees what it holds."""


class Drop(StrEnum):
    """Why an event was left out on purpose; unlike a dead letter it is only counted."""

    EMPTY = "empty"  # a line without anything on it
    SKIPPED = "skipped"  # not valid, and the YAML says to skip such
    DUPLICATE = "duplicate"  # it had passed before
    FILTERED = "filtered"  # a rule sends it nowhere


class Letterbox(Protocol):
    """Where dead letters go."""

    def put(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""


class StoppedError(Exception):
    """Ends the stream before its end: the user asked for it (no letter), or an event that `fail` does not let pass."""

    def __init__(self, letter: DeadLetter | None = None) -> None:
        super().__init__()
        self.letter = letter


@dataclass(slots=True)
class Station:
    """The place of one stage: it counts what passed on, what was rejected and what was dropped.

    `clock` gives nanoseconds; `measures` are numbers of the stage's own (`hits`, `sessions`), for the report.
    """

    name: str
    letters: Letterbox
    clock: Callable[[], int]
    passed: int = 0
    dead: int = 0
    dropped: Counter[Drop] = field(default_factory=Counter)
    measures: dict[str, float] = field(default_factory=dict)

    def reject(
        self, reason: Reason, line: Line, faults: tuple[Fault, ...], time_us: int | None = None
    ) -> DeadLetter:
        """Make an event, or a line that is none, a dead letter."""
        letter = DeadLetter(reason, self.name, line, faults, time_us)
        self.letters.put(letter)
        self.dead += 1
        return letter

    def drop(self, drop: Drop) -> None:
        """Leave an event out."""
        self.dropped[drop] += 1

    def count(self, events: Iterator[Event]) -> Iterator[Event]:
        """Count the events that the stage passes on."""
        for event in events:
            self.passed += 1
            yield event
