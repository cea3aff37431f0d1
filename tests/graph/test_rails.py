"""The rails view: what it looks like, and that nothing gets lost in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.graph.reading import read_rails
from tests.graph.systems import REAL_SYSTEMS, graph_of, graph_of_edges, random_edges, real_system
from tiktoktoe_cli.graph.facts import survey
from tiktoktoe_cli.graph.plan import start_waves
from tiktoktoe_cli.graph.render import draw_graph, draw_rails, legend
from tiktoktoe_cli.graph.reports.overview import report_of
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.graph import Graph

SHOP = {
    "frontend": {"depends_on": {"cart": {}, "catalog": {}}},
    "cart": {"depends_on": {"redis": {}, "mail": {"kind": "runtime"}}},
    "catalog": {"depends_on": {"postgres": {}, "tracing": {"kind": "soft"}, "ghost": {}}},
    "postgres": {},
    "redis": {},
    "mail": {},
}
SIX_TWINS = {f"worker-{number}": {"depends_on": {"queue": {}}} for number in range(6)}


def facts_of(graph: Graph) -> tuple[dict[str, int], set[tuple[str, str, str]]]:
    """Return what a reader of the rails should learn of a graph."""
    waves = {name: number for number, wave in enumerate(start_waves(graph), start=1) for name in wave}
    return waves, {
        (
            edge.source,
            edge.target,
            str(edge.kind) if edge.target in graph.services else f"undefined {edge.kind}",
        )
        for edge in graph.edges()
    }


def rails_of(graph: Graph, width: int | None = None, *, unicode: bool = True) -> str:
    """Draw a graph that is known to fit."""
    drawn = draw_rails(graph, start_waves(graph), width, unicode=unicode)
    assert drawn is not None
    return drawn


def test_a_shop_looks_like_this() -> None:
    """One line per service in start order; rails, tees and ends; other edges in words."""
    assert rails_of(graph_of(SHOP)) == (
        "1 mail\n"
        "1 postgres ─┐\n"
        "1 redis    ─│─┐\n"
        "2 cart     ─│─┴─┐  runtime: mail\n"
        "2 catalog  ─┴─┐ │  undefined soft: tracing; undefined start: ghost\n"
        "3 frontend ───┴─┘\n"
    )


def test_ascii_says_the_same() -> None:
    """Where only ASCII can be shown, the rails are drawn with dots, bars, pluses and ticks."""
    graph = graph_of_edges("abc", [("b", "a"), ("c", "a"), ("c", "b")])

    drawn = rails_of(graph, unicode=False)

    assert drawn == "1 a -.\n2 b -+-.\n3 c -'-'\n"


def test_look_alikes_are_folded_when_that_makes_it_fit() -> None:
    """Services with the same dependencies and dependents share a line, and are named below."""
    graph = graph_of({"queue": {}, **SIX_TWINS, "report": {"depends_on": {name: {} for name in SIX_TWINS}}})

    narrow = rails_of(graph, width=20)

    assert narrow.splitlines()[:3] == ["1 queue       ─┐", "2 worker-0 +5 ─┴─┐", "3 report      ───┘"]
    assert read_rails(narrow) == facts_of(graph)


def test_services_that_need_other_things_are_not_folded() -> None:
    """Having the same dependents is not enough to share a line."""
    odd = {"other": {}, "odd": {"depends_on": {"other": {}}}}
    report = {"report": {"depends_on": {name: {} for name in [*SIX_TWINS, "odd"]}}}
    graph = graph_of({"queue": {}, **SIX_TWINS, **odd, **report})

    narrow = rails_of(graph, width=20)

    assert "2 odd " in narrow
    assert read_rails(narrow) == facts_of(graph)


@pytest.mark.parametrize("name", REAL_SYSTEMS)
@pytest.mark.parametrize("unicode", [True, False])
def test_real_systems_can_be_read_back(vectors: Path, name: str, *, unicode: bool) -> None:
    """From the picture of a real system its services, waves and edges come out again."""
    graph = real_system(vectors, name)

    assert read_rails(rails_of(graph, unicode=unicode)) == facts_of(graph)


@given(drawn=random_edges(acyclic=True), unicode=st.booleans(), width=st.sampled_from([None, 14, 18, 22]))
def test_any_picture_can_be_read_back(
    *, drawn: tuple[list[str], list[tuple[str, str]]], unicode: bool, width: int | None
) -> None:
    """Whatever the graph, the style and the folding, the picture holds every service and every edge."""
    graph = graph_of_edges(*drawn)

    text = draw_rails(graph, start_waves(graph), width, unicode=unicode)

    assert text is None or read_rails(text) == facts_of(graph)


@given(
    names=st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=5, unique=True),
    kind=st.sampled_from(["start", "runtime", "soft"]),
    unicode=st.booleans(),
)
@example(names=['a "b"', "c\n\r\t", "─┐", "🦀", "+1"], kind="runtime", unicode=False)
@example(names=["like a: b", "a; soft: b", "x, y", "e\u0301", "\u202e"], kind="soft", unicode=True)
def test_hostile_names_can_be_read_back(*, names: list[str], kind: str, unicode: bool) -> None:
    """Quotes, line ends, box characters and emoji in names change neither lines nor edges."""
    graph = graph_of_edges(names, [(names[1], names[0]), (names[0], "ghost, town")], kind)

    assert read_rails(rails_of(graph, unicode=unicode)) == facts_of(graph)


def test_what_does_not_fit_becomes_a_table() -> None:
    """On a terminal that is too narrow for the rails a table of dependencies is shown instead."""
    graph = graph_of({"a" * 300: {"depends_on": {"b": {}}}, "b": {}})

    shown = draw_graph(survey(graph), report_of(survey(graph)), View(terminal=True, width=40))

    assert shown.startswith("NAME")
    assert max(map(width_of, shown.splitlines())) <= 40


def test_a_cycle_becomes_a_table() -> None:
    """A graph without a start order is still shown, with its dependencies."""
    graph = graph_of_edges("ab", [("a", "b"), ("b", "a")])

    shown = draw_graph(survey(graph), report_of(survey(graph)), View())

    assert [line.split() for line in shown.splitlines()] == [
        ["NAME", "WAVE", "VERSION", "DEPENDS_ON"],
        ["a", "<none>", "<none>", "b"],
        ["b", "<none>", "<none>", "a"],
    ]


def test_a_file_gets_rails_of_any_width(vectors: Path) -> None:
    """Off a terminal nothing is cut or folded."""
    graph = real_system(vectors, "otel-demo-full")

    shown = draw_graph(survey(graph), report_of(survey(graph)), View(width=10))

    assert len(shown.splitlines()) == len(graph.services)


def test_the_legend_shows_the_marks_that_are_used() -> None:
    """The legend explains the marks of the style in use."""
    assert (
        legend(unicode=False)
        == "+ ' on a rail: depends on the service where the rail begins (.); | passes by"
    )


def test_a_thousand_rails_are_too_many() -> None:
    """A graph whose rails nobody could follow is not drawn."""
    names = [f"s{number}" for number in range(1_000)]
    services: dict[str, Any] = {name: {} for name in names}
    services["hub"] = {"depends_on": {name: {"version": "*"} for name in names}}
    services |= {f"t{number}": {"depends_on": {names[number]: {}}} for number in range(1_000)}

    graph = graph_of(services)

    assert draw_rails(graph, start_waves(graph), None) is None
