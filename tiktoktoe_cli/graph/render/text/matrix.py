"""The matrix view (a design structure matrix): who depends on whom, rows and columns in start order.

                │ 1 2 3 4
     1 postgres │ ╲
     2 redis    │   ╲
     3 cart     │   ● ╲
     4 frontend │ ◐   ● ╲

A mark says that the row's service depends on the column's. A start dependency that is on the diagonal or above it is
part of a cycle (Steward 1981, The Design Structure System, IEEE Transactions on Engineering Management 28).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.text.rows import drawing_order
from tiktoktoe_cli.graph.render.text.words import is_optional, spell
from tiktoktoe_cli.report.palette import paint
from tiktoktoe_cli.report.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.selection.overview import Overview
    from tiktoktoe_cli.report.view import View

MOST_COLUMNS = 500


class _Glyphs(NamedTuple):
    """The characters of one style: marks by kind and whether that is optional, the diagonal, the frame."""

    marks: dict[tuple[EdgeKind, bool], str]
    diagonal: str
    frame: str


_LOOKS = (
    (EdgeKind.START, False),
    (EdgeKind.START, True),
    (EdgeKind.RUNTIME, False),
    (EdgeKind.RUNTIME, True),
    (EdgeKind.SOFT, False),
)
_UNICODE = _Glyphs(dict(zip(_LOOKS, "●◐○◦·", strict=True)), "╲", "│")
_ASCII = _Glyphs(dict(zip(_LOOKS, "SsRr.", strict=True)), "\\", "|")
_STYLES = {EdgeKind.START: "cyan", EdgeKind.RUNTIME: "magenta", EdgeKind.SOFT: "dim"}


def legend(view: View) -> dict[str, str]:
    """Say what the marks mean."""
    glyphs = _UNICODE if view.unicode else _ASCII
    meanings = {
        mark: f"{'optional ' if is_maybe else ''}{kind}" for (kind, is_maybe), mark in glyphs.marks.items()
    }
    return {"": "the row depends on the column", **meanings}


def draw_matrix(overview: Overview, view: View, width: int | None) -> list[str] | None:
    """Draw a row and a column for each name within a width (None: any); None if that does not fit."""
    graph, services = overview.graph, drawing_order(overview)
    undefined = sorted({edge.target for edge in graph.edges()} - graph.services.keys())
    names = [*services, *undefined]
    if len(names) > MOST_COLUMNS:
        return None
    heads = _heads([spell(name, view) for name in names], len(undefined))
    head_width = max(map(width_of, heads), default=0)
    gap = _gap(len(names), None if width is None else width - head_width - 2)
    if gap is None:
        return None
    sheet = _Sheet(
        _UNICODE if view.unicode else _ASCII, gap, view, {name: at for at, name in enumerate(names)}
    )
    rows = [_cells(name, graph, sheet) for name in names]
    margin = f"{'':{head_width}} {sheet.glyphs.frame}"
    return [
        *(f"{margin}{line}" for line in _numbers(len(names), gap)),
        *(
            f"{pad(head, head_width)} {sheet.glyphs.frame}{row}"
            for head, row in zip(heads, rows, strict=True)
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all rows share; `column_of` numbers the names from 0."""

    glyphs: _Glyphs
    gap: str
    view: View
    column_of: Mapping[str, int]


def _heads(labels: Sequence[str], undefined: int) -> list[str]:
    """Number the rows, and say of the last ones that no service has that name."""
    digits = len(str(len(labels)))
    flaws = [""] * (len(labels) - undefined) + [" (undefined)"] * undefined
    rows = enumerate(zip(labels, flaws, strict=True), start=1)
    return [f"{number:>{digits}} {label}{flaw}" for number, (label, flaw) in rows]


def _gap(columns: int, room: int | None) -> str | None:
    """Choose what stands between columns, or None if not even nothing leaves them enough room."""
    return next((gap for gap in (" ", "") if room is None or columns * (len(gap) + 1) <= room), None)


def _numbers(columns: int, gap: str) -> list[str]:
    """Write the numbers of the columns from top to bottom."""
    digits = len(str(columns)) if columns else 0
    numbers = [f"{number:>{digits}}" for number in range(1, columns + 1)]
    return ["".join(f"{gap}{number[place]}" for number in numbers) for place in range(digits)]


def _cells(name: str, graph: Graph, sheet: _Sheet) -> str:
    own = sheet.column_of[name]
    marks = {own: paint(sheet.glyphs.diagonal, "dim", color=sheet.view.color)}
    for edge in graph.services[name].dependencies if name in graph.services else ():
        column = sheet.column_of[edge.target]
        is_against = edge.kind is EdgeKind.START and column >= own and edge.target in graph.services
        style = "red" if is_against else _STYLES[edge.kind]
        mark = sheet.glyphs.marks[edge.kind, is_optional(edge)]
        marks[column] = paint(mark, style, color=sheet.view.color)
    return "".join(f"{sheet.gap}{marks.get(column, ' ')}" for column in range(max(marks) + 1))
