"""The graph: who depends on whom, and where that is written."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.errors import Place, UsageError


def test_services_and_edges_know_their_places() -> None:
    """Every service and every edge says where it is written."""
    graph = graph_of({"payments": {"depends_on": {"ledger": {}}}, "ledger": {}})

    edge = graph.services["payments"].dependencies[0]

    assert graph.place_of(graph.services["payments"]) == Place("services/payments", 1, 1)
    assert graph.place_of(edge) == Place("services/payments/depends_on/ledger", 1, 1)


def test_dependents_are_the_edges_that_end_at_a_service() -> None:
    """Who depends on a service is found by its name, also by a name that no service has."""
    graph = graph_of({"a": {"depends_on": {"b": {}, "ghost": {}}}, "b": {}, "c": {"depends_on": {"b": {}}}})

    assert [edge.source for edge in graph.dependents_of("b")] == ["a", "c"]
    assert [edge.source for edge in graph.dependents_of("ghost")] == ["a"]
    assert graph.dependents_of("a") == ()


def test_a_name_is_known_that_a_service_has_or_a_dependency_mentions() -> None:
    """What somebody depends on is known, though it is no service, and is no part of what is needed."""
    graph = graph_of({"a": {"depends_on": {"ghost": {}}}})

    assert [graph.knows(name) for name in ("a", "ghost", "nobody")] == [True, True, False]
    assert graph.closure_of(["a", "ghost"]) == {"a"}


def test_only_the_edges_that_count_are_followed() -> None:
    """Whoever asks says which dependencies matter."""
    graph = graph_of({"a": {"depends_on": {"b": {}, "c": {"kind": "soft"}}}, "b": {}, "c": {}})

    assert graph.closure_of(["a"], lambda edge: edge.binds) == {"a", "b"}


def test_a_part_keeps_its_order_and_its_edges() -> None:
    """Those to what is left out are gone: only a name that no service ever had is undefined."""
    graph = graph_of({"a": {"depends_on": {"b": {}, "c": {}, "ghost": {}}}, "b": {}, "c": {}})

    part = graph.only({"c", "a"})

    assert list(part.services) == ["a", "c"]
    assert [edge.target for edge in part.edges()] == ["c", "ghost"]
    assert part.services["c"] is graph.services["c"]


@given(random_edges())
def test_the_closure_is_what_networkx_reaches(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """What a service needs is networkx's descendants and itself, also around cycles."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)

    graph = graph_of_edges(names, edges)

    assert {name: graph.closure_of([name]) for name in names} == {
        name: nx.descendants(oracle, name) | {name} for name in names
    }


def test_whoever_names_what_is_not_defined_is_told_who_depends_on_it() -> None:
    """A name that dependencies mention is not unknown, but no service; for any other the nearest one is told."""
    graph = graph_of({"a": {"depends_on": {"ghost": {}}}})

    with pytest.raises(UsageError, match="`ghost` is not defined, though `a` depends on it"):
        graph.must_define("ghost")
    with pytest.raises(UsageError, match="unknown service: `b`"):
        graph.must_define("b")
    graph.must_define("a")


@given(random_edges())
def test_who_depends_on_a_service_is_what_networkx_says(
    drawn: tuple[list[str], list[tuple[str, str]]],
) -> None:
    """All that depend on a service are networkx's ancestors and itself, also around cycles."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)

    graph = graph_of_edges(names, edges)

    assert {name: graph.dependents_closure_of([name]) for name in names} == {
        name: nx.ancestors(oracle, name) | {name} for name in names
    }
