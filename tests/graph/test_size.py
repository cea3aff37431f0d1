"""How large a system is said to be, whole or in part."""

from __future__ import annotations

from tests.graph.systems import graph_of_edges
from tiktoktoe_cli.graph.selection.overview import Cycles, Overview
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
    """Boxes of services are no services; where all are boxes, services are not mentioned."""
    hidden = (Hidden(Filter.FOCUS, 1_000, 0), Hidden(Filter.COLLAPSE, 2, 3))
    box = {"c": ("x", "y")}

    assert shown_words(Overview(GRAPH, GRAPH, WAVES, hidden, box)) == (
        "2 of 1,004 services, 1 box, 1 of 4 dependencies, 2 start waves of boxes"
    )
    assert shown_words(Overview(GRAPH, GRAPH, WAVES, members=dict.fromkeys("abc", ()))) == (
        "3 boxes, 1 dependency, 2 start waves of boxes"
    )
    assert shown_words(Overview(GRAPH, GRAPH, WAVES)) == size_words(GRAPH, WAVES)


def test_waves_of_a_part_are_counted_of_all() -> None:
    """A part in the last wave of three is not a system of one wave."""
    assert shown_words(Overview(GRAPH, GRAPH, ((), (), ("a", "b", "c")))).endswith("1 of 3 start waves")


def test_boxes_without_an_order_are_no_system_without_one() -> None:
    """It is said of whom it is true."""
    boxes = Overview(GRAPH, GRAPH, None, cycles=Cycles(boxes=("x/", "y/")))
    system = Overview(GRAPH, GRAPH, None, cycles=Cycles(services=("a",)))

    assert shown_words(boxes).endswith("1 dependency, no order of the boxes")
    assert shown_words(system).endswith("1 dependency, no start order")
