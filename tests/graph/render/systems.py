"""A system that has everything a picture can show, and what its readers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.graph.systems import graph_of, graph_of_edges
from tiktoktoe_cli.graph.selection.overview import survey

if TYPE_CHECKING:
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.selection.overview import Overview

EVERYTHING: dict[str, Any] = {
    "web": {
        "version": "1.10",
        "group": "edge",
        "depends_on": {"api": "^2", "cdn": {"kind": "soft"}, "auth": {"kind": "runtime"}},
    },
    "api": {"group": "core", "depends_on": {"db": {}, "auth": {}, "queue": {"required": False}, "ghost": {}}},
    "auth": {"group": "core", "depends_on": {"db": {}, "api": {"kind": "runtime"}}},
    "a": {"depends_on": {"b": {}}},
    "b": {"depends_on": {"a": {}}},
    "db": {"group": "data"},
    "queue": {"group": "data"},
    "cdn": {},
    "alone": {},
}


def everything() -> Overview:
    """Look at groups, kinds, an optional and an undefined dependency, cycles of both kinds, and a lonely service."""
    return survey(graph_of(EVERYTHING))


def chain() -> Overview:
    """Look at three services, each of which needs the next."""
    return survey(graph_of_edges("abc", [("a", "b"), ("b", "c")]))


def dense(count: int) -> Graph:
    """Build a graph in which each service depends on all later ones: all but a chain is implied by others."""
    names = [f"s{number}" for number in range(count)]
    return graph_of_edges(names, [(one, later) for at, one in enumerate(names) for later in names[at + 1 :]])


def layers(width: int) -> dict[str, Any]:
    """Describe two groups, each service of the first of which needs all of the second: none implies another."""
    lower = {f"low{number}": {"group": "low"} for number in range(width)}
    upper = {
        f"up{number}": {"group": "up", "depends_on": {name: {} for name in lower}} for number in range(width)
    }
    return {**upper, **lower}
