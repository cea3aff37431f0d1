"""Which part of a graph is taken, and that what is not taken is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.render.text.drawing import systems
from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.choices import Direction
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.rules import Subject
from tiktoktoe_cli.graph.rules.redundancy import find_redundant_edges
from tiktoktoe_cli.graph.selection.selection import Filter, Hidden, Selection, select

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph

SHOP: dict[str, Any] = {
    "web": {"depends_on": {"orders": {}, "stock": {}}, "group": "edge", "tags": ["public"]},
    "orders": {"depends_on": {"stock": {}, "ledger": {}, "ghost": {}}, "group": "core"},
    "stock": {
        "depends_on": {"ledger": {}, "mail": {"kind": "runtime"}},
        "group": "core",
        "tags": ["public", "slow"],
    },
    "ledger": {"group": "money", "tags": ["slow"]},
    "mail": {},
    "cron": {},
}


def shown(selection: Selection, services: dict[str, Any] = SHOP) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the services and edges that are selected."""
    graph = select(graph_of(services), selection).graph
    return set(graph.services), {(edge.source, edge.target) for edge in graph.edges()}


def test_everything_is_taken_by_default() -> None:
    """Without a selection the graph is the same, and nothing is hidden."""
    graph = graph_of(SHOP)

    part = select(graph, Selection())

    assert part.graph is graph
    assert part.hidden == ()


def test_a_focus_takes_both_ways() -> None:
    """Only the service, what it needs, who needs it, and every dependency between these."""
    names, edges = shown(Selection(focus=["stock"]))

    assert names == {"web", "orders", "stock", "ledger", "mail"}
    assert len(edges) == 7
    assert shown(Selection(focus=["stock"], direction=Direction.DOWN))[0] == {"stock", "ledger", "mail"}
    assert shown(Selection(focus=["stock"], direction=Direction.UP))[0] == {"stock", "web", "orders"}


def test_a_depth_counts_steps_from_the_focus() -> None:
    """One step is what is connected directly, no step the service alone."""
    assert shown(Selection(focus=["ledger"], depth=1))[0] == {"ledger", "orders", "stock"}
    assert shown(Selection(focus=["ledger"], depth=0)) == ({"ledger"}, set())


def test_a_depth_alone_counts_from_the_top() -> None:
    """Without a focus the steps are counted from the services that nobody depends on."""
    assert shown(Selection(depth=0))[0] == {"web", "cron"}
    assert shown(Selection(depth=1))[0] == {"web", "cron", "orders", "stock"}


def test_several_focuses_are_joined() -> None:
    """What is near one of them is enough."""
    assert shown(Selection(focus=["cron", "mail"], depth=1))[0] == {"cron", "mail", "stock"}


def test_kinds_hide_edges_and_the_ways_over_them() -> None:
    """Only dependencies of these kinds are shown, and a focus goes over no others."""
    names, edges = shown(Selection(kinds=[EdgeKind.RUNTIME]))

    assert (len(names), edges) == (6, {("stock", "mail")})
    assert "mail" not in shown(Selection(kinds=[EdgeKind.START], focus=["web"]))[0]


def test_a_dependency_on_nobody_stays_with_its_service() -> None:
    """A name that no service has is no service to be hidden: it is what is wrong with its dependent."""
    assert shown(Selection(focus=["orders"], depth=0)) == ({"orders"}, {("orders", "ghost")})


def test_tags_and_groups_mean_what_they_mean_elsewhere() -> None:
    """One of the tags and one of the groups is enough, but of each one; so it is with `health check`."""
    assert shown(Selection(tags=["public", "slow"]))[0] == {"web", "stock", "ledger"}
    assert shown(Selection(groups=["edge", "money"]))[0] == {"web", "ledger"}
    assert shown(Selection(tags=["public"], groups=["core"]))[0] == {"stock"}
    assert shown(Selection(tags=["public"], focus=["orders"]))[0] == {"web", "stock"}


def test_reducing_leaves_out_what_others_imply() -> None:
    """A start dependency that a longer way over shown ones implies is hidden; calls are not."""
    assert shown(Selection())[1] - shown(Selection(reduce=True))[1] == {
        ("web", "stock"),
        ("orders", "ledger"),
    }
    assert ("web", "stock") in shown(Selection(reduce=True, groups=["edge", "core"], tags=["public"]))[1]


def test_a_path_that_may_be_missing_implies_nothing() -> None:
    """What `a` requires stays where `b`, which leads there as well, is optional."""
    services = {
        "a": {"depends_on": {"b": {"required": False}, "c": {}}},
        "b": {"depends_on": {"c": {}}},
        "c": {},
    }

    assert ("a", "c") in shown(Selection(reduce=True), services)[1]


