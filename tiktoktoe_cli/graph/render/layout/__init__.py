"""Where boxes and lines stand in a drawn picture: a layered layout from left to right, in whole pixels.

What hangs together is laid out in columns, dependents to the left of what they depend on; the parts stand beside each
other, and boxes without any line in a grid below. Pure, and the same for the same boxes and links, in whatever order
the links come.

The steps are those of Sugiyama, Tagawa & Toda (IEEE Transactions on Systems, Man, and Cybernetics 11, 1981): `columns`
by the longest way, as few crossings as barycentres and exchanges find (`order`), and coordinates by least squares in
each column (`heights`). What leads past more columns than there are joints for goes below them (`lanes`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.render.layout.columns import MOST_JOINTS, frame_of
from tiktoktoe_cli.graph.render.layout.heights import heights_of
from tiktoktoe_cli.graph.render.layout.lanes import lane_rows
from tiktoktoe_cli.graph.render.layout.lines import Line, Sheet, Size, Spot, lines_of
from tiktoktoe_cli.graph.render.layout.order import untangle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.render.layout.columns import Frame, Link

_LEAST_SHEET: Final = 800  # as wide as any window is
_PART_GAP: Final = 40
_GRID_GAP: Final = 18
_LEAST_COLUMN_GAP: Final = 64
_MOST_COLUMN_GAP: Final = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture of a size: the corner of each box by its number, the column of each in its part, and all lines."""

    size: Size
    boxes: Mapping[int, Spot]
    columns: Mapping[int, int]
    lines: tuple[Line, ...]


