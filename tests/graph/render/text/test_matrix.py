"""The matrix view: what it looks like, and when it fits."""

from __future__ import annotations

from tests.graph.render.text.drawing import drawn, monitoring_stack
from tests.graph.systems import graph_of, graph_of_edges
from tiktoktoe_cli.graph.choices import GraphView
from tiktoktoe_cli.graph.render.text.matrix import draw_matrix
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of, without_ansi

SHOP = {
    "cart": {
        "depends_on": {"redis": {}, "mail": {"kind": "runtime"}, "audit": {"required": False}, "ghost": {}}
    },
    "redis": {"depends_on": {"mail": {"kind": "runtime", "required": False}, "audit": {"kind": "soft"}}},
    "audit": {},
    "mail": {"depends_on": {"cart": {"kind": "runtime"}}},
}


def test_a_shop_looks_like_this() -> None:
    """Rows and columns in start order, names that no service has at the end, a mark for each kind."""
    assert drawn(graph_of(SHOP), GraphView.MATRIX) == (
        "                    │ 1 2 3 4 5\n"
        "1 audit             │ ╲\n"
        "2 mail              │   ╲   ○\n"
        "3 redis             │ · ◦ ╲\n"
        "4 cart              │ ◐ ○ ● ╲ ●\n"
        "5 ghost (undefined) │         ╲\n"
    )


def test_ascii_says_the_same() -> None:
    """Where only ASCII can be shown, capital letters are required and small ones optional."""
    services = {
        "a": {},
        "b": {"depends_on": {"a": {}}},
        "c": {"depends_on": {"a": {"kind": "soft"}, "b": {"required": False}}},
        "d": {"depends_on": {"a": {"kind": "runtime"}, "b": {"kind": "runtime", "required": False}}},
    }

    assert drawn(graph_of(services), GraphView.MATRIX, View(unicode=False)) == (
        "    | 1 2 3 4\n1 a | \\\n2 d | R \\ r\n3 b | S   \\\n4 c | .   s \\\n"
    )


def test_a_cycle_shows_above_the_diagonal() -> None:
    """Whatever has no start order has a start dependency above the diagonal, or on it; both are red."""
    graph = graph_of_edges("abc", [("a", "b"), ("b", "a"), ("c", "c")])

    shown = drawn(graph, GraphView.MATRIX, View(color=True)).splitlines()

    assert [without_ansi(line) for line in shown[1:4]] == ["1 b │ ╲ ●", "2 a │ ● ╲", "3 c │     ●"]
    assert [line.count("\x1b[31m●") for line in shown[1:4]] == [1, 0, 1]


def test_columns_move_together_before_they_do_not_fit() -> None:
    """57 services fit 90 columns without room between them, and do not fit 60."""
    overview = survey(monitoring_stack())

    dense = draw_matrix(overview, View(), 90)

    assert dense is not None
    assert len(dense) == 57 + 2
    assert max(map(width_of, dense)) <= 90
    assert draw_matrix(overview, View(), 60) is None


def test_the_frame_is_straight() -> None:
    """Names in wide characters do not move their rows."""
    lines = drawn(graph_of_edges(["日本", "x" * 9], []), GraphView.MATRIX).splitlines()

    assert {width_of(line.partition("│")[0]) for line in lines} == {12}


def test_a_thousand_columns_are_too_many() -> None:
    """A matrix that nobody could follow is not drawn."""
    assert draw_matrix(survey(graph_of({f"s{number}": {} for number in range(501)})), View(), None) is None
