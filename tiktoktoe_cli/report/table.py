"""The answer as a table: drawn by rich on a terminal, plain aligned columns everywhere else.

A pipe gets what `awk` and `grep` want: a header, one line per item, no boxes, symbols or shortened texts. A
terminal gets symbols beside the state words and never a row that is wider than it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.cells import NONE, cell, leans_right
from tiktoktoe_cli.report.facts import Shows
from tiktoktoe_cli.report.palette import tone_of
from tiktoktoe_cli.report.text import one_line, pad, shorten, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import JustifyMethod
    from rich.table import Table

    from tiktoktoe_cli.report.facts import Column, Json, Report
    from tiktoktoe_cli.report.text import Measure
    from tiktoktoe_cli.report.view import View

_GAP = 2
_READABLE = 8  # a column is not shortened below this many characters while others have more
_LEAST = 4  # and never below this
_STORY = 24  # what the last column gets at least, if it holds a text ...
_LINES = 4  # ... which may take this many lines


@dataclass(frozen=True, slots=True)
class Grid:
    """The texts of a table: one row per item, each with one cell per column."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def widths(self, measure: Measure = width_of) -> list[int]:
        """Measure the widest text of each column, its title included."""
        titles = [column.title for column in self.columns]
        return [max(map(measure, texts)) for texts in zip(titles, *self.rows, strict=True)]


def draw_table(report: Report, view: View) -> str:
    """Draw the columns that are not `wide`; nothing at all if there are no items."""
    return _draw(report, tuple(column for column in report.columns if not column.wide), view, whole=False)


def draw_wide(report: Report, view: View) -> str:
    """Draw every column, and shorten nothing; nothing at all if there are no items."""
    return _draw(report, report.columns, view, whole=True)


def _draw(report: Report, columns: tuple[Column, ...], view: View, *, whole: bool) -> str:
    if not (report.items and columns):
        return ""
    grid = Grid(columns, tuple(_texts(item, columns, view) for item in report.items))
    if view.terminal:
        grid = _without_empty_columns(grid)
    return _on_terminal(grid, view, whole=whole) if view.terminal or view.color else _plain(grid)


def _texts(item: Mapping[str, Json], columns: tuple[Column, ...], view: View) -> tuple[str, ...]:
    return tuple(one_line(view.mask(cell(item, column, unicode=view.unicode))) for column in columns)


def _without_empty_columns(grid: Grid) -> Grid:
    """Leave out what nobody has: a person needs the room, while a script counts on its columns."""
    kept = [place for place in range(len(grid.columns)) if any(row[place] != NONE for row in grid.rows)]
    columns = tuple(grid.columns[place] for place in kept)
    return Grid(columns, tuple(tuple(row[place] for place in kept) for row in grid.rows))


def _plain(grid: Grid) -> str:
    widths = grid.widths()
    titles = tuple(column.title for column in grid.columns)
    return "".join(_plain_row(grid, widths, row) for row in (titles, *grid.rows))


def _plain_row(grid: Grid, widths: list[int], row: Sequence[str]) -> str:
    cells = zip(row, widths, grid.columns, strict=True)
    texts = [pad(text, width, right=leans_right(column)) for text, width, column in cells]
    return (" " * _GAP).join(texts).rstrip() + "\n"


def _on_terminal(grid: Grid, view: View, *, whole: bool) -> str:
    from io import StringIO

    from rich.cells import cell_len
    from rich.console import Console

    marked = _with_symbols(grid, view) if view.terminal else grid
    widths = marked.widths(cell_len)
    if view.terminal and not whole:
        widths = _fit(marked, widths, view.width - _GAP * (len(widths) - 1))
    fitted = _cut(marked, widths, view)
    # rich would look at FORCE_COLOR and COLUMNS itself: it gets no environment, the view has decided
    console = Console(
        file=StringIO(),
        force_terminal=True,
        force_interactive=False,
        legacy_windows=False,
        color_system="standard" if view.color else None,
        no_color=not view.color,
        width=sum(widths) + _GAP * len(widths),
        _environ={},
    )
    with console.capture() as drawn:
        console.print(_rich_table(fitted, grid, widths))
    return "".join(line.rstrip() + "\n" for line in drawn.get().splitlines())


def _rich_table(fitted: Grid, original: Grid, widths: list[int]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    for column, width in zip(fitted.columns, widths, strict=True):
        justify: JustifyMethod = "right" if leans_right(column) else "left"
        table.add_column(Text(column.title), justify=justify, width=width, overflow="fold")
    for row, words in zip(fitted.rows, original.rows, strict=True):
        cells = zip(fitted.columns, row, words, strict=True)
        table.add_row(*(Text(text, style=_style(column, word)) for column, text, word in cells))
    return table


def _style(column: Column, word: str) -> str:
    return tone_of(word).style if column.shows is Shows.STATE else ""


def _with_symbols(grid: Grid, view: View) -> Grid:
    def mark(column: Column, text: str) -> str:
        if text == NONE:
            return "-"
        symbol = tone_of(text).mark(unicode=view.unicode)
        return f"{symbol} {text}" if column.shows is Shows.STATE else text

    return Grid(grid.columns, tuple(tuple(map(mark, grid.columns, row)) for row in grid.rows))


def _fit(grid: Grid, widths: list[int], room: int) -> list[int]:
    """Divide the room of a terminal; a text in the last column may need several lines, so it gets what is left."""
    *others, last = widths
    if grid.columns[-1].shows is not Shows.TEXT:
        return _shrink(grid.columns, widths, room)
    others = _shrink(grid.columns[:-1], others, room - min(last, _STORY))
    return [*others, min(last, max(_STORY, room - sum(others)))]


def _cut(grid: Grid, widths: list[int], view: View) -> Grid:
    """Shorten what does not fit; a text in the last column may take some lines: there stands the reason."""
    from rich.cells import cell_len

    mark = "…" if view.unicode else "..."
    *cut, whole = widths

    if grid.columns[-1].shows is Shows.TEXT:
        whole *= _LINES

    def fit(row: tuple[str, ...]) -> tuple[str, ...]:
        texts = zip(row, (*cut, whole), strict=True)
        return tuple(shorten(text, width, mark=mark, measure=cell_len) for text, width in texts)

    return Grid(grid.columns, tuple(map(fit, grid.rows)))


def _shrink(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """Take room from names and other texts, and from states and numbers, which mean nothing cut, only after that."""
    texts = [place for place, column in enumerate(columns) if column.shows in {Shows.TEXT, Shows.TREND}]
    left = room - sum(width for place, width in enumerate(widths) if place not in texts)
    taken = dict(zip(texts, _shrink_alike([widths[place] for place in texts], left), strict=True))
    return _shrink_alike([taken.get(place, width) for place, width in enumerate(widths)], room)


def _shrink_alike(widths: list[int], room: int) -> list[int]:
    """Take columns from the widest first, until they fit or nothing readable is left to take."""
    shrunk = list(widths)
    for least in (_READABLE, _LEAST):
        while sum(shrunk) > room and max(shrunk, default=0) > least:
            widest = max(shrunk)
            others = [width for width in shrunk if width < widest]
            same = len(shrunk) - len(others)
            target = max([least, *others, widest - -(-(sum(shrunk) - room) // same)])
            shrunk = [min(width, target) for width in shrunk]
    return shrunk
