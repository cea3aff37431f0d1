"""Follows a file that grows, as `tail -F` does: lines are given as soon as they are whole.

If the file is renamed and another takes its place, the rest of the old one is read first. If it becomes shorter, what
it holds now is taken for new. Either way lines are counted from 1 again. A line without its newline waits for it; if a
run is stopped, the next one reads it, and if it is finished, it is a line as any last one.

The position after a block holds a checksum of the file's number (its inode) and of what stands before: a run that goes
on and finds another file, or other lines in it, begins with those, and says so. While it runs, a file that is cut and
within a moment becomes longer than it was cannot be told from one that has grown.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.reading.files import readable
from tiktoktoe_cli.replay.reading.inflating import MAGIC_BYTES, compression_of
from tiktoktoe_cli.replay.reading.lines import LineCutter
from tiktoktoe_cli.replay.reading.sources import check_regular
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.events.record import Block

_READ_BYTES = 1 << 17
_KNOWN_BYTES = 1 << 10  # before a position: by them a file is known again


@dataclass(frozen=True, slots=True)
class Patience:
    """How to wait for more: `pause` waits a little, `is_over` says that no more is wanted; `tell` takes remarks."""

    pause: Callable[[], None]
    is_over: Callable[[], bool]
    tell: Callable[[str], None] = lambda _: None


def follow(
    path: Path, max_bytes: int, patience: Patience, file: int = 0, start: Sequence[int] | None = None
) -> Iterator[Block]:
    """Give the lines of a file (NDJSON, not compressed), from the `position` of an earlier block or from its beginning.

    Raises:
        UsageError: it cannot be opened, or is compressed.
        UnfinishedError: it cannot be read.
    """
    with readable(path):
        tail = _Tail.open(path)
    try:
        cutter = LineCutter(file, max_bytes, *_beginning(tail, start, patience))
        while not patience.is_over():
            if data := tail.read():
                if block := cutter.feed(data):
                    yield replace(block, state=tail.mark(block.next_offset))
            elif tail.renew():
                if block := cutter.end(is_damaged=False):
                    yield block
                cutter = LineCutter(file, max_bytes)
            else:
                patience.pause()
        if block := cutter.end(is_damaged=False):
            yield block
    except OSError as error:
        raise UnfinishedError(f"cannot follow `{path}`: {reason_of(error)}") from error
    finally:
        tail.close()


def _beginning(tail: _Tail, start: Sequence[int] | None, patience: Patience) -> tuple[int, int]:
    """Go to where reading begins; return the offset, and the number of the line there."""
    _, offset, line, mark = start or (0, 0, 1, 0)
    if mark and tail.mark(offset) != mark:
        patience.tell(f"`{tail.path}` is another file than before: it is read from its beginning")
        return 0, 1
    tail.file.seek(offset)
    return offset, line


@dataclass(slots=True)
class _Tail:
    """A file that is read to its end again and again."""

    path: Path
    file: io.FileIO = field(repr=False)

    @classmethod
    def open(cls, path: Path) -> _Tail:
        check_regular(path)
        file = path.open("rb", buffering=0)
        if compression_of(os.pread(file.fileno(), MAGIC_BYTES, 0)):
            file.close()
            raise UsageError(f"`{path}` is compressed, and cannot be followed", hint="leave out `--follow`")
        return cls(path, file)

    def mark(self, offset: int) -> int:
        """Give a number by which the file, and what it holds before an offset, are known again; never 0."""
        start = max(0, offset - _KNOWN_BYTES)
        before = os.pread(self.file.fileno(), offset - start, start)
        return zlib.crc32(before, os.fstat(self.file.fileno()).st_ino & 0xFFFFFFFF) or 1

    def read(self) -> bytes:
        return self.file.read(_READ_BYTES)

    def renew(self) -> bool:
        """Begin anew if the file is another one now, or has become shorter."""
        here = os.fstat(self.file.fileno())
        if here.st_size < self.file.tell():
            self.file.seek(0)
            return True
        try:
            there = self.path.stat()
        except FileNotFoundError:  # between the renaming and the new file
            return False
        if (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino) or self.file.tell() < here.st_size:
            return False
        renewed = _Tail.open(self.path)
        self.file.close()
        self.file = renewed.file
        return True

    def close(self) -> None:
        self.file.close()
