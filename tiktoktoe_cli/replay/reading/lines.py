"""Bytes → blocks of lines, in bounded memory.

A byte order mark at a file's start is no part of its first line, a carriage return before a newline none of its line.
Of a line that is too long only the beginning is kept, and what follows of it is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.events.record import Block, RecordEnd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.replay.reading.sources import Source

BLOCK_BYTES = 1 << 17
_BOM = b"\xef\xbb\xbf"
_KEPT_BYTES = 1_024  # of a line that is too long


def cut_lines(source: Source, file: int, max_bytes: int, offset: int = 0, number: int = 1) -> Iterator[Block]:
    """Cut a file into blocks; `source` stands at an offset of it, where the line with a number begins.

    A block has the lines that end between two multiples of `BLOCK_BYTES`, wherever the reading began: a run that goes
    on sees the same blocks as one that was not cut short.

    Raises:
        OSError: it cannot be read to its end, or became shorter.
    """
    cutter = _Cutter(file, max_bytes, number, offset)
    is_over = False
    while not is_over:
        size = BLOCK_BYTES - offset % BLOCK_BYTES
        data = _read(source, size)
        is_over, offset = len(data) < size, offset + len(data)
        if data and (block := cutter.feed(data)):
            yield block
    yield from cutter.end(is_damaged=source.is_damaged)


def _read(source: Source, size: int) -> bytes:
    """Read so many bytes; fewer only at the end."""
    data = source.read(size) or b""
    while 0 < len(data) < size and (more := source.read(size - len(data))):
        data += more
    return data


@dataclass(slots=True)
class _Cutter:
    """`offset` is where `rest` stands, the bytes after the last newline; `number` counts lines."""

    file: int
    max_bytes: int
    number: int
    offset: int
    rest: bytes = b""
    skipped: int = 0

    @property
    def _kept_bytes(self) -> int:
        """How much is kept of a line that is too long: no more than is there for certain, however it was read."""
        return min(self.max_bytes + 1, _KEPT_BYTES)

    def feed(self, data: bytes) -> Block | None:
        """Take bytes in; give the lines that are whole now."""
        if len(self.rest) > self.max_bytes:
            data = self._after_rest(data)
        data = self.rest + data
        size = data.rfind(b"\n") + 1
        lines = data[:size].split(b"\n")
        lines.pop()
        self.rest = data[size:]
        block = self._block(lines, size, {}) if lines else None
        if len(self.rest) > self.max_bytes:
            self.skipped += len(self.rest) - self.max_bytes - 1
            self.rest = self.rest[: self.max_bytes + 1]
        return block

    def end(self, *, is_damaged: bool) -> Iterator[Block]:
        """Give what stands after the last newline, and say so if the rest of the file cannot be read."""
        if self.rest and not (is_damaged and len(self.rest) <= self.max_bytes):
            yield self._block([self.rest], len(self.rest), {0: RecordEnd.END_OF_FILE})
            self.rest = b""
        if is_damaged:
            yield self._block([self.rest], len(self.rest), {0: RecordEnd.DAMAGED})

    def _after_rest(self, data: bytes) -> bytes:
        """Pass over what follows of a line that is too long, up to its newline."""
        end = data.find(b"\n")
        self.skipped += len(data) if end < 0 else end
        return b"" if end < 0 else data[end:]

    def _block(self, lines: list[bytes], size: int, ends: dict[int, RecordEnd]) -> Block:
        raws, offsets = lines, None
        is_marked = self.number == 1 and lines[0].startswith(_BOM)
        ends |= {at: RecordEnd.TOO_LONG for at, line in enumerate(lines) if len(line) > self.max_bytes}
        if ends or is_marked or any(line.endswith(b"\r") for line in lines):
            lengths = [len(line) + 1 for line in lines]
            lengths[0] += self.skipped
            offsets = list(accumulate(lengths[:-1], initial=self.offset))
            for at in ends:
                lines[at] = lines[at][: self._kept_bytes] if ends[at] is RecordEnd.TOO_LONG else lines[at]
            if is_marked:
                lines[0], offsets[0] = lines[0][len(_BOM) :], len(_BOM)
            raws = [line.rstrip(b"\r") for line in lines]
        next_offset = self.offset + self.skipped + size
        block = Block(self.file, self.number, self.offset, raws, next_offset, offsets, ends)
        self.number, self.offset, self.skipped = self.number + len(lines), next_offset, 0
        return block
