"""How full the nodes are, as a person wants to see it: bars, as of disks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.reports.pen import Pen
from tiktoktoe_cli.graph.words import plain_amount
from tiktoktoe_cli.report.text import pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity import Study
    from tiktoktoe_cli.report import View

_BAR = 12
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
    return f"{text}\n{''.join(_table('NODE', nodes, pen))}"


def _kinds(study: Study) -> Iterator[_Row]:
    kinds = study.taken()
    for kind, taken in kinds.items():
        yield _Row(f"{kind.count:,} {kind.name}", NOTHING.plus(kind.room, kind.count), taken)
    if len(kinds) != 1 or study.fitting.packing.unplaced:
        yield _Row("requested in all", study.room, study.needed)


def _table(title: str, rows: Sequence[_Row], pen: Pen) -> Iterator[str]:
    names = pen.names([title, *(row.name for row in rows)])
    cells = [
        _cells(resource, [(row.room[number], row.taken[number]) for row in rows], pen)
        for number, resource in enumerate(Resource)
    ]
    head, *lines = zip(names, *cells, strict=True)
    yield pen.paint("  ".join(head).rstrip(), "bold") + "\n"
    for row, line in zip(rows, lines, strict=True):
        yield "  ".join(line).rstrip() + "\n"
        if row.replicas is not None:
            yield pen.line("", _replica_words(row.replicas))


def _cells(resource: Resource, amounts: Sequence[tuple[int, int]], pen: Pen) -> list[str]:
    """Draw a column with its title: a bar, the share, and the amounts."""
    words = [
        f"{_share(room, taken):>5.0%}  {plain_amount(resource, taken, 4)} of {plain_amount(resource, room, 4)}"
        for room, taken in amounts
    ]
    width = max(map(len, words), default=0)
    drawn = [
        f"{_bar(_share(room, taken), pen)} {pad(text, width)}"
        for (room, taken), text in zip(amounts, words, strict=True)
    ]
    return [pad(resource.upper(), _BAR + 1 + width), *drawn]


def _share(room: int, taken: int) -> float:
    return taken / room if room else float(taken > 0)


def _bar(share: float, pen: Pen) -> str:
    full, empty = ("█", "░") if pen.view.unicode else ("#", ".")
    length = min(round(share * _BAR), _BAR)
    style = "red" if share > 1 else "yellow" if share > _TIGHT else "green"
    return pen.paint(full * length, style) + empty * (_BAR - length)


def _replica_words(replicas: Mapping[str, int]) -> str:
    words = (name if count == 1 else f"{count:,} {name}" for name, count in replicas.items())
    return ", ".join(words) or "nothing"
