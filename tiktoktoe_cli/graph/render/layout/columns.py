"""The first steps of the layout: which links are turned round, who stands in which column, and the ways between them.

Links to the same box that look the same share their way: they merge column by column, at joints, and never part again.
So a line leads to one box only, whoever joined it, and many dependents of one service make one trunk, not a hundred.
A joint in each column is quadratic in a deep graph: beyond a budget of joints the longest ways take a lane instead,
below all columns.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktoktoe_cli.graph.algorithms.depth_first import finishing_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_JOINTS: Final = 20_000
"""Of a whole picture: what is laid out in a second or two."""


class Link(NamedTuple):
    """From a box to another one, by their numbers; `look` is the number of what tells it from others to the same.

    Links that `lead` are turned round only where there is no other way to break a cycle.
    """

    source: int
    target: int
    look: int = 0
    leads: bool = True


class Step(NamedTuple):
    """A piece of a way, from one column to the next, in the direction of its links; boxes come before joints."""

    start: int
    end: int
    look: int


class Way(NamedTuple):
    """What links share that lead to the same box, look the same, and come from the same side of it."""

    target: int
    look: int
    is_forward: bool


class Lane(NamedTuple):
    """A way past many columns that has one joint: it goes below them, from the farthest of its sources on."""

    joint: int
    way: Way
    sources: Sequence[int]


@dataclass(slots=True)
class Frame:
    """Boxes and joints in columns, and the steps between them, before anything has a place.

    `trunks` are the joints of each shared way from left to right; ways in `lanes` have no steps.
    """

    columns: list[list[int]]
    steps: dict[Step, None] = field(default_factory=dict)
    trunks: dict[Way, list[int]] = field(default_factory=lambda: defaultdict(list))
    lanes: Sequence[Lane] = ()
    left_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    right_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    column_of: dict[int, int] = field(default_factory=dict)


def frame_of(
    boxes: Sequence[int], links: Sequence[Link], first_joint: int, most_joints: int = MOST_JOINTS
) -> Frame:
    """Put connected boxes into columns, dependents to the left of what they depend on, and route their links.

    Only links that are turned round, to break a cycle, go from right to left; none may lead back to its own box. What
    would take more than `most_joints` goes along lanes.
    """
    position = {box: place for place, box in enumerate(_order_of(boxes, links))}
    column_of = _columns_of(sorted(boxes, key=position.__getitem__), links, position)
    frame = Frame([[] for _ in range(max(column_of.values()) + 1)], column_of=column_of)
    for box in boxes:
        frame.columns[column_of[box]].append(box)
    ways = _ways(links, column_of)
    long = _too_long(ways, column_of, most_joints)
    far = {way: [one for one in ways[way] if abs(column_of[one] - column_of[way.target]) > 1] for way in long}
    joints: dict[tuple[Way, int], int] = {}
    for way, sources in ways.items():
        _route(way, sorted(set(sources).difference(far.get(way, ()))), frame, joints, first_joint)
    free = first_joint + len(joints)
    frame.lanes = [Lane(free + number, way, sources) for number, (way, sources) in enumerate(far.items())]
    for step in frame.steps:
        left, right = sorted(step[:2], key=column_of.__getitem__)
        frame.right_of[left].append(right)
        frame.left_of[right].append(left)
    for (way, _), joint in sorted(joints.items()):
        frame.trunks[way].append(joint)
    return frame


def _order_of(boxes: Sequence[int], links: Sequence[Link]) -> tuple[int, ...]:
    """Order boxes so that few links, and as few of those that lead as possible, go backwards.

    These are the back edges of a search in depth: first over the links that lead, then over all in the order found.
    """
    leading = finishing_order(_targets(boxes, (link for link in links if link.leads)))[::-1]
    rank = {box: place for place, box in enumerate(leading)}
    nearest_first = sorted(links, key=lambda link: (not link.leads, rank[link.target]))
    return finishing_order(_targets(leading, nearest_first))[::-1]


def _targets(boxes: Iterable[int], links: Iterable[Link]) -> dict[int, list[int]]:
    targets: dict[int, list[int]] = {box: [] for box in boxes}
    for link in links:
        targets[link.source].append(link.target)
    return targets


def _columns_of(boxes: Sequence[int], links: Sequence[Link], position: Mapping[int, int]) -> dict[int, int]:
    """Give each box the length of the longest way to it; boxes are in an order, and all links go along it.

    Longest ways from the right end, so that nothing is farther from what it needs than it must be. Then boxes that
    more lines come to than go from are drawn towards their dependents.
    """
    ahead: dict[int, set[int]] = {box: set() for box in boxes}
    behind: dict[int, set[int]] = {box: set() for box in boxes}
    for link in links:
        left, right = sorted(link[:2], key=position.__getitem__)
        ahead[left].add(right)
        behind[right].add(left)
    left_to_go: dict[int, int] = {}
    for box in reversed(boxes):
        left_to_go[box] = 1 + max((left_to_go[one] for one in ahead[box]), default=-1)
    last = max(left_to_go.values())
    column_of = {box: last - left_to_go[box] for box in boxes}
    for box in boxes:
        if len(behind[box]) > len(ahead[box]):
            column_of[box] = 1 + max(column_of[one] for one in behind[box])
    used = {column: place for place, column in enumerate(sorted(set(column_of.values())))}
    return {box: used[column] for box, column in column_of.items()}


def _ways(links: Iterable[Link], column_of: Mapping[int, int]) -> dict[Way, list[int]]:
    """List the sources of the links that share a way."""
    ways: dict[Way, list[int]] = {}
    for source, target, look, _ in links:
        ways.setdefault(Way(target, look, column_of[source] < column_of[target]), []).append(source)
    return ways


def _too_long(ways: Mapping[Way, Sequence[int]], column_of: Mapping[int, int], most: int) -> list[Way]:
    """List the longest ways, so that the others take at most so many joints."""
    lengths = {
        way: max(abs(column_of[source] - column_of[way.target]) - 1 for source in sources)
        for way, sources in ways.items()
    }
    by_length = sorted(ways, key=lambda way: (lengths[way], way))
    joints = accumulate(lengths[way] for way in by_length)
    return sorted(way for way, sum_so_far in zip(by_length, joints, strict=True) if sum_so_far > most)


def _route(
    way: Way, sources: Iterable[int], frame: Frame, joints: dict[tuple[Way, int], int], first_joint: int
) -> None:
    """Lead the links of a way through the columns between their ends; where they meet they share the joints."""
    end, direction = frame.column_of[way.target], 1 if way.is_forward else -1
    for source in sources:
        here = source
        for column in range(frame.column_of[source] + direction, end, direction):
            key = (way, column)
            if key not in joints:
                joints[key] = first_joint + len(joints)
                frame.column_of[joints[key]] = column
                frame.columns[column].append(joints[key])
            frame.steps[Step(here, joints[key], way.look)] = None
            here = joints[key]
        frame.steps[Step(here, way.target, way.look)] = None
