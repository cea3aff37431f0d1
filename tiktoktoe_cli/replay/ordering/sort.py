"""The sort: records by time, then file, then line.

Records are collected up to a limit, sorted, and written to a run in a temporary folder; the runs are merged. Only the
time and the bytes are kept, the JSON is read again afterwards: parsed events would take five times the memory.

Runs are merged in portions: of all runs together, what is not after the last record that the run with the least of them
has at hand can be sorted at once. That is far quicker than comparing record by record.
"""

from __future__ import annotations

import marshal
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.record import RecordEnd

RUN_BYTES = 128 << 20
FAN_IN = 64
PORTION = 500
_ENTRY_BYTES = 250  # what Python needs for an entry beside its bytes

Entry: TypeAlias = tuple[int, int, int, int, bytes]
"""Time, file, number, offset and bytes: a plain tuple, for many are made, and they sort as events do."""


class SortedBlock:
    """Records of any files in the order of their time, as a batch's origins."""

    ends: ClassVar[Mapping[int, RecordEnd]] = {}
    is_divisible = True

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.raws = [entry[4] for entry in entries]
        self.times = [entry[0] for entry in entries]

    def __len__(self) -> int:
        return len(self.entries)

    def part(self, start: int, stop: int) -> SortedBlock:
        """Cut some records out."""
        return SortedBlock(self.entries[start:stop])

    def __getitem__(self, row: int, /) -> Origin:
        return Origin(*self.entries[row][1:])


def sort_by_time(
    batches: Iterable[Batch], run_bytes: int = RUN_BYTES, fan_in: int = FAN_IN
) -> Generator[SortedBlock, None, None]:
    """Sort the events of batches; the bodies are not kept.

    Holds at most about `run_bytes` in memory and opens at most `fan_in` files; the temporary folder is removed
    whatever happens.

    Raises:
        UnfinishedError: the temporary folder cannot be written.
    """
    try:
        with TemporaryDirectory(prefix="tiktoktoe-sort-") as folder:
            spill = _Spill(Path(folder))
            for portion in spill.merged(list(spill.runs(batches, run_bytes, fan_in))):
                for at in range(0, len(portion), PORTION):
                    yield SortedBlock(portion[at : at + PORTION])
    except OSError as error:
        hint = "free some space, or set TMPDIR to a folder that has it"
        raise UnfinishedError(
            f"cannot sort the events in the temporary folder: {reason_of(error)}", hint=hint
        ) from error


@dataclass(slots=True)
class _Spill:
    """Writes sorted runs into a folder, and reads them back, in portions; it knows how many each run has."""

    folder: Path
    portions: dict[Path, int] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=count)

    def runs(self, batches: Iterable[Batch], run_bytes: int, fan_in: int) -> Iterator[Iterator[list[Entry]]]:
        """Make sorted runs; the last one stays in memory."""
        paths: list[Path] = []
        entries: list[Entry] = []
        held = 0
        for batch in batches:
            origins = map(batch.origins.__getitem__, batch.rows)
            new = [(time_us, *origin[:4]) for time_us, origin in zip(batch.times, origins, strict=True)]
            entries += new
            held += sum([len(entry[4]) for entry in new]) + len(new) * _ENTRY_BYTES
            if held >= run_bytes:
                entries.sort()
                paths.append(self.write(_portions(entries)))
                entries, held = [], 0
        entries.sort()
        while len(paths) >= fan_in:
            some, paths = paths[:fan_in], paths[fan_in:]
            paths.append(self.write(self.merged([self.read(path) for path in some])))
        yield from map(self.read, paths)
        yield iter([entries])

    def write(self, portions: Iterable[list[Entry]]) -> Path:
        """Write a run."""
        path = self.folder / f"{next(self.numbers)}.run"
        number = 0
        with path.open("wb", buffering=1 << 18) as stream:
            for number, portion in enumerate(portions, start=1):  # noqa: B007  # it counts them
                marshal.dump(portion, stream)
        self.portions[path] = number
        return path

    def read(self, path: Path) -> Iterator[list[Entry]]:
        """Read a run once; it is removed at its end."""
        with path.open("rb", buffering=1 << 18) as stream:
            for _ in range(self.portions.pop(path)):
                yield marshal.load(stream)  # noqa: S302  # written by this process, in a folder of its own
        path.unlink()

    def merged(self, runs: Sequence[Iterator[list[Entry]]]) -> Iterator[list[Entry]]:
        """Merge runs."""
        heads = [_Reader(run) for run in runs]
        while heads := [head for head in heads if head.fill()]:
            if len(heads) == 1:
                yield heads[0].rest()
                continue
            limit = min(head.entries[-1] for head in heads)
            yield sorted(entry for head in heads for entry in head.up_to(limit))


@dataclass(slots=True)
class _Reader:
    """A run that is read: the entries at hand."""

    run: Iterator[list[Entry]]
    entries: list[Entry] = field(default_factory=list)

    def fill(self) -> bool:
        """Make sure that there are entries at hand; False at the end."""
        self.entries = self.entries or next(self.run, [])
        return bool(self.entries)

    def up_to(self, limit: Entry) -> list[Entry]:
        """Take the entries that are not after one."""
        size = bisect_right(self.entries, limit)
        taken, self.entries = self.entries[:size], self.entries[size:]
        return taken

    def rest(self) -> list[Entry]:
        """Take all entries at hand."""
        taken, self.entries = self.entries, []
        return taken


def _portions(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    stream = iter(entries)
    while portion := list(islice(stream, PORTION)):
        yield portion
