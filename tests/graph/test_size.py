"""How large a system is said to be, whole or in part."""

from __future__ import annotations

from tests.graph.systems import graph_of_edges
from tiktoktoe_cli.graph.selection.overview import Overview
from tiktoktoe_cli.graph.selection.selection import Filter, Hidden
from tiktoktoe_cli.graph.size import counts, shown_words, size_words, start_counts

GRAPH = graph_of_edges("abc", [("a", "b")])
WAVES = (("b", "c"), ("a",))


def test_a_whole_system_is_counted() -> None:
    """Services, dependencies and waves, which are called as they are used."""
    assert size_words(GRAPH, WAVES) == "3 services, 1 dependency, 2 start waves"
    assert size_words(GRAPH, WAVES, "stop wave") == "3 services, 1 dependency, 2 stop waves"
    assert counts(GRAPH) == {"services": 3, "dependencies": 1}
    assert start_counts(GRAPH, WAVES) == {"services": 3, "dependencies": 1, "start_waves": 2}


def test_without_an_order_there_are_no_waves() -> None:
    """That is said, and is not a nought."""
    assert size_words(GRAPH, None) == "3 services, 1 dependency, no start order"
    assert start_counts(GRAPH, None)["start_waves"] is None
    assert start_counts(GRAPH, ())["start_waves"] == 0


def test_of_a_part_it_is_said_of_how_much() -> None:
    """Groups that are drawn as one are no services; where all are groups, services are not mentioned."""
    hidden = (Hidden(Filter.FOCUS, 1_000, 0), Hidden(Filter.COLLAPSE, 2, 3))
    group = {"c": ("x", "y")}

    assert shown_words(Overview(GRAPH, WAVES, hidden, group)) == (
        "2 of 1,004 services, 1 group, 1 of 4 dependencies, 2 start waves"
    )
    assert shown_words(Overview(GRAPH, WAVES, members=dict.fromkeys("abc", ()))) == (
        "3 groups, 1 dependency, 2 start waves"
    )
    assert shown_words(Overview(GRAPH, WAVES)) == size_words(GRAPH, WAVES)
