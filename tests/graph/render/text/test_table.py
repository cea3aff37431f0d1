"""The table view: what it looks like, and that nothing is cut."""

from __future__ import annotations

from tests.graph.render.text.drawing import drawn, edges_of
from tests.graph.render.text.reading import read_table
from tests.graph.systems import graph_of, graph_of_edges
from tiktoktoe_cli.graph.choices import GraphView
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of

SHOP = {
    "cart": {"depends_on": {"redis": {}, "mail": {"kind": "runtime", "required": False}, "ghost": {}}},
    "redis": {},
    "mail": {},
}


def test_a_shop_looks_like_this() -> None:
    """A line for each service in the order of the configuration; dependencies say what is special about them."""
    assert drawn(graph_of(SHOP), GraphView.TABLE) == (
        "NAME   WAVE  DEPENDS_ON\n"
        "cart      2  redis, mail (runtime, optional), ghost (undefined)\n"
        "redis     1  -\n"
        "mail      1  -\n"
    )


def test_what_does_not_fit_goes_on_below() -> None:
    """Dependencies are wrapped between them, and a name that is too long has its line for itself."""
    services = {"a" * 30: {"depends_on": {"beta": {}, "gamma": {}, "delta": {}, "epsilon": {}, "zeta": {}}}}

    assert drawn(graph_of(services), GraphView.TABLE, View(width=40, terminal=True)) == (
        "NAME                  WAVE  DEPENDS_ON\n"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
        "                         1  beta (undefined),\n"
        "                            gamma (undefined),\n"
        "                            delta (undefined),\n"
        "                            epsilon (undefined),\n"
        "                            zeta (undefined)\n"
    )


def test_every_edge_is_there_however_narrow_it_is() -> None:
    """The last resort of a terminal that is too narrow for anything else loses nothing."""
    names = [f"s{number}" for number in range(100)]
    graph = graph_of_edges(["hub", *names], [("hub", name) for name in names])

    shown = drawn(graph, GraphView.TABLE, View(width=30, terminal=True))

    assert max(map(width_of, shown.splitlines())) <= 40
    assert read_table(shown).edges == edges_of(graph, wordy=True)


def test_without_a_start_order_there_are_no_waves() -> None:
    """Services in a cycle have no wave, and the cycle is named below."""
    shown = drawn(graph_of_edges("ab", [("a", "b"), ("b", "a")]), GraphView.TABLE)

    assert shown == (
        "NAME  WAVE  DEPENDS_ON\na        -  b\nb        -  a\n\nno start order exists: `a` → `b` → `a`\n"
    )
