"""The heights at which boxes and joints stand: near their neighbours, in their order, and long lines straight.

Each column is solved exactly for the columns beside it: the least squares of the distances, with an order and gaps to
keep, is an isotonic regression (pool adjacent violators, Ayer et al. 1955). Sweeps to and fro do the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.graph.render.layout.columns import Frame

_SWEEPS: Final = 8
_BOX_GAP: Final = 18
_LINE_GAP: Final = 10
_PULLS: Final = (1, 3, 9)  # between two boxes, a box and a joint, two joints


@dataclass(frozen=True, slots=True)
class _Columns:
    """A frame, and how high its boxes are; joints have no height."""

    frame: Frame
    heights: Mapping[int, int]

    def gap(self, upper: int, lower: int) -> int:
        """Return how far apart the middles of two neighbours in a column are at least."""
        are_boxes = upper in self.heights and lower in self.heights
        space = self.heights.get(upper, 0) + self.heights.get(lower, 0)
        return -(-space // 2) + (_BOX_GAP if are_boxes else _LINE_GAP)

    def offsets(self, column: Sequence[int]) -> list[int]:
        """Return how far below the first one each node is at least."""
        found = [0]
        for upper, lower in pairwise(column):
            found.append(found[-1] + self.gap(upper, lower))
        return found

    def pull(self, one: int, other: int) -> int:
        """Return how strongly two neighbours want to stand at the same height."""
        return _PULLS[(one not in self.heights) + (other not in self.heights)]


def heights_of(frame: Frame, heights: Mapping[int, int]) -> dict[int, int]:
    """Return the height of the middle of each box and joint, downwards from any zero; `heights` are of the boxes."""
    columns = _Columns(frame, heights)
    middles: dict[int, float] = {}
    for column in frame.columns:
        offsets = columns.offsets(column)
        middles |= {node: offset - offsets[-1] / 2 for node, offset in zip(column, offsets, strict=True)}
    for number in range(_SWEEPS):
        _sweep(columns, middles, to_the_right=number % 2 == 0, looks_both_ways=number >= _SWEEPS - 2)
    rows = _whole(columns, middles)
    _straighten(columns, rows)
    return rows


def _sweep(
    columns: _Columns, middles: dict[int, float], *, to_the_right: bool, looks_both_ways: bool
) -> None:
    frame = columns.frame
    before = frame.left_of if to_the_right else frame.right_of
    after = frame.right_of if to_the_right else frame.left_of

    def neighbours(node: int) -> Sequence[int]:
        behind = before.get(node, [])
        return [*behind, *after.get(node, [])] if looks_both_ways or not behind else behind

    for column in frame.columns[:: 1 if to_the_right else -1]:
        _place(columns, column, middles, neighbours)


def _place(
    columns: _Columns,
    column: Sequence[int],
    middles: dict[int, float],
    neighbours: Callable[[int], Sequence[int]],
) -> None:
    """Move a column to where its neighbours draw it, as far as order and gaps allow."""
    offsets = columns.offsets(column)
    wishes, weights = [], []
    for node, offset in zip(column, offsets, strict=True):
        pulls = [(columns.pull(node, one), middles[one]) for one in neighbours(node)]
        weight = sum(pull for pull, _ in pulls)
        wish = sum(pull * middle for pull, middle in pulls) / weight if weight else middles[node]
        wishes.append(wish - offset)
        weights.append(weight or 1)
    for node, offset, middle in zip(column, offsets, _isotonic(wishes, weights), strict=True):
        middles[node] = middle + offset


def _isotonic(wishes: Sequence[float], weights: Sequence[int]) -> list[float]:
    """Return the values that never fall and are nearest to the wishes, in weighted least squares."""
    pools: list[tuple[float, int, int]] = []  # their value, weight and number of wishes
    for wish, weight in zip(wishes, weights, strict=True):
        value, pooled, size = wish, weight, 1
        while pools and pools[-1][0] >= value:
            other, more, members = pools.pop()
            value = (value * pooled + other * more) / (pooled + more)
            pooled, size = pooled + more, size + members
        pools.append((value, pooled, size))
    return [value for value, _, size in pools for _ in range(size)]


def _whole(columns: _Columns, middles: Mapping[int, float]) -> dict[int, int]:
    """Round to whole pixels, with all gaps kept."""
    rows: dict[int, int] = {}
    for column in columns.frame.columns:
        least = None
        for upper, node in zip([None, *column], column, strict=False):
            row = round(middles[node])
            if upper is not None:
                least = rows[upper] + columns.gap(upper, node)
            rows[node] = row if least is None else max(row, least)
    return rows


def _straighten(columns: _Columns, rows: dict[int, int]) -> None:
    """Give neighbouring joints of a way the same height where both have room, the longest ways first."""
    beside = _rooms(columns)
    trunks = sorted(columns.frame.trunks.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    for (target, _, is_forward), joints in trunks:
        run: list[int] = []
        low, high = 0, 0
        for joint in joints if is_forward else joints[::-1]:
            lowest, highest = beside(joint, rows)
            if run and max(low, lowest) <= min(high, highest):
                low, high = max(low, lowest), min(high, highest)
            else:
                _level(run, rows, low, high, rows[joint])
                run, low, high = [], lowest, highest
            run.append(joint)
        _level(run, rows, low, high, rows[target])


def _level(run: Sequence[int], rows: dict[int, int], low: int, high: int, wish: int) -> None:
    """Put joints at one height that all have room for, near to where the way goes on."""
    for joint in run:
        rows[joint] = min(max(wish, low), high)


def _rooms(columns: _Columns) -> Callable[[int, Mapping[int, int]], tuple[int, int]]:
    """Return what tells between which heights a node may move."""
    above: dict[int, int] = {}
    below: dict[int, int] = {}
    for column in columns.frame.columns:
        above |= {lower: upper for upper, lower in pairwise(column)}
        below |= dict(pairwise(column))

    def room(node: int, rows: Mapping[int, int]) -> tuple[int, int]:
        upper, lower = above.get(node), below.get(node)
        low = -(10**9) if upper is None else rows[upper] + columns.gap(upper, node)
        high = 10**9 if lower is None else rows[lower] - columns.gap(node, lower)
        return low, high

    return room
