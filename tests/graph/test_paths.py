"""Why one service depends on another."""

from __future__ import annotations

from itertools import pairwise
from math import comb
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.paths import MOST_COUNTED, explain

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.paths import Path, Why

SHOP = {
    "gateway": {"depends_on": {"cart": {}, "ads": {"kind": "soft"}}},
    "cart": {"depends_on": {"redis": {"required": False}, "vault": {}}},
    "ads": {"depends_on": {"redis": {}}},
    "vault": {"depends_on": {"redis": {"kind": "runtime"}}},
    "redis": {"depends_on": {"disk": {}, "ghost": {}}},
    "disk": {},
}


def ways(paths: tuple[Path, ...]) -> list[str]:
    """Write paths with the first letters of their services."""
    return ["".join([path[0].source[0], *(edge.target[0] for edge in path)]) for path in paths]


def why(source: str, target: str, most: int = 100, **options: Any) -> Why:
    """Ask of the shop."""
    return explain(graph_of(SHOP), source, target, most, **options)


def test_the_shortest_paths_come_first() -> None:
    """All paths are listed, the shortest first, and counted."""
    facts = why("gateway", "redis")

    assert ways(facts.paths) == ["gcr", "gar", "gcvr"]
    assert (facts.shortest_count, facts.total) == (2, 3)


def test_only_the_shortest_are_asked_for() -> None:
    """Longer paths are counted, and not listed; nor are more than were asked for."""
    assert ways(why("gateway", "redis", only_shortest=True).paths) == ["gcr", "gar"]
    assert ways(why("gateway", "redis", most=1).paths) == ["gcr"]
    assert why("gateway", "redis", most=1).total == 3


def test_the_way_that_nothing_is_optional_on() -> None:
    """A service cannot do without another if there is a path of required dependencies, though it be a longer one."""
    facts = why("gateway", "redis")

    assert facts.required is not None
    assert ways((facts.required,)) == ["gcvr"]
    assert why("ads", "redis").required == why("ads", "redis").paths[0]
    assert why("gateway", "ads").required is None


def test_what_is_on_every_path_separates_them() -> None:
    """A dependency without which there is no path is told; where there is a way around, there is none."""
    assert why("gateway", "redis").cuts == ()
    assert [(edge.source, edge.target) for edge in why("gateway", "disk").cuts] == [("redis", "disk")]


def test_a_name_that_no_service_has_may_be_the_target() -> None:
    """What is only mentioned as a dependency is depended on all the same."""
    assert ways(why("ads", "ghost").paths) == ["arg"]


def test_there_is_no_path() -> None:
    """Who does not depend on another is told so, and whether it is the other way round."""
    assert (why("disk", "gateway").paths, why("disk", "gateway").is_reverse) == ((), True)
    assert (why("disk", "ghost").total, why("disk", "ghost").is_reverse) == (0, False)
    assert why("ghost", "disk").shortest_count == 0


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("gatewya", "redis", "unknown service: `gatewya`"),
        ("gateway", "rediss", "unknown service: `rediss`"),
        ("cart", "cart", "`cart` is only one service"),
    ],
)
def test_two_services_are_asked_for(source: str, target: str, message: str) -> None:
    """Names must be known, and two."""
    with pytest.raises(UsageError) as refused:
        why(source, target)

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("kinds", "lies_on_a_cycle"),
    [
        ({"a": {"b": "start"}, "b": {"a": "start"}}, True),
        ({"a": {"b": "start"}, "b": {"a": "runtime"}}, True),
        ({"a": {"a": "start"}, "b": {}}, True),
        ({"a": {"b": "start"}, "b": {"a": "soft"}}, False),
        ({"a": {"b": "start"}, "b": {"b": "start"}}, False),
    ],
)
def test_who_asks_of_one_service_alone_is_shown_its_cycle(
    kinds: dict[str, dict[str, str]], *, lies_on_a_cycle: bool
) -> None:
    """Only where there is one that the rules tell: a soft dependency makes none."""
    graph = graph_of(
        {
            name: {"depends_on": {target: {"kind": kind} for target, kind in targets.items()}}
            for name, targets in kinds.items()
        }
    )

    with pytest.raises(UsageError) as refused:
        explain(graph, "a", "a", 1)

    assert ("graph validate --only TTG101" in (refused.value.hint or "")) is lies_on_a_cycle


