"""Redundant edges and options that other edges overrule; a walk over all paths is the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import findings, graph_of, place, random_edges, subject_of
from tiktoktoe_cli.graph import Condition, Graph
from tiktoktoe_cli.graph.algorithms.implication import implies
from tiktoktoe_cli.graph.findings.validation import validate
from tiktoktoe_cli.graph.rules import Subject
from tiktoktoe_cli.graph.rules.redundancy import find_overruled_options, find_redundant_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.graph.rules import Finding

Services = dict[str, Any]  # what YAML can hold
ORDER = ("started", "healthy", "completed", "completed_successfully", "ready_line")


def triangle(direct: dict[str, Any], first: dict[str, Any], last: dict[str, Any]) -> Services:
    """Let `a` depend on `c` directly and through `b`."""
    return {"a": {"depends_on": {"c": direct, "b": first}}, "b": {"depends_on": {"c": last}}, "c": {}}


def codes(services: Services) -> list[str]:
    """Return the rules that are broken where everything can be observed."""
    return [problem.code for problem in findings(services, started=services, ready_line=services)]


def test_an_edge_that_a_path_implies_is_shown_with_the_path() -> None:
    """The finding stands at the edge, and each edge of the path has its place."""
    (found,) = findings(triangle({}, {}, {}))

    assert found.code == "TTG105"
    assert found.message == "`a` waits for `c` anyway: `a` → `b` → `c`"
    assert found.place == place("services", "a", "depends_on", "c")
    assert found.related == (
        ("`a` waits until `b` is healthy", place("services", "a", "depends_on", "b")),
        ("`b` waits until `c` is healthy", place("services", "b", "depends_on", "c")),
    )
    assert found.about == ("a", "c")


def test_what_is_redundant_of_one_service_is_told_at_once() -> None:
    """The first edge is shown; each of the others is a note with its path and its place."""
    services: Services = {
        "a": {"depends_on": {"b": {}, "c": {}, "d": {}}},
        "b": {"depends_on": {"c": {}}},
        "c": {"depends_on": {"d": {}}},
        "d": {},
    }

    (found,) = validate(subject_of(services)).findings

    assert found.message == "`a` waits for `c` anyway: `a` → `b` → `c`; the same is true of `d`"
    assert found.place == place("services", "a", "depends_on", "c")
    assert found.related == (
        ("`a` waits for `d` anyway: `a` → `c` → `d`", place("services", "a", "depends_on", "d")),
    )
    assert found.about == ("a", "c", "d")


def test_what_is_redundant_of_two_services_are_two_findings() -> None:
    """Each is mended in a place of its own."""
    services = triangle({}, {}, {})
    services["x"] = {"depends_on": {"c": {}, "b": {}}}

    found = validate(subject_of(services)).findings

    assert [one.about for one in found] == [("a", "c"), ("x", "c")]


@pytest.mark.parametrize(
    "direct",
    [
        {"version": "^1"},
        {"policy": "default"},
        {"restart": True},
        {"evidence": "both"},
        {"kind": "runtime"},
        {"kind": "soft"},
    ],
    ids=str,
)
def test_an_edge_that_says_more_than_that_it_waits_is_not_redundant(direct: dict[str, Any]) -> None:
    """A range, a policy, a restart, a use that was seen: the path says nothing of these."""
    assert "TTG105" not in codes(triangle(direct, {}, {}))


@pytest.mark.parametrize(
    ("first", "last"),
    [({"required": False}, {}), ({}, {"required": False}), ({"kind": "runtime"}, {}), ({}, {"kind": "soft"})],
    ids=str,
)
def test_a_path_that_forces_nothing_implies_nothing(first: dict[str, Any], last: dict[str, Any]) -> None:
    """Only required start edges are waited for whatever happens."""
    assert codes(triangle({}, first, last)) == []


@pytest.mark.parametrize("wanted", ORDER)
@pytest.mark.parametrize("reached", ORDER)
def test_the_path_must_reach_at_least_what_the_edge_waits_for(reached: str, wanted: str) -> None:
    """Healthy services have started; what has ended well has ended; nothing else follows from anything else."""
    pair = (reached, wanted)
    follows = wanted in {reached, "started"} or pair == ("completed_successfully", "completed")

    found = codes(triangle({"condition": wanted}, {}, {"condition": reached}))

    assert found == (["TTG105"] if follows else [])
    assert implies(Condition(reached), Condition(wanted)) is follows


def test_what_the_first_edge_waits_for_does_not_matter() -> None:
    """Whoever has started has waited for what it waits for."""
    assert codes(triangle({}, {"condition": "started"}, {})) == ["TTG105"]


def test_an_edge_behind_another_end_is_found_by_the_end_that_reaches_enough() -> None:
    """Of two ways to the target, the one that waits for its health counts."""
    services = triangle({}, {}, {"condition": "started"})
    services["a"]["depends_on"]["d"] = {}
    services["d"] = {"depends_on": {"c": {}}}

    (found,) = findings(services)

    assert found.message == "`a` waits for `c` anyway: `a` → `d` → `c`"


def test_an_option_that_a_required_path_overrules_is_found() -> None:
    """Who says that it can do without a service, but requires one that cannot, is told the way."""
    (found,) = findings(triangle({"required": False}, {}, {}))

    assert found.code == "TTG109"
    assert found.message == "`a` does not require `c`, but cannot start without it: `a` → `b` → `c`"
    assert found.place == place("services", "a", "depends_on", "c")
    assert len(found.related) == 2


@pytest.mark.parametrize(
    "services",
    [
        triangle({"required": False}, {"required": False}, {}),
        triangle({"required": False}, {}, {"required": False}),
        triangle({"required": False, "kind": "runtime"}, {}, {}),
        {"a": {"depends_on": {"b": {"required": False}}}, "b": {"depends_on": {"c": {}}}, "c": {}},
    ],
    ids=["optional first", "optional last", "a call", "what an optional one requires"],
)
def test_an_option_that_holds_is_fine(services: Services) -> None:
    """Nothing on the way forces the service."""
    assert codes(services) == []


def test_a_system_without_a_start_order_is_told_so_and_no_more() -> None:
    """In a cycle every edge is implied by every other; the cycle is what has to be mended."""
    services = triangle({}, {}, {})
    services["c"] = {"depends_on": {"a": {}}}

    assert codes(services) == ["TTG101"]


@st.composite
def weighted(draw: st.DrawFn) -> Graph:
    """Draw a graph without cycles whose edges are required or not and wait for one of two conditions."""
    names, edges = draw(random_edges(acyclic=True))
    services: Services = {name: {"depends_on": {}} for name in names}
    for source, target in edges:
        condition = draw(st.sampled_from(["healthy", "started"]))
        services[source]["depends_on"][target] = {"required": draw(st.booleans()), "condition": condition}
    return graph_of(services)


@given(weighted())
def test_exactly_the_edges_that_a_path_implies_are_found(graph: Graph) -> None:
    """All paths of required edges are walked: one of at least two edges, whose last reaches enough, must be there."""
    forced = nx.DiGraph((edge.source, edge.target) for edge in graph.edges() if edge.required)
    forced.add_nodes_from(graph.services)
    conditions = {(edge.source, edge.target): edge.condition for edge in graph.edges()}
    implied, overruled = set(), set()
    for edge in graph.edges():
        ways = [way for way in nx.all_simple_paths(forced, edge.source, edge.target) if len(way) > 2]
        enough = [way for way in ways if implies(conditions[way[-2], way[-1]], edge.condition)]
        if edge.required and enough:
            implied.add((edge.source, edge.target))
        if not edge.required and ways:
            overruled.add((edge.source, edge.target))

    subject = Subject(graph)

    assert {found.about for found in find_redundant_edges(subject)} == implied
    assert {found.about for found in find_overruled_options(subject)} == overruled


@pytest.mark.parametrize(
    ("direct", "find", "message"),
    [
        ({}, find_redundant_edges, "`a` waits for `c` anyway, over a longer path"),
        (
            {"required": False},
            find_overruled_options,
            "`a` does not require `c`, but cannot start without it, over a longer path",
        ),
    ],
    ids=["redundant", "overruled"],
)
@pytest.mark.parametrize("last", [{}, {"condition": "healthy"}], ids=str)
def test_an_edge_is_found_even_if_nobody_may_look_for_the_path(
    direct: dict[str, Any],
    find: Callable[[Subject, int], Iterator[Finding]],
    message: str,
    last: dict[str, Any],
) -> None:
    """Only the search for the path that is shown is bounded; another end that waits for less makes no difference."""
    services = triangle(direct, {}, last) | {
        "d": {"depends_on": {"c": {"condition": "started", "policy": "default"}}}
    }

    (found,) = find(subject_of(services), 0)

    assert (found.message, found.about, found.related) == (message, ("a", "c"), ())
