"""Batches: some hundred events as columns, so that a stage is one loop over all of them.

A stage takes a batch and changes its bodies in place. An event that cannot go on is rejected (it becomes a dead
letter) or dropped (it is only counted), by its index; it leaves the columns when the stage is done. So a stage may
first bet that all events are usual, in one list comprehension, and look at each of them only where the bet is lost.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.letter import DeadLetter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.replay.events.fault import Body, Fault
    from tiktoktoe_cli.replay.events.letter import Reason
    from tiktoktoe_cli.replay.events.record import Origin, Origins


class Drop(StrEnum):
    """Why an event was left out on purpose; unlike a dead letter it is only counted."""

    EMPTY = "empty"  # a line without anything on it
    SKIPPED = "skipped"  # not valid, and the YAML says to skip such
    DUPLICATE = "duplicate"  # it had passed before
    FILTERED = "filtered"  # a filter or a rule sends it nowhere
    JOINED = "joined"  # it is part of an event that a stage made
    UNSELECTED = "unselected"  # not among those that the run was asked for


@dataclass(slots=True)
class Batch:
    """Events in columns: what stands at one index of `rows`, `bodies`, `times`, ... belongs to one event.

    A column that nothing has filled, or that is no longer needed, is empty.

    rows        the events' positions in `origins`
    bodies      their JSON objects; a stage may write into them
    times       when they happened, in microseconds since 1970
    watermarks  up to when everything has come, once this event has: the newest time so far of the file that is read,
                or less if another file has older events to come
    keys        what a keeping stage compares, by the stage's name
    routes      which rules took them: bit i of the number stands for rule i, bit n + i for one that had no value
    encoded     the events as JSON, without a newline; empty bytes for one that cannot be written

    `stage` names the stage whose turn it is; `letters`, `dropped`, `measures` and `remarks` (the first of each kind)
    are what it has done beside its work; `made` counts the events that it made of others. `refused` is the event that
    ends the run, where the YAML says so: those after it are in no column any more.
    """

    origins: Origins
    rows: list[int] = field(default_factory=list)
    bodies: list[Body] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    watermarks: list[int] = field(default_factory=list)
    keys: dict[str, list[str | None]] = field(default_factory=dict)
    routes: list[int] = field(default_factory=list)
    encoded: list[bytes] = field(default_factory=list)
    stage: str = ""
    letters: list[DeadLetter] = field(default_factory=list)
    dropped: Counter[Drop] = field(default_factory=Counter)
    measures: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, str] = field(default_factory=dict)
    made: int = 0
    refused: DeadLetter | None = None
    _gone: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.rows or self.encoded)

    def origin(self, index: int) -> Origin:
        """Tell where an event came from."""
        return self.origins[self.rows[index]]

    def origins_of(self, indexes: Sequence[int]) -> list[Origin]:
        """Tell where some events came from."""
        return [self.origins[self.rows[index]] for index in indexes]

    def reject(self, index: int, reason: Reason, faults: tuple[Fault, ...]) -> None:
        """Make an event a dead letter."""
        time_us = self.times[index] if self.times else None
        self.letters.append(DeadLetter(reason, self.stage, self.origin(index), faults, time_us))
        self._gone.add(index)

    def refuse(self, index: int, reason: Reason, faults: tuple[Fault, ...]) -> None:
        """Let an event end the run: those before it go on, those after it are left where they are."""
        if index not in self._gone:
            self.reject(index, reason, faults)
            self.refused = self.letters[-1]
            self._gone.update(range(index + 1, len(self)))

    def drop(self, index: int, drop: Drop) -> None:
        """Leave an event out."""
        self.dropped[drop] += 1
        self._gone.add(index)

    def append(self, time_us: int, body: Body, origin: Origin) -> None:
        """Add an event to a batch that has a list of origins of its own, as those have that were held."""
        self.rows.append(len(self.rows))
        self.origins.append(origin)  # type: ignore[attr-defined]  # such a batch was made with a list
        self.times.append(time_us)
        self.bodies.append(body)

    def add_origins(self, origins: Sequence[Origin]) -> None:
        """Add the origins of events whose other columns are filled by hand."""
        self.rows.extend(range(len(self.rows), len(self.rows) + len(origins)))
        self.origins.extend(origins)  # type: ignore[attr-defined]  # such a batch was made with a list

    def picked(self, indexes: Sequence[int]) -> Batch:
        """Make a batch of some of the events."""
        other = Batch(self.origins, keys={name: _at(indexes, keys) for name, keys in self.keys.items()})
        for name in _COLUMNS:
            setattr(other, name, _at(indexes, getattr(self, name)))
        return other

    def settle(self) -> None:
        """Take what was rejected or dropped out of every column."""
        if not self._gone:
            return
        stays = [index not in self._gone for index in range(len(self))]
        self._gone.clear()
        for column in self._columns():
            column[:] = compress(column, stays)

    def _columns(self) -> Iterator[list[Any]]:  # Any: whatever a column holds
        yield from (getattr(self, name) for name in _COLUMNS)
        yield from self.keys.values()


_COLUMNS = ("rows", "bodies", "times", "watermarks", "routes", "encoded")


def _at(indexes: Sequence[int], column: list[Any]) -> list[Any]:
    return [column[index] for index in indexes] if column else []
