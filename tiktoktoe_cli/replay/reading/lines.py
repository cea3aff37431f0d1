"""Bytes → blocks of lines, in bounded memory.

A byte order mark at a file's start is no part of its first line, a carriage return before a newline none of its line.
Of a line that is too long only the beginning is kept, and what follows of it is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from tiktoktoe_cli.replay.events.record import Block, RecordEnd

BOM = b"\xef\xbb\xbf"
_KEPT_BYTES = 1_024  # of a record that is too long


@dataclass(slots=True)
class Held:
    """A record whose end has not come: of one longer than `max_bytes` only the beginning; `size` is all of it."""

    max_bytes: int
    size: int = 0
    _pieces: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """Take more of it."""
        self.size += len(data)
        self._pieces.append(data)
        if self.size > self.max_bytes:
            self._pieces = [beginning(b"".join(self._pieces), self.max_bytes)]

    def take(self) -> bytes:
        """Give it, and begin anew."""
        data = b"".join(self._pieces)
        self._pieces, self.size = [], 0
        return data


def beginning(raw: bytes, max_bytes: int) -> bytes:
    """Give what is kept of a record that is too long: enough to see that it is, and what it is."""
    return raw[: min(max_bytes + 1, _KEPT_BYTES)]


@dataclass(slots=True)
class LineCutter:
    """Cuts what follows in a file into blocks of lines; the next one begins at `offset` and is counted as `number`."""

    file: int
    max_bytes: int
    offset: int = 0
    number: int = 1
    has_returns: bool = False
    """Whether carriage returns belong to the lines after all."""
    _held: Held = field(init=False)

    def __post_init__(self) -> None:
        self._held = Held(self.max_bytes)

    def feed(self, data: bytes) -> Block | None:
        """Take bytes in; give the lines that are whole now."""
        *lines, rest = data.split(b"\n")
        block = None
        if lines:
            size = self._held.size + len(data) - len(rest)
            self._held.add(lines[0])
            first, lines[0] = self._held.size, self._held.take()
            has_returns = lines[0].endswith(b"\r") or b"\r\n" in data
            block = self._block(lines, first, size, {}, has_returns=has_returns)
        self._held.add(rest)
        return block

    def end(self, *, is_damaged: bool) -> Block | None:
        """Give what stands after the last newline, and say so if the rest of the file cannot be read."""
        size = self._held.size
        if not size and not is_damaged:
            return None
        if size > self.max_bytes and is_damaged:
            return self._block([self._held.take(), b""], size, size, {1: RecordEnd.DAMAGED})
        end = RecordEnd.DAMAGED if is_damaged else RecordEnd.END_OF_FILE
        return self._block([self._held.take()], size, size, {0: end})

    def _block(
        self,
        lines: list[bytes],
        first: int,
        size: int,
        ends: dict[int, RecordEnd],
        *,
        has_returns: bool = True,
    ) -> Block:
        """Make a block; `first` is the true size of the first line, `size` that of all."""
        is_marked = self.offset == 0 and lines[0].startswith(BOM)
        is_too_long = first > self.max_bytes or max(map(len, lines)) > self.max_bytes
        raws, offsets = lines, None
        if ends or is_marked or is_too_long or has_returns:
            sizes = [first, *map(len, lines[1:])]
            offsets = list(accumulate((size + 1 for size in sizes[:-1]), initial=self.offset))
            for at in [at for at, size in enumerate(sizes) if size > self.max_bytes]:
                ends[at] = RecordEnd.TOO_LONG
                lines[at] = beginning(lines[at], self.max_bytes)
            if is_marked:
                lines[0], offsets[0] = lines[0][len(BOM) :], len(BOM)
            raws = lines if self.has_returns else [line.rstrip(b"\r") for line in lines]
        block = Block(self.file, self.number, self.offset, raws, self.offset + size, offsets, ends)
        self.number, self.offset = self.number + len(lines), self.offset + size
        return block