def lay_out(sizes: Sequence[Size], links: Iterable[Link], most_joints: int = MOST_JOINTS) -> Layout:
    """Place boxes, and route the links between different ones; each part has its share of the joints."""
    chosen = sorted({link for link in links if link.source != link.target})
    parts = _parts(len(sizes), chosen)
    home = {box: number for number, part in enumerate(parts) for box in part}
    links_of: list[list[Link]] = [[] for _ in parts]
    for link in chosen:
        links_of[home[link.source]].append(link)
    drawn, first_joint = [], len(sizes)
    for part, own in zip(parts, links_of, strict=True):
        if own:
            frame = frame_of(part, own, first_joint, most_joints * len(part) // len(sizes))
            first_joint += len(frame.column_of) + len(frame.lanes)
            drawn.append(_part(frame, sizes))
    shelves = _shelves(drawn)
    alone = [part[0] for part, own in zip(parts, links_of, strict=True) if not own]
    if alone:
        width = max((spot.x + part.size.width for spot, part in shelves), default=0)
        grid = _grid(alone, sizes, width)
        shelves.append((Spot(0, _bottom(shelves)), grid))
    return _joined(shelves)


def _parts(count: int, links: Iterable[Link]) -> list[list[int]]:
    """Group boxes that hang together, the largest groups first."""
    beside: list[list[int]] = [[] for _ in range(count)]
    for link in links:
        beside[link.source].append(link.target)
        beside[link.target].append(link.source)
    seen: set[int] = set()
    parts = []
    for root in range(count):
        part, waiting = [], [root]
        while waiting:
            box = waiting.pop()
            if box not in seen:
                seen.add(box)
                part.append(box)
                waiting += beside[box]
        if part:
            parts.append(sorted(part))
    return sorted(parts, key=lambda part: (-len(part), part))


def _part(frame: Frame, sizes: Sequence[Size]) -> Layout:
    """Lay out what hangs together."""
    untangle(frame)
    boxes = [node for column in frame.columns for node in column if node < len(sizes)]
    rows = heights_of(frame, {box: sizes[box].height for box in boxes})
    tops = {box: rows[box] - sizes[box].height // 2 for box in boxes}
    top = min(*rows.values(), *tops.values())
    rows = {node: row - top for node, row in rows.items()}
    edges = _column_edges(frame, rows, sizes)
    spots = {box: Spot(edges[frame.column_of[box]][0], tops[box] - top) for box in boxes}
    bottom = max(*rows.values(), *(spot.y + sizes[box].height for box, spot in spots.items()))
    rows |= (lanes := lane_rows(frame, bottom))
    bottom = max([bottom, *lanes.values()])
    lines = tuple(lines_of(frame, Sheet(rows, edges, spots, sizes)))
    return Layout(Size(edges[-1][1], bottom), spots, {box: frame.column_of[box] for box in boxes}, lines)


def _column_edges(frame: Frame, rows: Mapping[int, int], sizes: Sequence[Size]) -> list[tuple[int, int]]:
    """Return where each column begins and ends; the steeper the lines between two, the farther they are apart."""
    gaps = [_LEAST_COLUMN_GAP] * len(frame.columns)
    for step in frame.steps:
        gap = min(frame.column_of[step.start], frame.column_of[step.end])
        rise = abs(rows[step.start] - rows[step.end]) // 4
        gaps[gap] = min(max(gaps[gap], rise), _MOST_COLUMN_GAP)
    edges, x = [], 0
    for column, gap in zip(frame.columns, gaps, strict=True):
        width = max((sizes[node].width for node in column if node < len(sizes)), default=0)
        edges.append((x, x + width))
        x += width + gap
    return edges


def _grid(boxes: Sequence[int], sizes: Sequence[Size], least_width: int) -> Layout:
    """Place boxes without lines in rows, at least as wide as what stands above and not much higher than wide."""
    cell = Size(max(sizes[box].width for box in boxes), max(sizes[box].height for box in boxes))
    wide, high = cell.width + _GRID_GAP, cell.height + _GRID_GAP
    across = min(
        len(boxes), max(isqrt(len(boxes) * 2 * high // wide) + 1, (least_width + _GRID_GAP) // wide, 1)
    )
    spots = {box: Spot(place % across * wide, place // across * high) for place, box in enumerate(boxes)}
    size = Size(across * wide - _GRID_GAP, -(-len(boxes) // across) * high - _GRID_GAP)
    return Layout(size, spots, dict.fromkeys(boxes, 0), ())


def _shelves(parts: Sequence[Layout]) -> list[tuple[Spot, Layout]]:
    """Place parts beside each other up to the width of the widest of them, or of a sheet of three by two."""
    area = sum((part.size.width + _PART_GAP) * (part.size.height + _PART_GAP) for part in parts)
    width = max([_LEAST_SHEET, isqrt(area * 3 // 2), *(part.size.width for part in parts)])
    placed: list[tuple[Spot, Layout]] = []
    x = y = 0
    for part in sorted(parts, key=lambda one: -one.size.height):
        if x and x + part.size.width > width:
            x, y = 0, _bottom(placed)
        placed.append((Spot(x, y), part))
        x += part.size.width + _PART_GAP
    return placed


def _bottom(placed: Sequence[tuple[Spot, Layout]]) -> int:
    return max((spot.y + part.size.height + _PART_GAP for spot, part in placed), default=0)


def _joined(placed: Sequence[tuple[Spot, Layout]]) -> Layout:
    """Put parts into one picture."""
    width = max((spot.x + part.size.width for spot, part in placed), default=0)
    return Layout(
        Size(width, max(0, _bottom(placed) - _PART_GAP)),
        {box: _moved(own, spot) for spot, part in placed for box, own in part.boxes.items()},
        {box: column for _, part in placed for box, column in part.columns.items()},
        tuple(line for spot, part in placed for line in _moved_lines(part.lines, spot)),
    )


def _moved_lines(lines: Iterable[Line], by: Spot) -> Iterator[Line]:
    for line in lines:
        yield line._replace(
            a=_moved(line.a, by), b=_moved(line.b, by), leaves=line.leaves + by.x, arrives=line.arrives + by.x
        )


def _moved(spot: Spot, by: Spot) -> Spot:
    return Spot(spot.x + by.x, spot.y + by.y)
