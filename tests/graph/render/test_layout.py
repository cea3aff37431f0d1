"""The layout of drawn pictures: nothing overlaps, nothing is lost, and it is always the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.render.reading import followed
from tests.graph.systems import REAL_SYSTEMS, real_system
from tiktoktoe_cli.graph.render.layout import lay_out
from tiktoktoe_cli.graph.render.layout.columns import MOST_JOINTS, Link, frame_of
from tiktoktoe_cli.graph.render.layout.lines import Size, Spot
from tiktoktoe_cli.graph.render.layout.order import crossings, untangle

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.graph.render.layout import Layout
    from tiktoktoe_cli.graph.render.layout.columns import Frame


@st.composite
def pictures(draw: st.DrawFn) -> tuple[list[Size], list[Link]]:
    """Draw boxes of different sizes, and links between some of them."""
    count = draw(st.integers(1, 12))
    sizes = draw(
        st.lists(
            st.builds(Size, st.integers(20, 300), st.sampled_from([34, 46])), min_size=count, max_size=count
        )
    )
    number = st.integers(0, count - 1)
    links = draw(st.lists(st.builds(Link, number, number, st.integers(0, 2), st.booleans()), max_size=30))
    return sizes, links


BUDGETS = st.sampled_from([0, 4, MOST_JOINTS])  # of joints: all that can, some, and no ways take lanes


def pairs_of(links: list[Link]) -> set[tuple[int, int, str]]:
    """Return the links that are routed: those between different boxes, with their looks."""
    return {(link.source, link.target, str(link.look)) for link in links if link.source != link.target}


def overlap(layout: Layout, sizes: list[Size], one: int, other: int) -> bool:
    """Tell whether two boxes share more than an edge."""
    a, b = layout.boxes[one], layout.boxes[other]
    return (
        a.x < b.x + sizes[other].width
        and b.x < a.x + sizes[one].width
        and a.y < b.y + sizes[other].height
        and b.y < a.y + sizes[one].height
    )


@given(pictures())
def test_no_two_boxes_overlap(drawn: tuple[list[Size], list[Link]]) -> None:
    """Every box is there once, inside of the picture, and has its place for itself."""
    sizes, links = drawn

    layout = lay_out(sizes, links)

    assert sorted(layout.boxes) == list(range(len(sizes)))
    assert not [pair for pair in combinations(range(len(sizes)), 2) if overlap(layout, sizes, *pair)]
    for box, corner in layout.boxes.items():
        assert corner.x >= 0
        assert corner.y >= 0
        assert corner.x + sizes[box].width <= layout.size.width
        assert corner.y + sizes[box].height <= layout.size.height


@given(pictures(), BUDGETS)
def test_lines_lead_from_each_box_to_what_it_depends_on(
    drawn: tuple[list[Size], list[Link]], most_joints: int
) -> None:
    """Followed from box to box they are the links, no more and no less; lines that have merged do not part."""
    sizes, links = drawn

    layout = lay_out(sizes, links, most_joints)

    assert followed(
        ((line.start, line.end, str(line.look)) for line in layout.lines), len(sizes)
    ) == pairs_of(links)


@given(pictures(), BUDGETS)
def test_lines_touch_the_boxes_at_their_ends_and_no_others(
    drawn: tuple[list[Size], list[Link]], most_joints: int
) -> None:
    """A line begins and ends at the side of a box, goes on where another ended, and passes behind no box."""
    sizes, links = drawn

    layout = lay_out(sizes, links, most_joints)

    entered: dict[int, list[Spot]] = {}
    for line in layout.lines:
        entered.setdefault(line.end, []).append(line.b)
    for line in layout.lines:
        for number, spot in ((line.start, line.a), (line.end, line.b)):
            if number < len(sizes):
                corner, size = layout.boxes[number], sizes[number]
                assert spot.x in {corner.x, corner.x + size.width}
                assert corner.y < spot.y < corner.y + size.height
        if line.start >= len(sizes):
            first, last = sorted((line.a.x, line.leaves))
            assert line.a in entered[line.start]
            assert all(spot.y == line.a.y and first <= spot.x <= last for spot in entered[line.start])
        for (x, other_x), y in (((line.a.x, line.leaves), line.a.y), ((line.arrives, line.b.x), line.b.y)):
            left, right = sorted((x, other_x))
            for box, corner in layout.boxes.items():
                is_beside = right <= corner.x or left >= corner.x + sizes[box].width
                assert is_beside or not corner.y < y < corner.y + sizes[box].height


@given(pictures())
def test_what_is_depended_on_stands_to_the_right(drawn: tuple[list[Size], list[Link]]) -> None:
    """Without the links that go back there is no cycle left, and one link more that goes forward would not make one."""
    sizes, links = drawn

    layout = lay_out(sizes, links)

    for link in links:
        if link.source != link.target:
            assert layout.columns[link.source] != layout.columns[link.target]
    back = {
        (link.source, link.target)
        for link in links
        if layout.columns[link.source] > layout.columns[link.target]
    }
    forward = {
        (link.source, link.target)
        for link in links
        if layout.columns[link.source] < layout.columns[link.target]
    }
    assert all(_reaches(forward, target, source) for source, target in back)


def _reaches(links: set[tuple[int, int]], start: int, end: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        found = {target for source, target in links if source == here} - seen
        seen |= found
        waiting += found
    return end in seen


def test_a_cycle_is_broken_where_nothing_waits() -> None:
    """Of a start dependency and a call back, the call is the one that goes from right to left."""
    calls_back = [Link(0, 1, leads=False), Link(1, 0, leads=True)]

    layout = lay_out([Size(80, 34)] * 2, calls_back)

    assert layout.columns == {1: 0, 0: 1}


def test_lines_to_one_box_share_their_way() -> None:
    """Three that depend on the same far one, past a chain, join one trunk, which is level."""
    sizes = [Size(80, 34)] * 8
    chain = [Link(0, 1), Link(1, 2), Link(2, 3), Link(3, 4)]
    to_the_last = [Link(5, 0), Link(6, 0), Link(7, 0), Link(5, 4), Link(6, 4), Link(7, 4)]

    layout = lay_out(sizes, chain + to_the_last)

    joints = {line.end for line in layout.lines if line.end >= len(sizes)}
    rows = {line.b.y for line in layout.lines if line.end in joints}
    assert (len(joints), len(rows)) == (4, 1)


@given(pictures())
def test_no_two_lanes_share_a_stretch(drawn: tuple[list[Size], list[Link]]) -> None:
    """Where ways go below the columns, each is level and has its height for itself."""
    sizes, links = drawn

    layout = lay_out(sizes, links, 0)

    levels = [
        (line.a.y, *sorted((line.a.x, line.leaves))) for line in layout.lines if line.start >= len(sizes)
    ]
    assert not [
        (one, other)
        for one, other in combinations(levels, 2)
        if one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
    ]


def test_a_deep_system_with_long_links_is_laid_out_at_once() -> None:
    """Of 3,000 in a row that need two others each, joints in every column would be millions."""
    chance = random.Random(1)  # noqa: S311  # not a secret
    row = [Link(box, box - 1) for box in range(1, 3_000)]
    long = [Link(box, chance.randrange(box - 1)) for box in range(2, 3_000) for _ in range(2)]

    layout = lay_out([Size(80, 34)] * 3_000, [*row, *long])

    assert len(layout.columns) == 3_000
    assert len(layout.lines) < 2 * MOST_JOINTS


@given(drawn=pictures(), seed=st.integers())
def test_the_order_of_links_does_not_matter(drawn: tuple[list[Size], list[Link]], seed: int) -> None:
    """Whoever reorders the dependencies of a service gets the same picture."""
    sizes, links = drawn
    shuffled = random.Random(seed).sample(links, len(links))  # noqa: S311  # not a secret

    assert lay_out(sizes, shuffled) == lay_out(sizes, links)


def test_is_the_same_for_any_hash_seed() -> None:
    """Sets and dictionaries of texts come in another order in every process; pictures do not."""
    script = (
        "from tests.graph.render.hostile import hostile_graph\n"
        "from tiktoktoe_cli.graph.selection.overview import survey\n"
        "from tiktoktoe_cli.graph.render.drawings import drawings_of\n"
        "from tiktoktoe_cli.report import View\n"
        "print([draw(View()) for draw in drawings_of(survey(hostile_graph())).forms.values()])"
    )

    drawn = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(drawn) == 1


def test_boxes_without_lines_stand_in_a_grid() -> None:
    """Nine alike make rows and columns, below what has lines."""
    layout = lay_out([Size(80, 34)] * 11, [Link(0, 1)])

    alone = [layout.boxes[box] for box in range(2, 11)]
    assert min(spot.y for spot in alone) > layout.boxes[0].y + 34
    assert len({spot.x for spot in alone}) * len({spot.y for spot in alone}) in {9, 10, 12}


def test_parts_stand_beside_each_other() -> None:
    """Pairs that know nothing of each other are not stacked into a tower."""
    layout = lay_out([Size(80, 34)] * 8, [Link(0, 1), Link(2, 3), Link(4, 5), Link(6, 7)])

    assert layout.size.height < layout.size.width


def test_nothing_is_a_picture_as_well() -> None:
    """A system without services has a size of nothing."""
    assert lay_out([], []).size == Size(0, 0)


def frame_with(columns: list[list[int]], pairs: list[tuple[int, int]]) -> Frame:
    """Make a frame of boxes in columns, with steps between neighbouring columns."""
    boxes = [box for column in columns for box in column]
    frame = frame_of(boxes, [Link(*pair) for pair in pairs], len(boxes))
    frame.columns = [list(column) for column in columns]
    return frame


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(5, 9)), min_size=1), st.permutations(range(5, 10)))
def test_crossings_are_counted(pairs: set[tuple[int, int]], right: list[int]) -> None:
    """Two steps cross if their ends are in opposite orders; steps with a common end do not."""
    right_of: dict[int, list[int]] = {}
    for start, end in sorted(pairs):
        right_of.setdefault(start, []).append(end)

    counted = crossings([list(range(5)), right], right_of)

    place = {box: number for number, box in enumerate(right)}
    assert counted == sum(
        (a - c) * (place[b] - place[d]) < 0 for (a, b), (c, d) in combinations(sorted(pairs), 2)
    )


def test_a_tree_is_drawn_without_crossings() -> None:
    """Whatever order its boxes come in."""
    pairs = [(0, 5), (0, 3), (5, 1), (5, 8), (3, 2), (3, 7), (1, 6), (2, 4)]
    frame = frame_with([[0], [3, 5], [1, 2, 7, 8], [6, 4]], pairs)

    untangle(frame)

    assert crossings(frame.columns, frame.right_of) == 0
    assert [sorted(column) for column in frame.columns] == [[0], [3, 5], [1, 2, 7, 8], [4, 6]]


@pytest.mark.parametrize("name", REAL_SYSTEMS)
def test_real_systems_are_untangled(vectors: Path, name: str) -> None:
    """Half of the crossings of the order in the file are gone at least; six on two have fifteen in any order."""
    graph = real_system(vectors, name)
    number_of = {name: number for number, name in enumerate(graph.services)}
    links = sorted(Link(number_of[edge.source], number_of[edge.target]) for edge in graph.edges())
    frame = frame_of(sorted({box for link in links for box in link[:2]}), links, len(number_of))
    before = crossings(frame.columns, frame.right_of)

    untangle(frame)

    assert crossings(frame.columns, frame.right_of) <= max(before // 2, 15)


def test_neighbours_in_a_column_keep_their_distance() -> None:
    """A hub with forty dependents has forty rows of boxes, none nearer to the next than their height."""
    layout = lay_out([Size(80, 34)] * 41, [Link(box, 0) for box in range(1, 41)])

    rows = sorted(layout.boxes[box].y for box in range(1, 41))
    assert min(lower - upper for upper, lower in pairwise(rows)) > 34
