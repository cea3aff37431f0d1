"""Bytes → blocks of JSON values that are not one a line: one after the other, or in an array, or under `Records`.

A record is an object, or an array within an array. Between records stand white space, and in an array commas. Anything
else is a record too, which the decoder will refuse: up to the end of its line or the next bracket, and 1,024 bytes at
most. A value may span lines; if a string in it does, which JSON forbids, the record ends there. One whose brackets are
never closed takes in the rest of the file.

CloudTrail and others put their records into an object: `{"Records": [...]}`. Other keys may stand there too, where they
take up 64 KiB at most before or after.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from tiktoktoe_cli.replay.events.record import Block, RecordEnd
from tiktoktoe_cli.replay.reading.lexing import RECORDS_BEGIN, RECORDS_END, SHALLOW, Nesting
from tiktoktoe_cli.replay.reading.lines import Held, beginning

_BESIDE_BYTES = 1 << 16  # how far the other keys of an object with `Records` may reach
_OPEN_ARRAY, _OPEN_OBJECT, _CLOSE_ARRAY = b"[{]"


class Around(IntEnum):
    """What the next record stands in."""

    NOTHING = 0
    ARRAY = 1
    RECORDS = 2  # the array of an object
    TAIL = 3  # the object, after that array


_BETWEEN = {
    Around.NOTHING: re.compile(
        rb"(?:\s|\xef\xbb\xbf)*+"
    ),  # byte order marks: of files that were put together
    Around.ARRAY: re.compile(rb"[\s,]*+"),
    Around.RECORDS: re.compile(rb"[\s,]*+"),
    Around.TAIL: re.compile(rb"\s*+"),
}
_OTHER = re.compile(rb"[^{\[\n]{1,1024}+")
_OTHER_IN_ARRAY = re.compile(rb"[^{\[\],\n]{1,1024}+")
_OTHER_BYTES = 1_024


@dataclass(slots=True)
class ValueCutter:
    """Cuts what follows in a file into blocks.

    The next record begins at `offset` or later, is counted as `number` and stands in `state`. What has come from there
    on is `_rest`, or `_held` if it is the beginning of a value, of which `_nesting` knows how deep it is.
    """

    file: int
    max_bytes: int
    has_records: bool
    offset: int = 0
    number: int = 1
    state: int = Around.NOTHING
    _rest: bytes = b""
    _held: Held = field(init=False)
    _nesting: Nesting | None = None
    _raws: list[bytes] = field(default_factory=list)
    _offsets: list[int] = field(default_factory=list)
    _ends: dict[int, RecordEnd] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._held = Held(self.max_bytes)

    def feed(self, data: bytes) -> Block | None:
        """Take bytes in; give the records that are whole now."""
        at = 0
        if self._nesting is not None:
            at = self._nesting.end_of(data)
            self._held.add(data if at < 0 else data[:at])
            if at < 0:
                return None
            self._close(RecordEnd.WHOLE)
        self._cut(self._rest + data[at:], is_end=False)
        return self._block()

    def end(self, *, is_damaged: bool) -> Block | None:
        """Give what is left, and say so if the file should not have ended here."""
        if self._nesting is None:
            self._cut(self._rest, is_end=True)
        is_open = self._nesting is not None
        if is_open:
            is_told = is_damaged and self._held.size <= self.max_bytes
            self._close(RecordEnd.DAMAGED if is_told else RecordEnd.END_OF_FILE)
            is_damaged = is_damaged and not is_told
        if is_damaged:
            self._add(b"", self.offset, RecordEnd.DAMAGED)
        elif self.state != Around.NOTHING and not is_open:
            self._add(b"", self.offset, RecordEnd.UNCLOSED)
        return self._block()

    def _cut(self, data: bytes, *, is_end: bool) -> None:
        """Take records from the bytes, as far as they are whole; keep the others."""
        at = 0
        while (at := _BETWEEN[Around(self.state)].match(data, at).end()) < len(data):  # type: ignore[union-attr]  # it matches nothing too
            entered = self._enter(data, at, is_end=is_end)
            if entered > at:
                at = entered
                continue
            end = -1 if entered < 0 else self._value_end(data, at, is_end=is_end)
            if end < 0:
                break
            is_cut = is_end and end == len(data) and data[at] not in b"{["
            self._add(data[at:end], self.offset + at, RecordEnd.END_OF_FILE if is_cut else RecordEnd.WHOLE)
            at = end
        self.offset += at
        if self._nesting is None:
            self._rest = data[at:]
        else:
            self._held.add(data[at:])
            self._rest = b""

    def _enter(self, data: bytes, at: int, *, is_end: bool) -> int:
        """Pass over what stands around records; give where it ends: `at` if there is none, -1 if that is not known."""
        byte = data[at]
        match self.state:
            case Around.NOTHING if byte == _OPEN_ARRAY:
                self.state = Around.ARRAY
            case Around.ARRAY if byte == _CLOSE_ARRAY:
                self.state = Around.NOTHING
            case Around.RECORDS if byte == _CLOSE_ARRAY:
                self.state = Around.TAIL
            case Around.NOTHING if byte == _OPEN_OBJECT and self.has_records:
                return self._beside(RECORDS_BEGIN, data, at, is_end=is_end)
            case Around.TAIL:
                return self._beside(RECORDS_END, data, at, is_end=is_end)
            case _:
                return at
        return at + 1

    def _beside(self, pattern: re.Pattern[bytes], data: bytes, at: int, *, is_end: bool) -> int:
        """Pass over the other keys of an object with `Records`, if it is one."""
        found = pattern.match(data, at, at + _BESIDE_BYTES)
        if found:
            self.state = Around.RECORDS if pattern is RECORDS_BEGIN else Around.NOTHING
            return found.end()
        if not is_end and len(data) - at < _BESIDE_BYTES:
            return -1
        self.state = Around.NOTHING
        return at

    def _value_end(self, data: bytes, at: int, *, is_end: bool) -> int:
        """Give where a record ends that begins here, or -1 if that is not known yet."""
        if data[at] not in b"{[":
            other = _OTHER if self.state == Around.NOTHING else _OTHER_IN_ARRAY
            end = other.match(data, at).end()  # type: ignore[union-attr]  # a bracket or comma is never here
            is_whole = is_end or end < len(data) or end - at == _OTHER_BYTES
            return end if is_whole else -1
        if shallow := SHALLOW.match(data, at):
            return shallow.end()
        nesting = Nesting()
        end = nesting.end_of(data, at)
        if end < 0:
            self._nesting = nesting
        return end

    def _close(self, end: RecordEnd) -> None:
        """End the value that has begun."""
        size = self._held.size
        self._add(self._held.take(), self.offset, RecordEnd.TOO_LONG if size > self.max_bytes else end)
        self.offset += size
        self._nesting = None

    def _add(self, raw: bytes, offset: int, end: RecordEnd) -> None:
        if len(raw) > self.max_bytes:
            raw, end = beginning(raw, self.max_bytes), RecordEnd.TOO_LONG
        if end is not RecordEnd.WHOLE:
            self._ends[len(self._raws)] = end
        self._raws.append(raw)
        self._offsets.append(offset)

    def _block(self) -> Block | None:
        if not self._raws:
            return None
        block = Block(
            self.file,
            self.number,
            self._offsets[0],
            self._raws,
            self.offset,
            self._offsets,
            self._ends,
            int(self.state),
        )
        self.number += len(block)
        self._raws, self._offsets, self._ends = [], [], {}
        return block
