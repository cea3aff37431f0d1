"""The lines of the layout: where each step of a way leaves, bends and arrives, once boxes and joints have places."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.render.layout.columns import Frame, Lane, Step

_PORT_GAP: Final = 9
_PORT_MARGIN: Final = 8  # above the first and below the last port of a box


class Size(NamedTuple):
    """Of a box, in pixels."""

    width: int
    height: int


class Spot(NamedTuple):
    """A point, in pixels from the upper left corner; of a box its own upper left corner."""

    x: int
    y: int


class Line(NamedTuple):
    """A piece of the ways of some links, from `a` to `b`: level up to `leaves`, curved to `arrives`, level from there.

    `start` and `end` are numbers: of boxes as they came, beyond them of the joints at which lines merge and go on.
    """

    start: int
    end: int
    look: int
    a: Spot
    leaves: int
    arrives: int
    b: Spot


class Sheet(NamedTuple):
    """Where boxes and joints stand: their middles, the edges of their columns, and the boxes' corners and sizes."""

    rows: Mapping[int, int]
    edges: Sequence[tuple[int, int]]
    boxes: Mapping[int, Spot]
    sizes: Sequence[Size]


class _Port(NamedTuple):
    """Where lines touch a side of a box: those that leave together, those that arrive by their look."""

    node: int
    is_right: bool
    look: int | None


def lines_of(frame: Frame, sheet: Sheet) -> Iterator[Line]:
    """Draw every step and every lane; no line touches a box but those at its ends."""
    shifts = _shifts(frame, sheet)
    for step in frame.steps:
        start, end = _ports(step, frame)
        leaves, arrives = (
            sheet.edges[frame.column_of[port.node]][1 if port.is_right else 0] for port in (start, end)
        )
        yield Line(
            *step,
            a=_spot(start, frame, sheet, shifts, is_start=True),
            leaves=leaves,
            arrives=arrives,
            b=_spot(end, frame, sheet, shifts, is_start=False),
        )
    for lane in frame.lanes:
        yield from _lane_lines(lane, frame, sheet, shifts)


def _lane_lines(lane: Lane, frame: Frame, sheet: Sheet, shifts: Mapping[_Port, int]) -> Iterator[Line]:
    """Lead the sources of a lane to its height, each behind its own column, and from there to the target."""
    way, row = lane.way, sheet.rows[lane.joint]
    near, far, direction = (
        (0, 1, 1) if way.is_forward else (1, 0, -1)
    )  # of a column: where one comes in, and leaves
    into, out = _lane_ports(lane)
    begins = []
    for source, port in zip(lane.sources, into, strict=True):
        column = frame.column_of[source]
        enters = sheet.edges[column + direction][near]
        begins.append(enters)
        start = _spot(port, frame, sheet, shifts, is_start=True)
        yield Line(source, lane.joint, way.look, start, sheet.edges[column][far], enters, Spot(enters, row))
    end, column = _spot(out, frame, sheet, shifts, is_start=False), frame.column_of[way.target]
    begin = Spot(min(begins) if way.is_forward else max(begins), row)
    leaves, arrives = sheet.edges[column - direction][far], sheet.edges[column][near]
    yield Line(lane.joint, way.target, way.look, begin, leaves, arrives, end)


def _lane_ports(lane: Lane) -> tuple[list[_Port], _Port]:
    """Return where a lane leaves its sources, and where it arrives."""
    way = lane.way
    return [_Port(source, way.is_forward, None) for source in lane.sources], _Port(
        way.target, not way.is_forward, way.look
    )


def _ports(step: Step, frame: Frame) -> tuple[_Port, _Port]:
    is_forward = frame.column_of[step.start] < frame.column_of[step.end]
    return _Port(step.start, is_forward, None), _Port(step.end, not is_forward, step.look)


def _spot(port: _Port, frame: Frame, sheet: Sheet, shifts: Mapping[_Port, int], *, is_start: bool) -> Spot:
    """Return where a line touches a box's side, or enters a joint's column; it leaves a joint where it came in."""
    node = port.node
    if node not in sheet.boxes:
        left, right = sheet.edges[frame.column_of[node]]
        return Spot(right if port.is_right != is_start else left, sheet.rows[node])
    x = sheet.boxes[node].x + (sheet.sizes[node].width if port.is_right else 0)
    return Spot(x, sheet.rows[node] + shifts[port])


def _shifts(frame: Frame, sheet: Sheet) -> dict[_Port, int]:
    """Spread the ports of each side of a box around its middle, in the order of where their lines come from."""
    far_ends: dict[_Port, list[int]] = defaultdict(list)
    for step in frame.steps:
        start, end = _ports(step, frame)
        far_ends[start].append(sheet.rows[step.end])
        far_ends[end].append(sheet.rows[step.start])
    for lane in frame.lanes:
        into, out = _lane_ports(lane)
        for port in (*into, out):
            far_ends[port].append(sheet.rows[lane.joint])
    sides: dict[tuple[int, bool], list[_Port]] = defaultdict(list)
    for port in far_ends:
        if port.node in sheet.boxes:
            sides[port.node, port.is_right].append(port)
    shifts: dict[_Port, int] = {}
    for (node, _), ports in sides.items():
        room = sheet.sizes[node].height - 2 * _PORT_MARGIN
        gap = min(_PORT_GAP, room // max(1, len(ports) - 1))
        ports.sort(key=lambda port: (sum(far_ends[port]) / len(far_ends[port]), port.look or -1))
        shifts |= {port: (2 * place - len(ports) + 1) * gap // 2 for place, port in enumerate(ports)}
    return shifts
