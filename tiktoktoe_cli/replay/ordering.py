"""Puts events in the order of their time: an external merge sort, so that memory stays bounded whatever the input is.

Lines are collected up to a limit, sorted, and written to a run in a temporary folder; the runs are merged. Only the
time and the line are kept, the JSON is read again afterwards: parsed events would take five times the memory.
"""

from __future__ import annotations

import heapq
import struct
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.event import Event, Fault, Line, pointer
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.replay.field_path import FieldPath
    from tiktoktoe_cli.replay.station import Events, Stage, Station

RUN_BYTES = 128 << 20
FAN_IN = 64
_ENTRY_BYTES = 250  # what Python needs for an entry beside its bytes
_HEADER = struct.Struct("<qqqqq")


_Entry: TypeAlias = tuple[int, Line]  # a plain one: many are made, and they sort as events do
_Run: TypeAlias = Path


def by_time(run_bytes: int = RUN_BYTES, fan_in: int = FAN_IN) -> Stage:
    """Make the stage that sorts events by time, then file, then line.

    Holds at most about `run_bytes` in memory and opens at most `fan_in` files; the temporary folder is removed
    whatever happens.

    Raises:
        UnfinishedError: while it runs: the temporary folder cannot be written.
    """

    def stage(events: Iterator[Event]) -> Events:
        try:
            with TemporaryDirectory(prefix="tiktoktoe-sort-") as folder:
                for time_us, line in _sorted(events, _Spill(Path(folder)), run_bytes, fan_in):
                    yield Event(time_us, line, orjson.loads(line.raw))
        except OSError as error:
            hint = "free some space, or set TMPDIR to a folder that has it"
            raise UnfinishedError(
                f"cannot sort the events in the temporary folder: {reason_of(error)}", hint=hint
            ) from error

    return stage


def without_jumps(max_jump_us: int, field: FieldPath, station: Station) -> Stage:
    """Make the stage that rejects events too far ahead of the newest one before them; the first event sets the pace."""

    def stage(events: Iterator[Event]) -> Events:
        newest_us: int | None = None
        for event in events:
            if newest_us is not None and event.time_us > newest_us + max_jump_us:
                message = f"{(event.time_us - newest_us) / 1e6:g} s ahead of the newest event before it"
                fault = Fault(pointer(*field.parts), "max_future_jump", "future", message)
                station.reject(Reason.FUTURE, event.line, (fault,), event.time_us)
                continue
            newest_us = event.time_us if newest_us is None else max(newest_us, event.time_us)
            yield event

    return stage


class _Spill:
    """Writes sorted runs into a folder, and reads them back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    def write(self, entries: Iterable[_Entry]) -> _Run:
        run = self._folder / f"{next(self._numbers)}.run"
        with run.open("wb", buffering=1 << 18) as stream:
            for time_us, line in entries:
                header = _HEADER.pack(time_us, line.file, line.number, line.offset, len(line.raw))
                stream.write(header + line.raw)
        return run

    def read(self, run: _Run) -> Iterator[_Entry]:
        """Read a run once; it is removed at its end."""
        with run.open("rb", buffering=1 << 18) as stream:
            while header := stream.read(_HEADER.size):
                time_us, file, number, offset, length = _HEADER.unpack(header)
                yield time_us, Line(file, number, offset, stream.read(length))
        run.unlink()

    def merge(self, runs: list[_Run]) -> Iterator[_Entry]:
        return heapq.merge(*map(self.read, runs))


def _sorted(events: Iterable[Event], spill: _Spill, run_bytes: int, fan_in: int) -> Iterator[_Entry]:
    runs: list[_Run] = []
    entries: list[_Entry] = []
    held = 0
    for time_us, line, _ in events:
        entries.append((time_us, line))
        held += len(line.raw) + _ENTRY_BYTES
        if held >= run_bytes:
            entries.sort()
            runs.append(spill.write(entries))
            entries, held = [], 0
    entries.sort()
    while len(runs) > fan_in:
        runs = [spill.write(spill.merge(runs[at : at + fan_in])) for at in range(0, len(runs), fan_in)]
    return heapq.merge(spill.merge(runs), entries) if runs else iter(entries)
