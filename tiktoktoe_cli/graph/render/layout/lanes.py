"""The lanes of the layout: how far below the columns each of the longest ways goes, so that no two share a stretch."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.graph.render.layout.columns import Frame, Lane

_FIRST_GAP: Final = 18  # between the columns and the first lane
_GAP: Final = 8


def lane_rows(frame: Frame, bottom: int) -> dict[int, int]:
    """Return the height of each lane, by its joint: the first that is free all along its way (interval colouring)."""
    rows: dict[int, int] = {}
    free: list[int] = []
    taken: list[tuple[int, int]] = []  # until which column, and at which height
    lowest = bottom + _FIRST_GAP
    for lane in sorted(frame.lanes, key=lambda one: (_stretch(one, frame.column_of), one.joint)):
        first, last = _stretch(lane, frame.column_of)
        while taken and taken[0][0] < first:
            heappush(free, heappop(taken)[1])
        if free:
            row = heappop(free)
        else:
            row, lowest = lowest, lowest + _GAP
        rows[lane.joint] = row
        heappush(taken, (last, row))
    return rows


def _stretch(lane: Lane, column_of: Mapping[int, int]) -> tuple[int, int]:
    """Return the first and the last column that a lane has to do with: those of the boxes at its ends."""
    columns = [column_of[lane.way.target], *(column_of[source] for source in lane.sources)]
    return min(columns), max(columns)
