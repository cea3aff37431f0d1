"""Cycles as they are told: a path, every edge with its place, and the edge to cut."""

from __future__ import annotations

from typing import Any

from tests.graph.systems import findings, graph_of_edges, place
from tiktoktoe_cli.graph.rules import Finding, Subject
from tiktoktoe_cli.graph.rules.structure import find_start_cycles


def cycles_of(edges: list[tuple[str, str]]) -> list[Finding]:
    """Return what is told of the cycles of some edges."""
    names = list(dict.fromkeys(name for edge in edges for name in edge))
    return list(find_start_cycles(Subject(graph_of_edges(names, edges))))


def test_a_ring_of_a_thousand_is_one_finding_with_every_edge() -> None:
    """The message names its ends, the notes have each edge at its place."""
    names = [f"s{number:03}" for number in range(1_000)]
    edges = list(zip(names, [*names[1:], names[0]], strict=True))

    (found,) = cycles_of(edges)

    assert found.message.endswith(
        "`s000` → `s001` → `s002` → `s003` → 992 more → `s996` → `s997` → `s998` → `s999` → `s000`"
    )
    assert [place for _, place in found.related] == [
        place("services", source, "depends_on", target) for source, target in edges
    ]
    assert found.hint is not None
    assert "that leaves no cycle here; another one of them would do as well; as " in found.hint


def test_ten_separate_cycles_are_ten_findings() -> None:
    """Each is told by its own path."""
    pairs = [(f"a{number}", f"b{number}") for number in range(10)]

    found = cycles_of([edge for a, b in pairs for edge in ((a, b), (b, a))])

    assert [one.about for one in found] == pairs


def test_of_two_cycles_that_share_an_edge_both_are_cut_there() -> None:
    """The edge that is in both is the one to remove: then nothing is left."""
    (found,) = cycles_of([("a", "b"), ("b", "c"), ("c", "a"), ("b", "d"), ("d", "e"), ("e", "a")])

    assert found.message.endswith("`a` → `b` → `c` → `a` (the shortest cycle among 5 services)")
    assert found.hint is not None
    assert found.hint.startswith("remove the dependency of `a` on `b`: that leaves no cycle here; as `kind: ")
    assert found.place == place("services", "a", "depends_on", "b")


def test_of_two_cycles_that_share_a_service_one_is_left() -> None:
    """No edge is in both, and it is said how many services are still in a cycle."""
    (found,) = cycles_of([("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "b")])

    assert found.message.endswith("`a` → `b` → `a` (the shortest cycle among 4 services)")
    assert found.hint is not None
    assert "that leaves 3 of 4 services in cycles; another one of them would do as well; as " in found.hint


def test_a_circle_of_calls_is_left_where_starts_no_longer_wait() -> None:
    """What helps against TTG101 is not praised for more than it does: made a call, the edge is TTG102's."""
    waiting: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}}  # YAML
    calling = {**waiting, "b": {"depends_on": {"a": {"kind": "runtime"}}}}

    (before,), (after,) = findings(waiting), findings(calling)

    assert (before.code, after.code) == ("TTG101", "TTG102")
    assert before.hint is not None
    assert before.hint.endswith("a circle of calls (TTG102)")