@given(random_edges(), st.data())
def test_all_paths_are_those_of_networkx(
    drawn: tuple[list[str], list[tuple[str, str]]], data: st.DataObject
) -> None:
    """In any graph, the paths are networkx's simple ones, none is listed before a shorter one, all are counted."""
    names, edges = drawn
    source, target = data.draw(st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(_are_two))
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)

    facts = explain(graph_of_edges(names, edges), source, target, 30)

    expected = sorted(map(tuple, nx.all_simple_edge_paths(oracle, source, target)), key=len)
    found = [tuple((edge.source, edge.target) for edge in path) for path in facts.paths]
    assert [len(path) for path in found] == [len(path) for path in expected[:30]]
    assert len(set(found)) == len(found)
    assert set(found) <= set(expected)
    assert facts.shortest_count == sum(len(path) == len(expected[0]) for path in expected)
    assert facts.total in {len(expected), None}
    assert facts.total is not None or len(expected) > 30
    assert facts.is_reverse == nx.has_path(oracle, target, source)


def _are_two(names: tuple[str, str]) -> bool:
    return names[0] != names[1]


@given(random_edges().filter(lambda drawn: len(drawn[0]) > 1), st.data())
def test_cuts_are_the_edges_that_separate(
    drawn: tuple[list[str], list[tuple[str, str]]], data: st.DataObject
) -> None:
    """An edge is a cut if, and only if, nothing connects the two without it."""
    names, edges = drawn
    source, target = data.draw(st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(_are_two))
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)
    connected = nx.has_path(oracle, source, target)

    cuts = {
        (edge.source, edge.target) for edge in explain(graph_of_edges(names, edges), source, target, 1).cuts
    }

    for edge in edges:
        oracle.remove_edge(*edge)
        assert (edge in cuts) == (connected and not nx.has_path(oracle, source, target))
        oracle.add_edge(*edge)


def test_an_exploding_number_of_paths_is_counted_not_listed() -> None:
    """In a grid of 30 by 30 services there are more paths than anybody could list."""
    size = 30
    cells = [(row, column) for row in range(size) for column in range(size)]
    names = {cell: f"r{cell[0]}c{cell[1]}" for cell in cells}
    steps = [(cell, (cell[0] + down, cell[1] + 1 - down)) for cell in cells for down in (0, 1)]
    edges = [(names[cell], names[other]) for cell, other in steps if other in names]

    facts = explain(graph_of_edges(list(names.values()), edges), "r0c0", "r29c29", 10)

    assert len(facts.paths) == 10
    assert facts.total == facts.shortest_count == comb(58, 29)


def test_counting_ends_with_more_than_anybody_wants_to_know() -> None:
    """Of 2^61 paths, which are more than 10^18, it is only known that they are more."""
    steps = [f"t{number}" for number in range(62)]
    sides = [(above, f"{side}{above}", below) for above, below in pairwise(steps) for side in "ab"]
    edges = [edge for above, side, below in sides for edge in ((above, side), (side, below))]

    facts = explain(graph_of_edges([*steps, *(side for _, side, _ in sides)], edges), "t0", "t61", 1)

    assert facts.total == facts.shortest_count == MOST_COUNTED + 1


def test_circles_end_the_search_some_time() -> None:
    """Where everything depends on everything, the search gives up, and says so."""
    names = [f"s{number}" for number in range(40)]
    inside = [(a, b) for a in names[1:-1] for b in names[1:-1] if a != b]
    graph = graph_of_edges(names, [("s0", "s1"), ("s38", "s39"), *inside])

    facts = explain(graph, "s0", "s39", 100_000)

    assert ways((facts.paths[0],)) == ["ssss"]
    assert facts.total is None


def test_a_long_chain_is_explained_at_once() -> None:
    """A chain far beyond Python's recursion limit is one path, and each of its edges is a cut."""
    names = [f"s{number}" for number in range(20_000)]

    facts = explain(graph_of_edges(names, list(pairwise(names))), "s0", "s19999", 10)

    assert (len(facts.paths[0]), facts.total, len(facts.cuts)) == (19_999, 1, 19_999)
