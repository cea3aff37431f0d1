"""Groups drawn as one: their boxes, and the dependencies between these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.model import EdgeKind
from tiktoktoe_cli.graph.selection.overview import Cycles, survey
from tiktoktoe_cli.graph.selection.selection import Selection, select

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.selection.overview import Overview

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


def cyclic(*pairs: tuple[str, str], **groups: str) -> Overview:
    """Look at services that need each other, with all groups as boxes."""
    services: dict[str, Any] = {name: {"group": groups.get(name)} for pair in pairs for name in pair}
    for source, target in pairs:
        services[source].setdefault("depends_on", {})[target] = {}
    return survey(graph_of(services), Selection(collapse=()))


def test_boxes_that_need_each_other_have_no_order() -> None:
    """Services in an order may be in boxes without one: no waves, no cycle of services, and the boxes are named."""
    overview = cyclic(("d", "e"), ("e", "f"), d="h", e="k", f="h")

    assert overview.cycles == Cycles(boxes=("h/", "k/"))
    assert overview.waves is None
    assert overview.on_cycles((EdgeKind.START,)) == set()


def test_a_cycle_inside_of_a_box_is_told() -> None:
    """Where the boxes have an order and their services have none, no wave is invented."""
    overview = cyclic(("a", "b"), ("b", "a"), ("c", "a"), a="g", b="g")

    assert overview.cycles == Cycles(services=("a", "b"), inside=("g/",))
    assert overview.waves is None


def test_a_service_that_waits_for_itself_in_a_box_is_told() -> None:
    """That is a cycle, too."""
    assert cyclic(("a", "a"), a="g").cycles == Cycles(services=("a",), inside=("g/",))


def test_a_cycle_through_boxes_is_one_of_services() -> None:
    """It is no invention of the boxes, and its arrows are on it."""
    overview = cyclic(("a", "b"), ("b", "a"), a="g", b="h")

    assert overview.cycles == Cycles(services=("a", "b"))
    assert overview.on_cycles((EdgeKind.START,)) == {("g/", "h/"), ("h/", "g/")}


def test_both_are_told_where_both_are() -> None:
    """A real cycle does not hide that other boxes have a circle of their own."""
    overview = cyclic(
        *(("a", "b"), ("b", "a"), ("c", "a"), ("d", "e"), ("e", "f")), a="g", b="g", d="h", e="k", f="h"
    )

    assert overview.cycles == Cycles(("a", "b"), ("g/",), ("h/", "k/"))


def test_boxes_in_an_order_have_waves() -> None:
    """Those of the boxes, where there is no cycle of any sort."""
    overview = cyclic(("a", "b"), ("b", "c"), a="g", b="g", c="h")

    assert overview.waves == (("h/",), ("g/",))
    assert not overview.cycles
