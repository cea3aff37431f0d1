"""Reads the input files, one after the other, in blocks of records.

A run reads what a file held when it was opened. Of a compressed file that is cut or damaged, every whole record before
the damage is read as usual; the rest is one record that says so.

A run that goes on where an earlier one has stopped reads the same blocks: each has the records that end between two
multiples of 128 KiB. Whether the file is the same is not asked here, beyond its being as long: a run compares its
fingerprint (size and beginning), for a hash of all that was read would cost a twentieth of the time of the first run.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.choices import Format
from tiktoktoe_cli.replay.reading.files import readable
from tiktoktoe_cli.replay.reading.formats import Place, Reading, format_of, make_cutter
from tiktoktoe_cli.replay.reading.sources import open_source
from tiktoktoe_cli.replay.reading.tables import read_rows
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.reading.formats import Cutter
    from tiktoktoe_cli.replay.reading.sources import Source

BLOCK_BYTES = 1 << 17


def read_blocks(
    files: Sequence[Path], reading: Reading, start: Sequence[int] | None = None
) -> Generator[Block, None, None]:
    """Read the files; `start` is where to go on: the `position` of the block before.

    Raises:
        UsageError: a file cannot be opened, or not be read in its format.
        UnfinishedError: a file cannot be read to its end, or became shorter while it was read.
    """
    if start is None and reading.begin is not None:
        yield from _from_line(files, replace(reading, begin=None), reading.begin)
        return
    first = Place(*start) if start else Place(0)
    for index, path in enumerate(files):
        if index >= first.file:
            yield from _read_file(path, reading, first if index == first.file else Place(index))


def first_times(
    files: Sequence[Path], reading: Reading, times_of: Callable[[Block], Sequence[int]]
) -> list[int | None]:
    """Find when the first event of each file happened; None for a file without any. `times_of` decodes a block.

    Raises:
        UsageError, UnfinishedError: as `read_blocks`.
    """
    found: list[int | None] = []
    for path in files:
        with closing(read_blocks([path], reading)) as blocks:
            found.append(next((times[0] for block in blocks if (times := times_of(block))), None))
    return found


def earliest_after(times: Sequence[int | None]) -> Callable[[int], int | None]:
    """Make of the first times of files what tells when the earliest of those after one begins; None after the last."""
    earliest: list[int | None] = [None]
    for time_us in reversed(times[1:]):
        known = [at_us for at_us in (time_us, earliest[-1]) if at_us is not None]
        earliest.append(min(known, default=None))
    earliest.reverse()
    return lambda file: earliest[file] if file < len(earliest) else None


def cut(source: Source, cutter: Cutter, data: bytes = b"", offset: int = 0) -> Iterator[Block]:
    """Cut `data`, which stands at an offset, and what follows it in a source into blocks.

    Raises:
        OSError: it cannot be read to its end, or became shorter.
    """
    while data := data or _read(source, BLOCK_BYTES - offset % BLOCK_BYTES):
        offset += len(data)
        if block := cutter.feed(data):
            yield block
        data = b""
    if block := cutter.end(is_damaged=source.is_damaged):
        yield block


def _from_line(files: Sequence[Path], reading: Reading, begin: str) -> Iterator[Block]:
    """Read from `FILE:LINE` on."""
    name, _, line = begin.rpartition(":")
    where = os.path.realpath(name)
    file = next((at for at, path in enumerate(files) if os.path.realpath(path) == where), None)
    if file is None:
        raise UsageError(f"`{name}` is not among the input files", hint="write `offset` as `FILE:LINE`")
    for block in read_blocks(files, reading, (file,)):
        skipped = max(int(line) - block.first_number, 0) if block.file == file else 0
        if skipped < len(block):
            yield block.after(skipped)


def _read_file(path: Path, reading: Reading, place: Place) -> Iterator[Block]:
    with _opened(path, reading) as source, _told_to_the_user(path):
        head = _read(source, BLOCK_BYTES)
        form = format_of(head) if reading.format is Format.AUTO else reading.format
        if form is Format.PARQUET:
            reading.tell(path.stat().st_size - len(head))  # it is read by another library, in its own order
            yield from read_rows(path, place.file, place.number)
            return
        cutter = make_cutter(form, head, place, reading, str(path))
        source.skip(max(cutter.offset - len(head), 0))
        yield from cut(source, cutter, head[cutter.offset :], cutter.offset)


def _read(source: Source, size: int) -> bytes:
    """Read so many bytes; fewer only at the end."""
    data = source.read(size)
    while 0 < len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data


@contextmanager
def _opened(path: Path, reading: Reading) -> Iterator[Source]:
    with readable(path):
        source = open_source(path, reading.tell)
    with closing(source):
        yield source


@contextmanager
def _told_to_the_user(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnfinishedError(f"cannot read `{path}` to its end: {reason_of(error)}") from error