@given(systems())
def test_reducing_leaves_out_what_the_rule_finds(graph: Graph) -> None:
    """Exactly the edges that `graph validate` calls redundant, whatever the graph."""
    found = {finding.about for finding in find_redundant_edges(Subject(graph))}

    left = {(edge.source, edge.target) for edge in select(graph, Selection(reduce=True)).graph.edges()}

    assert {(edge.source, edge.target) for edge in graph.edges()} - left == found


def test_what_is_hidden_is_counted_by_its_reason() -> None:
    """Each filter says what it hides of what those before it left."""
    selection = Selection(kinds=[EdgeKind.START], focus=["orders"], reduce=True, collapse=["core"])

    assert select(graph_of(SHOP), selection).hidden == (
        Hidden(Filter.KIND, 0, 1),
        Hidden(Filter.FOCUS, 2, 0),
        Hidden(Filter.COLLAPSE, 2, 3),
    )


@pytest.mark.parametrize(
    ("selection", "message", "hint"),
    [
        (Selection(focus=["order"]), "unknown service: `order`", "did you mean `orders`?"),
        (Selection(tags=["pubic"]), "unknown tag: `pubic`", "did you mean `public`?"),
        (Selection(groups=["cores"]), "unknown group: `cores`", "did you mean `core`?"),
        (Selection(collapse=["cores"]), "unknown group: `cores`", "did you mean `core`?"),
        (
            Selection(tags=["slow"], groups=["edge"]),
            "no service fits all that was asked for",
            "one of the tags",
        ),
        (Selection(direction=Direction.UP), "`--direction` needs a `--focus`", "the service from which"),
    ],
)
def test_what_cannot_be_selected_is_refused(selection: Selection, message: str, hint: str) -> None:
    """Names that do not exist, selections that fit nothing and directions from nowhere are told with advice."""
    with pytest.raises(UsageError) as caught:
        select(graph_of(SHOP), selection)

    assert caught.value.message == message
    assert hint in (caught.value.hint or "")


def test_places_are_still_found() -> None:
    """What is left of a graph knows where it is written."""
    graph = graph_of(SHOP)

    part = select(graph, Selection(focus=["stock"], kinds=[EdgeKind.START])).graph

    assert [part.place_of(edge) for edge in part.edges()] == [
        graph.place_of(edge) for edge in graph.edges() if edge.target != "mail"
    ]


@given(
    drawn=random_edges(),
    focus=st.sets(st.integers(0, 8), min_size=1),
    depth=st.none() | st.integers(0, 4),
    direction=st.sampled_from([None, *Direction]),
)
def test_a_focus_is_what_networkx_reaches(
    drawn: tuple[list[str], list[tuple[str, str]]],
    focus: set[int],
    depth: int | None,
    direction: Direction | None,
) -> None:
    """Whatever the graph, a service is shown if it is near enough to one in focus, one way or the other."""
    names, edges = drawn
    wanted = sorted({names[number % len(names)] for number in focus})
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(names)
    ways = {Direction.DOWN: [graph], Direction.UP: [graph.reverse()]}.get(
        direction or Direction.BOTH, [graph, graph.reverse()]
    )
    expected = {
        name
        for way in ways
        for start in wanted
        for name in nx.single_source_shortest_path_length(way, start, cutoff=depth)
    }

    part = select(
        graph_of_edges(names, edges), Selection(focus=wanted, depth=depth, direction=direction)
    ).graph

    assert set(part.services) == expected
    assert {(edge.source, edge.target) for edge in part.edges()} == set(graph.subgraph(expected).edges)


@given(
    graph=systems(),
    kinds=st.sets(st.sampled_from(EdgeKind)),
    depth=st.none() | st.integers(0, 2),
    collapse=st.sampled_from([None, ()]),
    reduce=st.booleans(),
)
def test_shown_and_hidden_are_all(
    *, graph: Graph, kinds: set[EdgeKind], depth: int | None, collapse: tuple[str, ...] | None, reduce: bool
) -> None:
    """Of every selection, what it shows and what it says to hide are together what there is."""
    part = select(graph, Selection(kinds=kinds, depth=depth, collapse=collapse, reduce=reduce))

    services = len(part.graph.services) - len(part.members) + sum(hidden.services for hidden in part.hidden)
    edges = sum(1 for _ in part.graph.edges()) + sum(hidden.dependencies for hidden in part.hidden)
    assert services == len(graph.services)
    assert edges == sum(1 for _ in graph.edges())
