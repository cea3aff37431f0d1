"""Code frames: a line of the user's text with carets under the words that a problem is about.

Columns are counted in code points, as YAML and JSON parsers do, and drawn in terminal columns: tabs, wide and
control characters take the room they really take, so that the carets stay under the words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.text import one_line, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiktoktoe_cli.report.view import Mask

# the line breaks of YAML 1.1, by which libyaml counts lines
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TAB = "    "
_HIDDEN = "••••"
_MIN_ROOM = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the user wrote it, and as it may be shown."""

    raw: str
    shown: str
    mask: Mask

    def shown_column(self, column: int) -> int:
        """Move a 0-based column of the raw line to where the same character is in the shown one."""
        before = self.raw[:column]
        return min(len(before if self.raw == self.shown else self.mask(before)), len(self.shown))


@dataclass(frozen=True, slots=True)
class Marked:
    """A line cut to the room there is; `indent` and `length` say where the carets go, in terminal columns."""

    text: str
    indent: int
    length: int


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text; of a large one, few are ever looked at."""

    raw: list[str]
    shown: list[str]
    mask: Mask

    def __len__(self) -> int:
        return len(self.raw)

    def __getitem__(self, position: int) -> Line:
        return Line(self.raw[position], self.shown[position], self.mask)

    def __iter__(self) -> Iterator[Line]:
        return map(self.__getitem__, range(len(self)))


def lines_of(text: str, mask: Mask) -> Lines:
    """Split a text into lines with its secrets hidden, also those that span several lines."""
    raw, masked = _BREAK.split(text), mask(text)
    shown = raw if masked == text else _BREAK.split(masked)
    if len(raw) != len(shown):
        shown = list(_in_step(raw, shown))
    return Lines(raw, shown, mask)


def _in_step(raw: list[str], shown: list[str]) -> Iterator[str]:
    from difflib import SequenceMatcher

    # a secret took line breaks with it: show what is certain, hide the lines around it
    for tag, start, end, shown_start, shown_end in SequenceMatcher(None, raw, shown).get_opcodes():
        yield from shown[shown_start:shown_end] if tag == "equal" else [_HIDDEN] * (end - start)


def mark(line: Line, column: int, end_column: int | None, room: int, *, ellipsis: str = "…") -> Marked:
    """Show a line in at most `room` columns (20 at least) with the marked words in sight.

    `column` and `end_column` are 1-based; the end is exclusive. Without an end one character is marked; a
    column beyond the line's end marks the place after it, where something is missing.
    """
    start = line.shown_column(column - 1)
    end = max(start + 1, line.shown_column(end_column - 1)) if end_column else start + 1
    pieces = [_TAB if character == "\t" else one_line(character) for character in line.shown]
    widths = [*map(width_of, pieces)]
    first, last = _window(widths, start, end, max(room, _MIN_ROOM), width_of(ellipsis))
    left, right = ellipsis * (first > 0), ellipsis * (last < len(pieces))
    return Marked(
        text=left + "".join(pieces[first:last]) + right,
        indent=width_of(left) + sum(widths[first:start]),
        length=max(1, sum(widths[start : min(end, last)])),
    )


def _window(widths: Sequence[int], start: int, end: int, room: int, ellipsis: int) -> tuple[int, int]:
    if sum(widths) < room:
        return 0, len(widths)
    room -= 2 * ellipsis + 1  # one column for the caret behind the end of the line
    before = max(0, (room - sum(widths[start:end])) // 2)
    first = start - _how_many(reversed(widths[:start]), before)
    last = first + _how_many(widths[first:], room)
    first -= _how_many(reversed(widths[:first]), room - sum(widths[first:last]))
    return first, last


def _how_many(widths: Iterable[int], room: int) -> int:
    count = 0
    for width in widths:
        room -= width
        if room < 0:
            break
        count += 1
    return count
