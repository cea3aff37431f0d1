"""The tree view: what it looks like, and that it grows as the graph does."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest

from tests.graph.render.text.drawing import drawn, edges_of
from tests.graph.render.text.reading import read_tree
from tests.graph.systems import graph_of, graph_of_edges
from tiktoktoe_cli.graph.choices import GraphView
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import without_ansi

SHOP = {
    "alone": {},
    "frontend": {"depends_on": {"cart": {}, "catalog": {"required": False}, "ghost": {}}},
    "cart": {"depends_on": {"redis": {"condition": "started", "restart": True}, "catalog": {}}},
    "catalog": {"depends_on": {"postgres": {"evidence": "inferred"}, "redis": {"kind": "runtime"}}},
    "postgres": {},
    "redis": {},
}


def test_a_shop_looks_like_this() -> None:
    """Roots are what nothing depends on; what is shown already is marked; an edge says what is special about it."""
    assert drawn(graph_of(SHOP), GraphView.TREE) == (
        "frontend\n"
        "├── cart\n"
        "│   ├── redis (started, restart)\n"
        "│   └── catalog\n"
        "│       ├── postgres (inferred)\n"
        "│       └── redis (runtime)\n"
        "├── catalog (optional) (*)\n"
        "└── ghost (undefined)\n"
        "alone\n"
    )


def test_ascii_says_the_same() -> None:
    """Where only ASCII can be shown, the branches are drawn with bars, dashes and backquotes."""
    graph = graph_of_edges("abc", [("a", "b"), ("b", "c"), ("a", "c")])

    assert drawn(graph, GraphView.TREE, View(unicode=False)) == "a\n|-- b\n|   `-- c\n`-- c\n"


def test_a_cycle_is_marked_where_it_closes() -> None:
    """Of services in a circle that nobody else depends on the first is a root; the way back is marked."""
    graph = graph_of_edges("abcd", [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "d")])

    tree = drawn(graph, GraphView.TREE).partition("\n\n")[0]

    assert tree == "a\n└── b\n    └── c\n        ├── a (cycle)\n        └── d\n            └── d (cycle)"


@pytest.mark.parametrize("layers", [10, 20])
def test_shared_trees_are_unfolded_once(layers: int) -> None:
    """Six services on each of ten layers, all depending on the next layer: unfolded, 72 million lines."""
    names = [[f"{layer}-{number}" for number in range(6)] for layer in range(layers)]
    edges = [(a, b) for upper, lower in pairwise(names) for a in upper for b in lower]
    graph = graph_of_edges(list(chain(*names)), edges)

    lines = drawn(graph, GraphView.TREE).splitlines()

    assert len(lines) == len(edges) + 6


def test_what_is_too_deep_goes_on_below() -> None:
    """A chain of a thousand services does not run out of the page: its tree goes on with a root of its own."""
    names = [f"s{number}" for number in range(1_000)]
    graph = graph_of_edges(names, list(pairwise(names)))

    text = drawn(graph, GraphView.TREE)

    assert max(map(len, text.splitlines())) < 300
    assert text.count("(below)") == text.count("(from above)") == 16
    assert read_tree(text).edges == edges_of(graph, wordy=True)


def test_colours_add_nothing() -> None:
    """Without the colours the tree is the same."""
    graph = graph_of(SHOP)

    shown = drawn(graph, GraphView.TREE, View(color=True))

    assert shown != without_ansi(shown) == drawn(graph, GraphView.TREE)
