"""The rails view: one line per service in start order, one vertical rail per service that others wait for.

     1 postgres ─┐
     1 redis    ─│─┐
     2 cart     ─│─┴─┐
     2 catalog  ─◐   │
     3 frontend ─┴───┘

A tee or an end on a rail says that this line's service depends on the one where the rail begins, a `◐` that it does
not require it; `│` passes by. Edges that do not order the start, or would lead down, follow in words. Nothing is left
out, so the text can be read back into the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.render.text.lanes import Cell, lanes_of
from tiktoktoe_cli.graph.render.text.rows import rows_of
from tiktoktoe_cli.graph.render.text.words import Word, listing, spell, wrapped
from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.text import width_of

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.render.text.rows import Row
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

MOST_LANES = 500
_INDENT = "    "
_LEAST_ROOM = 24  # for words beside the rails
# of rails side by side, and of the names that these belong to; no yellow, which pales on white in the colours of xterm,
# and no blue, which is lost on black in those of a Linux console
_COLORS = ("cyan", "green", "magenta")
_FLAWS = {"undefined", "cyclic"}


class _Glyphs(NamedTuple):
    """The characters of one style; of each pair the second is for a line that goes on to the right."""

    line: str
    cells: dict[Cell, tuple[str, str]]


def _glyphs(line: str, *pairs: str) -> _Glyphs:
    return _Glyphs(line, {cell: (pair[0], pair[1]) for cell, pair in zip(Cell, pairs, strict=True)})


_UNICODE = _glyphs("─", "┐┬", "┤┼", "┘┴", "◐◐", "◐◐", "││")
_ASCII = _glyphs("-", "..", "++", "''", "??", "??", "||")


def draw_rails(overview: Overview, view: View, width: int | None) -> list[str] | None:
    """Draw a line for each service within a width in columns (None: any); None if that does not fit."""
    return _draw(rows_of(overview, fold=False), view, width)


def draw_folded(overview: Overview, view: View, width: int | None) -> list[str] | None:
    """Do so with a line for all services that look alike: that of the first, `name +2`; they are spelled out below."""
    return _draw(rows_of(overview, fold=True), view, width)


def legend(view: View) -> dict[str, str]:
    """Say what the marks mean."""
    glyphs = _UNICODE if view.unicode else _ASCII
    touches = dict.fromkeys(mark for cell in (Cell.TEE, Cell.END, Cell.MAYBE) for mark in glyphs.cells[cell])
    passes, maybe = (glyphs.cells[cell][0] for cell in (Cell.PASS, Cell.MAYBE))
    begins = " ".join(dict.fromkeys(glyphs.cells[Cell.BEGIN]))
    return {
        " ".join(touches): "on a rail: depends on the service where the rail begins",
        begins: "a rail begins",
        maybe: "does not require it",
        passes: "passes by",
    }


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all lines share."""

    view: View
    width: int | None
    wave_width: int
    label_width: int

    @property
    def glyphs(self) -> _Glyphs:
        return _UNICODE if self.view.unicode else _ASCII

    @property
    def head_width(self) -> int:
        return self.wave_width + self.label_width + 2

    def fits(self, text_width: int) -> bool:
        return self.width is None or text_width <= self.width


def _draw(rows: list[Row], view: View, width: int | None) -> list[str] | None:
    labels = [_label(row, view) for row in rows]
    waves = [_wave(row) for row in rows]
    sheet = _Sheet(view, width, max(map(len, waves), default=0), max(map(width_of, labels), default=0))
    lines: list[str] = []
    for row, label, cells in zip(rows, labels, lanes_of(rows), strict=True):
        drawn = _row_lines(row, label, cells, sheet)
        if drawn is None:
            return None
        lines += drawn
    return lines + [line for row in rows if len(row.names) > 1 for line in _folded(row, sheet)]


def _wave(row: Row) -> str:
    return "-" if row.wave is None else str(row.wave)


def _label(row: Row, view: View) -> str:
    name = spell(row.names[0], view)
    return f"{name} +{len(row.names) - 1}" if len(row.names) > 1 else name


def _row_lines(row: Row, label: str, cells: list[Cell | None], sheet: _Sheet) -> list[str] | None:
    """Draw a row: its rails, and beside them, perhaps on several lines, its other edges; None if it does not fit."""
    start = sheet.head_width + 2 * len(cells) if cells else sheet.wave_width + 1 + width_of(label)
    notes = _notes(row, sheet, start)
    if notes is None or len(cells) > MOST_LANES or not sheet.fits(start):
        return None
    head = f"{_head(row, label, cells, sheet)}{_rails(cells, sheet)}"
    if not notes:
        return [head]
    margin = " " * (start - 2 * len(cells))
    below = margin + _rails([Cell.PASS if cell and cell.goes_on else None for cell in cells], sheet)
    return [f"{before}  {note}" for before, note in zip(chain([head], repeat(below)), notes, strict=False)]


def _head(row: Row, label: str, cells: list[Cell | None], sheet: _Sheet) -> str:
    """Write the wave and the name, which has the colour of its rail."""
    color = _color(cells.index(Cell.BEGIN)) if Cell.BEGIN in cells else ""
    wave = paint(f"{_wave(row):>{sheet.wave_width}}", "dim", color=sheet.view.color)
    gap = " " * (sheet.label_width - width_of(label) + 1) if cells else ""
    return f"{wave} {paint(label, color, color=sheet.view.color)}{gap}"


def _notes(row: Row, sheet: _Sheet, start: int) -> list[str] | None:
    """Write the edges that are no rails behind column `start`: `runtime: a, b; soft: c`; None if there is no room."""
    words: list[Word] = []
    for label, names in row.others.items():
        if words:
            words[-1] = Word(f"{words[-1].text};")
        style = "red" if label.split()[0] in _FLAWS else "dim"
        words += listing(label, [spell(name, sheet.view) for name in names], style=style)
    if sheet.width is None or not words:
        return wrapped(words, None, sheet.view)
    room = sheet.width - start - 2
    widest = max(width_of(word.text) for word in words)
    if widest > room or (room < _LEAST_ROOM and sum(width_of(word.text) + 1 for word in words) > room + 1):
        return None
    return wrapped(words, room, sheet.view)


def _folded(row: Row, sheet: _Sheet) -> list[str]:
    """Spell out who shares a line."""
    first, *others = (spell(name, sheet.view) for name in row.names)
    room = sheet.width and sheet.width - len(_INDENT)
    first_line, *rest = wrapped(listing(f"like {first}", others), room, sheet.view)
    return [first_line, *(f"{_INDENT}{line}" for line in rest)]


def _rails(cells: list[Cell | None], sheet: _Sheet) -> str:
    touched = [lane for lane, cell in enumerate(cells) if cell not in {None, Cell.PASS}]
    reach = touched[-1] if touched else -1
    return "".join(_mark(cell, lane, reach, sheet) for lane, cell in enumerate(cells))


def _mark(cell: Cell | None, lane: int, reach: int, sheet: _Sheet) -> str:
    """Draw one lane: the line's own stroke, as far as the last lane it touches, and then the rail."""
    stroke = sheet.glyphs.line if lane <= reach else " "
    if cell is None:
        return stroke * 2
    mark = sheet.glyphs.cells[cell][lane < reach]
    return stroke + paint(mark, _color(lane), color=sheet.view.color)


def _color(lane: int) -> str:
    return _COLORS[lane % len(_COLORS)]
