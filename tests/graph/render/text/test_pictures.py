"""All text views: that every edge can be read back, which one is chosen, and what they say of what they do not show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.render.systems import everything
from tests.graph.render.text.drawing import drawn, edges_of, systems
from tests.graph.render.text.reading import read_matrix, read_rails, read_table, read_tree
from tests.graph.systems import REAL_SYSTEMS, graph_of, graph_of_edges, real_system
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.choices import GraphView
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.render.text import draw_graph
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection, select
from tiktoktoe_cli.report import View
from tiktoktoe_cli.report.text import width_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.graph.render.text.reading import Seen
    from tiktoktoe_cli.graph import Graph

READERS = {
    GraphView.RAILS: read_rails,
    GraphView.FOLDED: read_rails,
    GraphView.TREE: read_tree,
    GraphView.TABLE: read_table,
    GraphView.MATRIX: read_matrix,
}
WORDY = {GraphView.TREE, GraphView.TABLE}
"""The views that also say what a start dependency waits for."""
WITH_WAVES = {GraphView.RAILS, GraphView.FOLDED, GraphView.TABLE}

views = st.builds(
    View,
    width=st.integers(12, 120),
    terminal=st.booleans(),
    unicode=st.booleans(),
    color=st.just(value=False),
)


def assert_says_all(graph: Graph, kind: GraphView, text: str) -> Seen:
    """Read a picture, and compare it with the graph."""
    seen = READERS[kind](text)
    assert seen.services.keys() == graph.services.keys()
    assert seen.edges == edges_of(graph, wordy=kind in WORDY)
    return seen


@pytest.mark.parametrize("name", [*REAL_SYSTEMS, "temporal-multirole"])
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("kind", GraphView)
def test_real_systems_can_be_read_back(vectors: Path, name: str, kind: GraphView, *, unicode: bool) -> None:
    """From every picture of a real system its services and edges come out again, and where they are shown its waves."""
    graph = real_system(vectors, name)

    seen = assert_says_all(graph, kind, drawn(graph, kind, View(unicode=unicode)))

    if kind in WITH_WAVES:
        waves = survey(graph).waves or ()
        assert seen.services == {name: number for number, wave in enumerate(waves, start=1) for name in wave}


@given(graph=systems(), kind=st.sampled_from(GraphView), view=views)
def test_any_graph_can_be_read_back(graph: Graph, kind: GraphView, view: View) -> None:
    """Whatever the names, kinds and cycles, the style and the width, a picture holds every service and every edge."""
    assert_says_all(graph, kind, drawn(graph, kind, view))


@given(graph=systems(acyclic=True), width=st.integers(8, 100))
def test_what_is_chosen_fits_and_can_be_read_back(graph: Graph, width: int) -> None:
    """Unless names are longer than a line, rails and matrix stay within the terminal; the table loses nothing."""
    overview = survey(graph)

    kind, text, _ = draw_graph(overview, View(width=width, terminal=True))

    assert_says_all(graph, kind, text)
    if kind is not GraphView.TABLE:
        assert max(map(width_of, text.partition("\n\n")[0].partition("like ")[0].splitlines())) <= width


@given(graph=systems(), kinds=st.sets(st.sampled_from(EdgeKind)), fold=st.booleans())
def test_a_part_of_a_graph_can_be_read_back(graph: Graph, *, kinds: set[EdgeKind], fold: bool) -> None:
    """The picture of a selection holds what is selected, and says what is not."""
    selection = Selection(kinds=kinds, collapse=(), reduce=True)
    part = select(graph, selection)
    kind = GraphView.FOLDED if fold else GraphView.RAILS

    text = drawn(graph, kind, selection=selection)

    assert_says_all(part.graph, kind, text)
    assert ("\nhidden: " in text) == bool(part.hidden)


def test_the_first_view_that_fits_is_taken() -> None:
    """On a terminal: rails, then rails with look-alikes folded, then the matrix, then the table."""
    names = [f"s{number}" for number in range(12)]
    edges = [(names[upper], names[lower]) for upper in range(12) for lower in range(upper)]
    overview = survey(graph_of_edges(names, edges))

    kinds = [draw_graph(overview, View(width=width, terminal=True)).kind for width in (30, 28, 19)]

    assert kinds == [GraphView.RAILS, GraphView.MATRIX, GraphView.TABLE]


def test_a_file_takes_rails_of_any_width(vectors: Path) -> None:
    """Off a terminal nothing is folded or cut."""
    graph = real_system(vectors, "otel-demo-full")

    assert len(drawn(graph, view=View(width=10)).splitlines()) == len(graph.services)


def test_a_view_that_is_wanted_is_drawn_whatever_its_width() -> None:
    """Who asks for a view scrolls."""
    graph = graph_of_edges("abcdefgh", [("b", "a"), ("h", "a")])

    shown = drawn(graph, GraphView.MATRIX, View(width=10, terminal=True))

    assert max(map(width_of, shown.splitlines())) > 10


@pytest.mark.parametrize("kind", [GraphView.RAILS, GraphView.MATRIX])
def test_a_view_that_nobody_could_follow_is_refused(kind: GraphView) -> None:
    """Two thousand rails or columns are not drawn, and the error says what helps."""
    names = [f"s{number}" for number in range(2_000)]
    graph = graph_of_edges(names, list(zip(names[1_000:], names, strict=False)))

    with pytest.raises(UsageError, match=f"too large for the view `{kind}`") as caught:
        drawn(graph, kind)

    assert "--focus" in (caught.value.hint or "")
    assert drawn(graph).startswith("NAME")


@pytest.mark.parametrize("kind", [None, *GraphView])
def test_nothing_is_drawn_of_nothing(kind: GraphView | None) -> None:
    """A system without services has an empty picture in every view."""
    picture = draw_graph(survey(graph_of({})), View(), kind)

    assert (picture.text, picture.legend) == ("", "")


@pytest.mark.parametrize("kind", [None, *GraphView])
def test_one_service_is_a_picture(kind: GraphView | None) -> None:
    """A system of one service shows it."""
    assert "alone" in drawn(graph_of({"alone": {}}), kind)


@pytest.mark.parametrize("kind", [None, GraphView.FOLDED, GraphView.TREE, GraphView.TABLE])
def test_ten_thousand_services_are_drawn(kind: GraphView | None) -> None:
    """A hub that thousands depend on, and thousands on their own, all are there."""
    needs = [{"depends_on": {"hub": {}}}, {}]
    graph = graph_of({"hub": {}, **{f"s{number}": needs[number % 2] for number in range(10_000)}})

    text = drawn(graph, kind)

    assert all(name in text for name in ("hub", "s4999", "s9999"))


LINES = {GraphView.RAILS: "─", GraphView.MATRIX: "│╲"}
"""What only leads the eye."""


PAIRS = [("b", "a"), ("c", "a"), ("c", "b"), ("d", "a"), ("d", "b"), ("d", "c")]
NEEDS = st.builds(
    lambda kind, required: {"kind": kind, "required": required}, st.sampled_from(EdgeKind), st.booleans()
)


@given(needs=st.dictionaries(st.sampled_from(PAIRS), NEEDS), kind=st.sampled_from([*LINES]))
def test_the_legend_explains_the_marks_that_occur(needs: dict[tuple[str, str], Any], kind: GraphView) -> None:
    """All of them, with words behind each, and no others: a legend is about the picture that it belongs to."""
    services: dict[str, Any] = {name: {"depends_on": {}} for name in "abcd"}
    for (source, target), edge in needs.items():
        services[source]["depends_on"][target] = edge

    _, text, legend = draw_graph(survey(graph_of(services)), View(), kind)

    entries = [re.fullmatch(r"((?:[^\w\s] )*)(\w.*)", entry) for entry in legend.split("; ") if entry]
    explained = {mark for entry in entries if entry for mark in entry[1].split()}
    assert None not in entries
    assert explained == {mark for mark in text if not mark.isascii()} - {*LINES[kind]}


def test_views_in_words_need_no_legend() -> None:
    """Nor does a picture of single services; a group that is drawn as one is explained in each."""
    chain = survey(graph_of_edges("ab", [("a", "b")]))
    boxes = survey(graph_of({"a": {"group": "g"}}), Selection(collapse=()))

    assert [draw_graph(chain, View(), kind).legend for kind in WORDY] == ["", ""]
    assert all("name/ is a box" in draw_graph(boxes, View(), kind).legend for kind in GraphView)


@pytest.mark.parametrize("kind", GraphView)
def test_nothing_is_lost_on_white_or_on_black(kind: GraphView) -> None:
    """No text has the colour of a paper, or one that is as pale as that on some terminals: yellow and blue."""
    shown = drawn(everything().graph, kind, View(color=True))

    styles = set(re.findall(r"\x1b\[([\d;]+)m", shown))
    assert styles <= {"0", "1", "2", "31", "32", "35", "36"}
