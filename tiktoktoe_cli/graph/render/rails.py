"""The rails view: one line per service in start order, one vertical rail per service that others wait for.

     1 postgres ─┐
     1 redis    ─│─┐
     2 cart     ─│─┴─┐
     2 catalog  ─┤   │
     3 frontend ─┴───┘

A tee or an end on a rail says that this line's service depends on the one where the rail begins; `│` passes by.
Edges that do not order the start follow in words. Nothing is left out, so the text can be read back into the graph.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.render.rows import rows_of, spell
from tiktoktoe_cli.report.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.plan import Waves
    from tiktoktoe_cli.graph.render.rows import Row

_MOST_LANES = 500


class _Cell(Enum):
    """What a line does with a lane: the rail begins, is touched and goes on, is touched and ends, or passes by."""

    BEGIN = "begin"
    TEE = "tee"
    END = "end"
    PASS = "pass"  # noqa: S105  # a word of railways


class _Pen(NamedTuple):
    """The characters of one style; of each pair the second is for a line that goes on to the right."""

    line: str
    cells: dict[_Cell, tuple[str, str]]


_UNICODE = _Pen(
    "─", {_Cell.BEGIN: ("┐", "┬"), _Cell.TEE: ("┤", "┼"), _Cell.END: ("┘", "┴"), _Cell.PASS: ("│", "│")}
)
_ASCII = _Pen(
    "-", {_Cell.BEGIN: (".", "."), _Cell.TEE: ("+", "+"), _Cell.END: ("'", "'"), _Cell.PASS: ("|", "|")}
)


def draw_rails(graph: Graph, waves: Waves, width: int | None, *, unicode: bool = True) -> str | None:
    """Draw the graph within a width in columns (None: any), folding look-alikes if that makes it fit; else None.

    Folded services share the line of the first one, `name +2`, and are spelled out below the picture.
    """
    for fold in (False, True):
        lines = _draw(
            rows_of(graph, waves, fold=fold, unicode=unicode), width, _UNICODE if unicode else _ASCII
        )
        if lines is not None:
            return "".join(f"{line}\n" for line in lines)
    return None


def legend(*, unicode: bool = True) -> str:
    """Say in one line how to read the rails."""
    pen = _UNICODE if unicode else _ASCII
    touches = dict.fromkeys(mark for cell in (_Cell.TEE, _Cell.END) for mark in pen.cells[cell])
    begins, passes = pen.cells[_Cell.BEGIN][0], pen.cells[_Cell.PASS][0]
    return f"{' '.join(touches)} on a rail: depends on the service where the rail begins ({begins}); {passes} passes by"


def _draw(rows: list[Row], width: int | None, pen: _Pen) -> list[str] | None:
    unicode = pen is _UNICODE
    labels = [_label(row, unicode=unicode) for row in rows]
    label_width = max(map(width_of, labels), default=0)
    wave_width = len(str(rows[-1].wave)) if rows else 0
    lines = []
    for row, label, lanes in zip(rows, labels, _lanes(rows), strict=True):
        if len(lanes) > _MOST_LANES:
            return None
        rails = _rails(lanes, pen)
        head = f"{row.wave:>{wave_width}} {pad(label, label_width)} {rails}".rstrip()
        lines.append(f"{head}  {row.notes}" if row.notes else head)
        if width is not None and width_of(lines[-1]) > width:
            return None
    lines += [_folded(row, unicode=unicode) for row in rows if len(row.names) > 1]
    return lines


def _label(row: Row, *, unicode: bool) -> str:
    name = spell(row.names[0], unicode=unicode)
    return f"{name} +{len(row.names) - 1}" if len(row.names) > 1 else name


def _folded(row: Row, *, unicode: bool) -> str:
    first, *others = (spell(name, unicode=unicode) for name in row.names)
    return f"like {first}: {', '.join(others)}"


def _lanes(rows: list[Row]) -> Iterator[list[_Cell | None]]:
    """Yield what each line does with every lane; a rail takes the first free lane and frees it after its end."""
    last = {target: position for position, row in enumerate(rows) for target in row.needs}
    owners: list[int | None] = []
    for position, row in enumerate(rows):
        cells = [_touch(owner, position, row, last) for owner in owners]
        if position in last:
            lane = owners.index(None) if None in owners else len(owners)
            owners[lane : lane + 1] = [position]
            cells[lane : lane + 1] = [_Cell.BEGIN]
        yield cells
        owners = [None if cell is _Cell.END else owner for owner, cell in zip(owners, cells, strict=True)]


def _touch(owner: int | None, position: int, row: Row, last: dict[int, int]) -> _Cell | None:
    if owner is None:
        return None
    if owner not in row.needs:
        return _Cell.PASS
    return _Cell.END if last[owner] == position else _Cell.TEE


def _rails(cells: list[_Cell | None], pen: _Pen) -> str:
    touched = [lane for lane, cell in enumerate(cells) if cell not in {None, _Cell.PASS}]
    reach = touched[-1] if touched else -1
    return "".join(_mark(cell, lane - reach, pen) for lane, cell in enumerate(cells))


def _mark(cell: _Cell | None, beyond: int, pen: _Pen) -> str:
    """Draw one lane: the line's own stroke, as far as the last lane it touches, and then the rail."""
    stroke = pen.line if beyond <= 0 else " "
    return stroke + (pen.cells[cell][beyond < 0] if cell else stroke)
