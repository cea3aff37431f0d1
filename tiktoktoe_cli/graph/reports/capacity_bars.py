"""How full the nodes are, as a person wants to see it: bars, as of disks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.reports.pen import Pen
from tiktoktoe_cli.graph.words import plain_amount
from tiktoktoe_cli.report.text import pad, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.report import View

_LONGEST_BAR = 12
_SHORTEST_BAR = 4
_GAP = 2
_TIGHT = 0.9


@dataclass(frozen=True, slots=True)
class _Row:
    """A line: how much of which room is taken, and perhaps what stands there."""

    name: str
    room: Amounts
    taken: Amounts
    replicas: Mapping[str, int] | None = None


def draw_capacity(study: Study, view: View, *, placement: bool) -> str:
    """Draw a line for each kind of node and one for all; with `placement`, also each node and what is on it."""
    pen = Pen(view)
    text = "".join(_table("NODES", list(_kinds(study)), pen))
    if not placement:
        return text
    nodes = [_Row(node.name, node.kind.room, node.taken, node.replicas) for node in study.nodes()]
    return f"{text}\n{''.join(_table('NODE', nodes, pen))}{_anywhere(study.anywhere, pen)}"


def _kinds(study: Study) -> Iterator[_Row]:
    kinds = study.taken()
    for kind, taken in kinds.items():
        yield _Row(f"{kind.count:,} {kind.name}", NOTHING.plus(kind.room, kind.count), taken)
    if len(kinds) != 1 or study.fitting.packing.unplaced:
        yield _Row("requested in all", study.room, study.needed)


def _table(title: str, rows: Sequence[_Row], pen: Pen) -> Iterator[str]:
    columns = [
        _Column(resource, [(row.room[number], row.taken[number]) for row in rows])
        for number, resource in enumerate(Resource)
    ]
    beside = sum(_GAP + column.width for column in columns)
    names = pen.names([title, *(row.name for row in rows)], beside)
    bar = _bar_length(pen.view, width_of(names[0]) + beside)
    head, *lines = zip(names, *(column.cells(bar, pen) for column in columns), strict=True)
    yield pen.paint("  ".join(head).rstrip(), "bold") + "\n"
    for row, line in zip(rows, lines, strict=True):
        yield "  ".join(line).rstrip() + "\n"
        if row.replicas is not None:
            yield pen.line("", _replica_words(row.replicas))


class _Column:
    """What is taken of one resource, row by row: a bar, where there is space for it, the share, and the amounts."""

    def __init__(self, resource: Resource, amounts: Sequence[tuple[int, int]]) -> None:
        self._title = resource.upper()
        self._shares = [_share(room, taken) for room, taken in amounts]
        self._words = [
            f"{share:>5.0%}  {plain_amount(resource, taken, 4)} of {plain_amount(resource, room, 4)}"
            for share, (room, taken) in zip(self._shares, amounts, strict=True)
        ]
        self.width = max(map(len, [self._title, *self._words]))

    def cells(self, bar: int, pen: Pen) -> Iterator[str]:
        """Draw the title and the rows, with bars of a length."""
        space = bar + 1 if bar else 0
        yield pad(self._title, space + self.width)
        for share, words in zip(self._shares, self._words, strict=True):
            drawn = f"{_bar(share, bar, pen)} " if bar else ""
            yield f"{drawn}{pad(words, self.width)}"


def _bar_length(view: View, others: int) -> int:
    """Share what a terminal has left beside names and numbers between the bars; 0 where they would say nothing."""
    if not view.terminal:
        return _LONGEST_BAR
    length = (view.width - others) // len(Resource) - 1
    return min(length, _LONGEST_BAR) if length >= _SHORTEST_BAR else 0


def _share(room: int, taken: int) -> float:
    return taken / room if room else float(taken > 0)


def _bar(share: float, longest: int, pen: Pen) -> str:
    full, empty = ("█", "░") if pen.view.unicode else ("#", ".")
    length = min(round(share * longest), longest)
    style = "red" if share > 1 else "yellow" if share > _TIGHT else "green"
    return pen.paint(full * length, style) + empty * (longest - length)


def _anywhere(replicas: Mapping[str, int], pen: Pen) -> str:
    """Name what stands on no node in particular."""
    return (
        f"on any node, as they request nothing\n{pen.line('', _replica_words(replicas))}" if replicas else ""
    )


def _replica_words(replicas: Mapping[str, int]) -> str:
    words = (name if count == 1 else f"{count:,} {name}" for name, count in replicas.items())
    return ", ".join(words) or "nothing"
