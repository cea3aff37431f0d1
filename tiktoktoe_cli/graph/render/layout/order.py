"""The order of boxes and joints in their columns, so that few lines cross: sweeps of barycentres, then exchanges.

Sugiyama, Tagawa & Toda 1981, with the greedy exchange of neighbours of Eades & Kelly 1986.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.graph.render.layout.columns import Frame

_Columns: TypeAlias = list[list[int]]

_BUDGET: Final = 150_000  # of steps looked at in sweeps, for a picture of any size
_MOST_SWEEPS: Final = 40
_PATIENCE: Final = 6  # sweeps without a better order
_MOST_STEPS_TO_EXCHANGE: Final = 2_500  # in a larger picture exchanges take too long


def untangle(frame: Frame) -> None:
    """Order the columns of a frame in place."""
    steps = max(1, len(frame.steps))
    sweeps = min(_MOST_SWEEPS, max(4, _BUDGET // steps))
    starts = (_searched(frame, frame.right_of, 1), _searched(frame, frame.left_of, -1))
    found = [_swept(columns, frame, sweeps // 2) for columns in starts]
    frame.columns = min(found, key=lambda columns: crossings(columns, frame.right_of))


def crossings(columns: Sequence[Sequence[int]], right_of: Mapping[int, Sequence[int]]) -> int:
    """Count the pairs of steps that cross."""
    return sum(_crossings_between(left, right, right_of) for left, right in pairwise(columns))


def _crossings_between(
    left: Sequence[int], right: Sequence[int], right_of: Mapping[int, Sequence[int]]
) -> int:
    place = {node: number for number, node in enumerate(right)}
    seen: list[int] = []
    count = 0
    for node in left:
        ends = sorted(place[one] for one in right_of.get(node, ()))
        count += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return count


def _searched(frame: Frame, ahead: Mapping[int, Sequence[int]], direction: int) -> _Columns:
    """Order columns as a search in depth comes upon their nodes, so that what hangs together stays together."""
    columns: _Columns = [[] for _ in frame.columns]
    seen: set[int] = set()
    for root in chain.from_iterable(frame.columns[::direction]):
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                columns[frame.column_of[node]].append(node)
                waiting.extend(reversed(ahead.get(node, ())))
    return columns


def _swept(columns: _Columns, frame: Frame, sweeps: int) -> _Columns:
    """Sweep to and fro while that helps, and return the best order seen."""
    best, fewest, idle = columns, crossings(columns, frame.right_of), 0
    can_exchange = len(frame.steps) <= _MOST_STEPS_TO_EXCHANGE
    for number in range(sweeps):
        columns = _sweep(columns, frame, to_the_right=number % 2 == 0, is_odd=number % 4 > 1)
        while can_exchange and _exchange(columns, frame):
            pass
        count = crossings(columns, frame.right_of)
        idle += 1
        if count < fewest:
            best, fewest, idle = columns, count, 0
        if idle > _PATIENCE or not fewest:
            break
    return best


def _sweep(columns: _Columns, frame: Frame, *, to_the_right: bool, is_odd: bool) -> _Columns:
    """Order each column by where its neighbours in the one before stand in the mean; of equals the first stays first.

    In every other pair of sweeps the last of equals comes first: else they would never change places.
    """
    neighbours = frame.left_of if to_the_right else frame.right_of
    direction = 1 if to_the_right else -1
    ordered: _Columns = []
    place: dict[int, int] = {}
    for column in columns[::direction]:
        centre = {
            node: _mean([place[one] for one in neighbours.get(node, ())], own)
            for own, node in enumerate(column)
        }
        found = sorted(reversed(column) if is_odd else column, key=centre.__getitem__)
        place = {node: number for number, node in enumerate(found)}
        ordered.append(found)
    return ordered[::direction]


def _mean(places: Sequence[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else otherwise


def _exchange(columns: _Columns, frame: Frame) -> bool:
    """Let neighbours change places where fewer lines cross then; tell whether any did."""
    places = [{node: number for number, node in enumerate(column)} for column in columns]
    has_gained = False
    for number, column in enumerate(columns):
        sides = [
            (neighbours, places[beside])
            for neighbours, beside in ((frame.left_of, number - 1), (frame.right_of, number + 1))
            if 0 <= beside < len(columns)
        ]
        ends = {
            node: [sorted(place[one] for one in neighbours.get(node, ())) for neighbours, place in sides]
            for node in column
        }
        for at in range(len(column) - 1):
            upper, lower = column[at], column[at + 1]
            if _gain(ends[upper], ends[lower]) > 0:
                column[at], column[at + 1] = lower, upper
                has_gained = True
        places[number] = {node: place for place, node in enumerate(column)}
    return has_gained


def _gain(upper: Sequence[Sequence[int]], lower: Sequence[Sequence[int]]) -> int:
    """Count how many crossings less there are if two neighbours change places; their ends are sorted, side by side."""
    return sum(
        sum(len(above) - bisect_right(above, end) for end in below)
        - sum(len(below) - bisect_right(below, end) for end in above)
        for above, below in zip(upper, lower, strict=True)
    )
