"""Groups drawn as one: their boxes, and the dependencies between these."""

from __future__ import annotations

from typing import Any

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.selection.selection import Selection, select

SHOP: dict[str, Any] = {
    "web": {"depends_on": {"orders": {"kind": "runtime"}, "stock": {"kind": "soft"}, "mail": {}}},
    "orders": {
        "depends_on": {"stock": {}, "ledger": {"required": False, "version": "^1"}, "web": {"kind": "soft"}},
        "group": "core",
        "replicas": 2,
    },
    "stock": {
        "depends_on": {
            "ledger": {"kind": "runtime", "version": "^1", "restart": True},
            "ghost": {},
            "orders": {},
        },
        "group": "core",
        "replicas": 3,
    },
    "ledger": {"group": "money", "depends_on": {"ledger": {"kind": "runtime"}}},
    "mail": {},
}


def test_a_group_becomes_a_box() -> None:
    """Its services are one, in the place of the first, with the replicas of all; others stay what they are."""
    graph = graph_of(SHOP)

    part = select(graph, Selection(collapse=()))

    assert list(part.graph.services) == ["web", "core/", "money/", "mail"]
    assert part.members == {"core/": ("orders", "stock"), "money/": ("ledger",)}
    assert part.graph.services["core/"].replicas == 5
    assert part.graph.services["mail"] is graph.services["mail"]


def test_dependencies_between_boxes_are_one_of_the_strongest_kind() -> None:
    """Several are one: start before runtime before soft, required if one is, with what they agree on; inner ones go."""
    graph = select(graph_of(SHOP), Selection(collapse=())).graph

    edges = {(edge.source, edge.target): edge for edge in graph.edges()}

    assert set(edges) == {
        ("web", "core/"),
        ("web", "mail"),
        ("core/", "money/"),
        ("core/", "ghost"),
        ("core/", "web"),
    }
    assert edges["web", "core/"].kind is EdgeKind.RUNTIME
    ledger = edges["core/", "money/"]
    assert (ledger.kind, ledger.required, ledger.restart) == (EdgeKind.START, True, True)
    assert ledger.version_range == "^1"


def test_only_the_named_groups_become_boxes() -> None:
    """The services of other groups are drawn one by one, and keep their own dependencies."""
    part = select(graph_of(SHOP), Selection(collapse=["money"]))

    assert list(part.graph.services) == ["web", "orders", "stock", "money/", "mail"]
    assert part.members == {"money/": ("ledger",)}


def test_a_box_is_called_like_nobody_else() -> None:
    """Where a service has the name already, the box gets another slash."""
    services = {"core/": {}, "a": {"group": "core", "depends_on": {"core//": {}}}}

    assert list(select(graph_of(services), Selection(collapse=())).members) == ["core///"]


def test_a_box_holds_what_is_selected() -> None:
    """Services that are hidden are in no box."""
    part = select(graph_of(SHOP), Selection(focus=["stock"], depth=0, collapse=()))

    assert part.members == {"core/": ("stock",)}


def test_groups_that_need_each_other_have_no_order() -> None:
    """Services in an order may be in groups without one; then these have no waves, and their cycle is named."""
    services = {
        "a": {"group": "x", "depends_on": {"b": {}}},
        "b": {"group": "y", "depends_on": {"c": {}}},
        "c": {"group": "x"},
    }

    assert survey(graph_of(services)).cycle == ()
    assert survey(graph_of(services), Selection(collapse=())).cycle == ("x/", "y/")
    assert survey(graph_of(services), Selection(collapse=())).waves is None
