"""The first steps of the layout: which links are turned round, who stands in which column, and the ways between them.

Links to the same box that look the same share their way: they merge column by column, at joints, and never part again.
So a line leads to one box only, whoever joined it, and many dependents of one service make one trunk, not a hundred.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.algorithms.depth_first import finishing_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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


@dataclass(slots=True)
class Frame:
    """Boxes and joints in columns, and the steps between them, before anything has a place.

    `trunks` are the joints of each shared way from left to right, with the box that it leads to.
    """

    columns: list[list[int]]
    steps: dict[Step, None] = field(default_factory=dict)
    trunks: dict[tuple[int, int, bool], list[int]] = field(default_factory=lambda: defaultdict(list))
    left_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    right_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    column_of: dict[int, int] = field(default_factory=dict)


def frame_of(boxes: Sequence[int], links: Sequence[Link], first_joint: int) -> Frame:
    """Put connected boxes into columns, dependents to the left of what they depend on, and route their links.

    Only links that are turned round, to break a cycle, go from right to left; none may lead back to its own box.
    """
    position = {box: place for place, box in enumerate(_order_of(boxes, links))}
    column_of = _columns_of(sorted(boxes, key=position.__getitem__), links, position)
    frame = Frame([[] for _ in range(max(column_of.values()) + 1)], column_of=column_of)
    for box in boxes:
        frame.columns[column_of[box]].append(box)
    joints: dict[tuple[int, int, bool, int], int] = {}
    for link in links:
        _route(link, frame, joints, first_joint)
    for step in frame.steps:
        left, right = sorted(step[:2], key=column_of.__getitem__)
        frame.right_of[left].append(right)
        frame.left_of[right].append(left)
    for (target, look, is_forward, _), joint in sorted(joints.items()):
        frame.trunks[target, look, is_forward].append(joint)
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


def _route(link: Link, frame: Frame, joints: dict[tuple[int, int, bool, int], int], first_joint: int) -> None:
    start, end = frame.column_of[link.source], frame.column_of[link.target]
    is_forward = start < end
    here = link.source
    for column in range(start + 1, end) if is_forward else range(start - 1, end, -1):
        key = (link.target, link.look, is_forward, column)
        if key not in joints:
            joints[key] = first_joint + len(joints)
            frame.column_of[joints[key]] = column
            frame.columns[column].append(joints[key])
        frame.steps[Step(here, joints[key], link.look)] = None
        here = joints[key]
    frame.steps[Step(here, link.target, link.look)] = None
