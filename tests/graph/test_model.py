"""The graph: who depends on whom, and where that is written."""

from __future__ import annotations

import networkx as nx
from hypothesis import given

from tests.graph.systems import graph_of, graph_of_edges, random_edges
from tiktoktoe_cli.errors import Place


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


def test_an_undefined_name_is_nobodys_descendant() -> None:
    """Only services are reached, not names without one."""
    graph = graph_of({"a": {"depends_on": {"ghost": {}}}})

    assert graph.descendants("a") == frozenset()


@given(random_edges())
def test_reach_is_what_networkx_reaches(drawn: tuple[list[str], list[tuple[str, str]]]) -> None:
    """Descendants and ancestors are networkx's, also around cycles."""
    names, edges = drawn
    oracle = nx.DiGraph(edges)
    oracle.add_nodes_from(names)

    graph = graph_of_edges(names, edges)

    assert {name: graph.descendants(name) for name in names} == {
        name: nx.descendants(oracle, name) for name in names
    }
    assert {name: graph.ancestors(name) for name in names} == {
        name: nx.ancestors(oracle, name) for name in names
    }
