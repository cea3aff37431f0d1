"""Bytes → blocks of the rows of a CSV table (RFC 4180) with a header, each an object of texts.

The bytes of a record are JSON made of its row, because that is what the decoder reads; its offset is that of the row in
the file, and its number that of the row, the header being the first. A cell in quotes may span lines. An empty line is
an empty record. A row with fewer cells than the header lacks the others' keys; one that does not fit is given as it
stands.
"""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

import orjson

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.events.record import Block, RecordEnd
from tiktoktoe_cli.replay.reading.lines import LineCutter

if TYPE_CHECKING:
    from collections.abc import Sequence

DELIMITERS = ",;\t|"


class Header(NamedTuple):
    """The names of the columns, what stands between cells, and how many bytes the header takes up."""

    names: tuple[str, ...]
    delimiter: str
    size: int


def read_header(head: bytes, delimiter: str | None, name: str) -> Header:
    """Read the header at the beginning of a file; without a delimiter it is the one that stands there most often.

    Raises:
        UsageError: there is none, it is not UTF-8, or a name is empty or there twice.
    """
    end = head.find(b"\n") + 1 or len(head)
    try:
        line = head[:end].decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        line = ""
    chosen = delimiter or max(DELIMITERS, key=line.count)
    names = next(csv.reader([line], delimiter=chosen), [])
    if not names or not all(names) or len(set(names)) < len(names):
        hint = "the first line names the columns, each once, in UTF-8"
        raise UsageError(f"`{name}` has no header that can be used", hint=hint)
    return Header(tuple(names), chosen, end)


class _Line(NamedTuple):
    raw: bytes
    offset: int
    end: RecordEnd


@dataclass(slots=True)
class RowCutter:
    """Cuts what follows in a file into blocks of rows; the next one begins at `offset` and is counted as `number`.

    A row whose quotes are not closed within `max_bytes`, or before something that cannot be read, is a misfit of one
    line; the next one is tried in the line after it.
    """

    file: int
    max_bytes: int
    header: Header
    offset: int
    number: int
    _lines: LineCutter = field(init=False)
    _waiting: list[_Line] = field(default_factory=list)  # of a row that has not ended
    _taken: list[_Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        csv.field_size_limit(max(csv.field_size_limit(), self.max_bytes))
        self._lines = LineCutter(self.file, self.max_bytes, self.offset, has_returns=True)

    def feed(self, data: bytes) -> Block | None:
        """Take bytes in; give the rows that are whole now."""
        lines = self._lines.feed(data)
        return self._block(lines, is_end=False) if lines else None

    def end(self, *, is_damaged: bool) -> Block | None:
        """Give what is left, and say so if the rest of the file cannot be read."""
        return self._block(self._lines.end(is_damaged=is_damaged), is_end=True)

    def _block(self, new: Block | None, *, is_end: bool) -> Block | None:
        lines = self._waiting + (_lines_of(new) if new else [])
        done = 0
        while done < len(lines):
            count = self._take(lines[done:], is_end=is_end)
            if not count:
                break
            done += count
        self._waiting = lines[done:]
        first, self.offset = self.offset, self._waiting[0].offset if self._waiting else self._lines.offset
        if not self._taken:
            return None
        ends = {at: row.end for at, row in enumerate(self._taken) if row.end is not RecordEnd.WHOLE}
        raws, offsets = [row.raw for row in self._taken], [row.offset for row in self._taken]
        block = Block(self.file, self.number, first, raws, self.offset, offsets, ends)
        self.number, self._taken = self.number + len(raws), []
        return block

    def _take(self, lines: Sequence[_Line], *, is_end: bool) -> int:
        """Take the rows that are whole, up to where it must be tried again; give how many lines they are."""
        stop = next((at for at, line in enumerate(lines) if line.end in _UNREADABLE), len(lines))
        if not stop:
            self._taken.append(lines[0])
            return 1
        done = 0
        *rows, (_, last) = _rows([line.raw for line in lines[:stop]], self.header.delimiter)
        for cells, count in rows:
            if count > 1 and self._is_long(lines[done : done + count]):
                return done + self._give_up(lines[done])
            self._taken.append(self._record(cells, lines[done : done + count]))
            done += count
        opened = lines[done : done + last - 1]
        if opened and (stop < len(lines) or is_end or self._is_long(opened)):
            done += self._give_up(opened[0])
        return done

    def _is_long(self, lines: Sequence[_Line]) -> bool:
        return lines[-1].offset + len(lines[-1].raw) - lines[0].offset > self.max_bytes

    def _give_up(self, line: _Line) -> int:
        self._taken.append(line._replace(end=RecordEnd.MISFIT))
        return 1

    def _record(self, cells: Sequence[str] | None, lines: Sequence[_Line]) -> _Line:
        """Make the JSON of a row; one that the end of the file has cut has too few cells."""
        end, names = lines[-1].end, self.header.names
        if cells == []:
            return lines[0]._replace(raw=b"")
        if cells and (len(cells) == len(names) or (len(cells) < len(names) and end is RecordEnd.WHOLE)):
            with suppress(orjson.JSONEncodeError):  # not UTF-8
                return _Line(orjson.dumps(dict(zip(names, cells, strict=False))), lines[0].offset, end)
        return _Line(b"\n".join(line.raw for line in lines), lines[0].offset, RecordEnd.MISFIT)


_UNREADABLE = frozenset({RecordEnd.TOO_LONG, RecordEnd.DAMAGED})


def _lines_of(block: Block) -> list[_Line]:
    offsets = block.offsets or accumulate((len(raw) + 1 for raw in block.raws), initial=block.first_offset)
    ends = (block.ends.get(at, RecordEnd.WHOLE) for at in range(len(block)))
    return list(map(_Line, block.raws, offsets, ends))


def _rows(lines: Sequence[bytes], delimiter: str) -> list[tuple[list[str] | None, int]]:
    """Read rows, each with the number of its lines; None for one that is wrong. The last one has a line too many.

    That line is empty: it is a row of its own, unless the row before has not ended.
    """
    texts = [line.decode(errors="surrogateescape") + "\n" for line in lines]
    reader = csv.reader(chain(texts, ("\n",)), delimiter=delimiter)
    rows: list[tuple[list[str] | None, int]] = []
    before = 0
    while before <= len(lines):
        try:
            cells: list[str] | None = next(reader)
        except csv.Error:
            cells = None
        rows.append((cells, reader.line_num - before))
        before = reader.line_num
    return rows
