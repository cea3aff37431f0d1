"""What is different between two systems."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import random_edges, subject_of
from tiktoktoe_cli.config.quantity import Quantity
from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.changes.diff import Difference, WaveChange, compare
from tiktoktoe_cli.graph.changes.edition import edition_of
from tiktoktoe_cli.graph.changes.parts import Alteration, ChangeKind, Part, PartChange, Property
from tiktoktoe_cli.graph.model import Edge, EdgeKind, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

OPPOSITE = {
    ChangeKind.ADDED: ChangeKind.REMOVED,
    ChangeKind.REMOVED: ChangeKind.ADDED,
    ChangeKind.CHANGED: ChangeKind.CHANGED,
}


def difference(old: Mapping[str, Any], new: Mapping[str, Any], **options: Any) -> Difference:
    """Compare two systems written as the YAML would hold them."""
    return compare(edition_of(subject_of(old, **options)), edition_of(subject_of(new, **options)))


@st.composite
def systems(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a system of a few services with versions, replicas and dependencies, perhaps in circles."""
    names, edges = draw(random_edges())
    services: dict[str, Any] = {
        name: {
            "version": draw(st.sampled_from(["1.0.0", "1.1.0", "2.0.0"])),
            "available": draw(st.lists(st.sampled_from(["1.0.1", "1.1.1", "2.1.0"]), unique=True)),
            "replicas": draw(st.integers(0, 2)),
            "depends_on": {},
        }
        for name in names
    }
    for source, target in edges:
        kind = draw(st.sampled_from(["start", "runtime", "soft"]))
        accepted = draw(st.sampled_from(["^1", "~1.0", "~1.1", "^2", "1.1.0 || 2.0.0"]))
        services[source]["depends_on"][target] = {"version": accepted, "kind": kind}
    return services


@st.composite
def written_twice(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw a system, and the same with its services and their dependencies in another order."""
    services = draw(systems())
    again = {
        name: services[name]
        | {"depends_on": dict(draw(st.permutations([*services[name]["depends_on"].items()])))}
        for name in draw(st.permutations([*services]))
    }
    return services, again


@given(systems())
def test_a_system_is_not_different_from_itself(services: dict[str, Any]) -> None:
    """Nothing is different, in no part."""
    found = difference(services, services)

    assert found.is_empty
    assert (found.changes, found.wave_changes) == ((), ())
    assert (found.new_cycles, found.gone_cycles, found.new_findings, found.gone_findings) == ((), (), (), ())


@given(written_twice())
def test_the_order_in_which_a_system_is_written_makes_no_difference(
    written: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """Findings are about the same, and no part is different, whoever is written first."""
    services, again = written

    found = difference(services, again, checked=[])

    identities = [{one.identity for one in edition.findings} for edition in (found.old, found.new)]
    assert identities[0] == identities[1]
    assert found.is_empty


def test_who_asks_first_for_what_clashes_makes_no_difference() -> None:
    """Of two ranges that exclude each other neither is the first; a third that is in one of both changes nothing."""
    asking = {"x": "^1", "y": "^2", "z": ">=2"}
    services = {name: {"depends_on": {"db": {"version": text}}} for name, text in asking.items()}
    database = {"db": {"version": "1.0.0", "available": ["2.0.0"]}}

    found = difference(database | services, dict(reversed(services.items())) | database)

    assert found.is_empty
    clash = next(one for one in found.new.findings if one.code == "TTG202")
    assert clash.about == ("db", "x", "y")


def test_the_cycle_that_is_told_of_a_tangle_is_the_first_by_name() -> None:
    """Of `a -> b -> a`, `a -> c -> a` and `c -> d -> c`, all of two services, the first is told."""
    edges = {"a": "bc", "b": "a", "c": "da", "d": "ca"}
    services = {name: {"depends_on": {target: {} for target in targets}} for name, targets in edges.items()}
    again = {name: {"depends_on": dict(reversed(services[name]["depends_on"].items()))} for name in "cdba"}

    found = difference(services, again)

    assert found.is_empty
    assert [one.about for one in found.new.findings if one.code == "TTG101"] == [("a", "b")]


@given(systems(), systems())
def test_the_way_back_is_the_mirror_image(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What is added on the way there is removed on the way back, and every value changes places."""
    there, back = difference(old, new), difference(new, old)

    assert _mirrored(there.changes) == list(back.changes)
    assert [(one.name, one.after, one.before) for one in there.wave_changes] == [
        (one.name, one.before, one.after) for one in back.wave_changes
    ]
    assert (there.new_cycles, there.gone_cycles) == (back.gone_cycles, back.new_cycles)
    assert (there.new_findings, there.gone_findings) == (back.gone_findings, back.new_findings)


def _mirrored(changes: tuple[PartChange, ...]) -> list[PartChange]:
    return [
        replace(
            one,
            kind=OPPOSITE[one.kind],
            alterations=tuple(Alteration(part.name, part.after, part.before) for part in one.alterations),
        )
        for one in changes
    ]


def test_services_are_added_removed_and_changed() -> None:
    """Each change tells what is different, by the names that the configuration has for it."""
    old: dict[str, Any] = {"a": {"version": "1.0", "group": "core"}, "b": {}, "same": {"replicas": 3}}
    new: dict[str, Any] = {
        "a": {"version": "1.10", "replicas": 2, "resources": {"requests": {"memory": "128Mi"}}},
        "c": {"tags": ["x", "y"]},
        "same": {"replicas": 3},
    }

    changes = difference(old, new).of(Part.SERVICE)
    found = {name: (one.kind, one.alterations) for one in changes for name in one.names}

    assert found == {
        "a": (
            ChangeKind.CHANGED,
            (
                Alteration(Property.VERSION, "1.0", "1.10"),
                Alteration(Property.GROUP, "core", None),
                Alteration(Property.REPLICAS, 1, 2),
                Alteration(Property.MEMORY_REQUEST, None, Quantity.parse("128Mi")),
            ),
        ),
        "b": (ChangeKind.REMOVED, (Alteration(Property.REPLICAS, 1, None),)),
        "c": (
            ChangeKind.ADDED,
            (Alteration(Property.TAGS, None, ("x", "y")), Alteration(Property.REPLICAS, None, 1)),
        ),
    }


OTHER_SERVICE: dict[str, Any] = {
    "version": "1.0",
    "available": ["1.1"],
    "group": "core",
    "tags": ["x"],
    "resources": {"limits": {"cpu": "1"}},
    "replicas": 2,
    "start_time": "5s",
}
OTHER_EDGE: dict[str, Any] = {
    "kind": "soft",
    "version": "^1",
    "condition": "started",
    "required": False,
    "restart": True,
    "timeout": "5s",
    "policy": "patient",
    "evidence": "both",
}


@pytest.mark.parametrize("key", OTHER_SERVICE)
def test_every_property_of_a_service_is_compared(key: str) -> None:
    """Whatever is different about a service is told."""
    (found,) = difference({"a": {}}, {"a": {key: OTHER_SERVICE[key]}}).of(Part.SERVICE)

    assert [one.name.split(".")[0].replace("limits", "resources") for one in found.alterations] == [key]


@pytest.mark.parametrize("key", OTHER_EDGE)
def test_every_property_of_a_dependency_is_compared(key: str) -> None:
    """Whatever is different about a dependency is told."""
    old: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {}}
    new: dict[str, Any] = {"a": {"depends_on": {"b": {key: OTHER_EDGE[key]}}}, "b": {}}

    (found,) = difference(old, new).of(Part.DEPENDENCY)

    assert [one.name for one in found.alterations] == [key]


def test_no_property_is_forgotten_above() -> None:
    """The model has no more properties than those two tests try; the rest are names, and changes of their own."""
    of_services = {one.name for one in fields(Service)} - {"name", "dependencies"}
    of_edges = {one.name.replace("version_range", "version") for one in fields(Edge)} - {"source", "target"}
    of_edges -= {"is_condition_written"}  # says nothing that the condition does not

    assert (of_services, of_edges) == (set(OTHER_SERVICE), set(OTHER_EDGE))


def test_dependencies_are_changes_of_their_own() -> None:
    """A service whose dependencies change is not changed itself."""
    old: dict[str, Any] = {"a": {"depends_on": {"b": {"timeout": "5s"}, "c": {}}}, "b": {}, "c": {}}
    new: dict[str, Any] = {
        "a": {"depends_on": {"b": {"kind": "runtime", "required": False}, "d": {}}},
        "b": {},
        "c": {},
        "d": {},
    }

    found = difference(old, new)

    assert [one.names for one in found.of(Part.SERVICE)] == [("d",)]
    assert [(*one.names, one.kind) for one in found.of(Part.DEPENDENCY)] == [
        ("a", "b", ChangeKind.CHANGED),
        ("a", "c", ChangeKind.REMOVED),
        ("a", "d", ChangeKind.ADDED),
    ]
    assert found.of(Part.DEPENDENCY)[0].alterations == (
        Alteration(Property.KIND, EdgeKind.START, EdgeKind.RUNTIME),
        Alteration(Property.REQUIRED, True, False),
        Alteration(Property.TIMEOUT, Duration.parse("5s"), Duration.parse("1m")),
    )


def test_services_move_to_other_waves() -> None:
    """Who waits longer than before starts in a later wave; without an order, nobody moves."""
    old: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {}, "c": {}}
    new: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"c": {}}}, "c": {}}
    circle: dict[str, Any] = {"a": {"depends_on": {"a": {}}}, "b": {}, "c": {}}

    assert difference(old, new).wave_changes == (WaveChange("a", 2, 3), WaveChange("b", 1, 2))
    assert difference(old, circle).wave_changes == ()


def test_a_cycle_is_new_if_its_services_were_in_none_together() -> None:
    """A circle that only loses a service, or is told another way, is no news; one that grows is."""
    two: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}, "c": {}}
    three: dict[str, Any] = {
        "a": {"depends_on": {"b": {}}},
        "b": {"depends_on": {"a": {}, "c": {}}},
        "c": {"depends_on": {"a": {}}},
    }

    assert [cycle.component for cycle in difference(two, three).new_cycles] == [{"a", "b", "c"}]
    assert difference(two, three).gone_cycles == ()
    assert difference(three, two).new_cycles == ()


def test_findings_are_the_same_wherever_they_stand() -> None:
    """A finding is known by its rule and what it is about; one that is suppressed for a reason does not count."""
    old: dict[str, Any] = {"a": {"depends_on": {"ghost": {}}}}
    new: dict[str, Any] = {
        "first": {"depends_on": {"a": {}}},
        "a": {"depends_on": {"b": {}, "ghost": {}, "ghast": {}}},
        "b": {},
    }
    accepted = {"suppress": [{"rule": "TTG104", "services": ["ghast"], "reason": "somebody else runs it"}]}

    found, without = difference(old, new), difference(old, new, settings=accepted)

    undefined = [(one.code, one.about) for one in found.new_findings if one.code == "TTG104"]
    assert undefined == [("TTG104", ("a", "ghast"))]
    assert not [one for one in without.new_findings if one.code == "TTG104"]
    assert not [one for one in found.gone_findings if one.code == "TTG104"]


def compared(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str, tuple[Alteration, ...]]]:
    """Compare two systems with what other sections say of them: all that is different but findings."""
    found = compare(edition_of(subject_of(**old)), edition_of(subject_of(**new)))
    return [(one.part, " ".join(one.names), one.kind, one.alterations) for one in found.changes]


ONE: dict[str, Any] = {"a": {"resources": {"requests": {"cpu": 2, "memory": 0}}}}
SMALL: dict[str, Any] = {"name": "small", "count": 2, "cpu": 4, "memory": "8Gi"}


def test_nodes_are_compared_kind_by_kind() -> None:
    """What is different about the machines is told, also of a second kind that is called the same."""
    old = {"services": ONE, "capacity": {"nodes": [SMALL, SMALL, SMALL | {"name": "large"}]}}
    new = {"services": ONE, "capacity": {"nodes": [SMALL | {"count": 1, "memory": "4Gi"}, SMALL, SMALL]}}

    found = compared(old, new)

    assert [change[:3] for change in found] == [
        ("node", "large", "removed"),
        ("node", "small", "changed"),
        ("node", "small 3", "added"),
    ]
    assert found[1][3] == (
        Alteration(Property.COUNT, 2, 1),
        Alteration(Property.MEMORY, Quantity.parse("8Gi"), Quantity.parse("4Gi")),
    )
    assert found[2][3] == (
        Alteration(Property.COUNT, None, 2),
        Alteration(Property.CPU, None, Quantity.parse("4")),
        Alteration(Property.MEMORY, None, Quantity.parse("8Gi")),
    )


def test_the_reserve_is_compared() -> None:
    """To keep nothing free is to have no reserve."""
    some = {"services": ONE, "capacity": {"nodes": [SMALL], "reserve": {"cpu": "10%"}}}
    more = {"services": ONE, "capacity": {"nodes": [SMALL], "reserve": {"cpu": "20%"}}}
    none = {"services": ONE, "capacity": {"nodes": [SMALL]}}

    assert compared(some, more) == [
        ("reserve", "every node", "changed", (Alteration(Property.CPU, Ratio(0.1), Ratio(0.2)),))
    ]
    assert compared(none, some) == [
        (
            "reserve",
            "every node",
            "added",
            (Alteration(Property.CPU, None, Ratio(0.1)), Alteration(Property.MEMORY, None, Ratio(0))),
        )
    ]


def test_what_fits_no_longer_is_predicted() -> None:
    """Three replicas of two cores fit on one machine of four cores and another one, not on one alone."""
    three: dict[str, Any] = {"a": ONE["a"] | {"replicas": 3}}
    old = {"services": three, "capacity": {"nodes": [SMALL]}}
    new = {"services": three, "capacity": {"nodes": [SMALL | {"count": 1}]}}

    assert compared(old, new) == [
        ("node", "small", "changed", (Alteration(Property.COUNT, 2, 1),)),
        ("fit", "all replicas", "changed", (Alteration(Property.VERDICT, Fit.FITS, Fit.DOES_NOT_FIT),)),
    ]
    assert compared(old, {"services": three})[-1] == (
        "fit",
        "all replicas",
        "removed",
        (Alteration(Property.VERDICT, Fit.FITS, None),),
    )


def test_health_checks_are_compared() -> None:
    """A check may come, go, or ask somebody else; where that depends on unset variables, nothing is claimed."""
    services: dict[str, Any] = {"a": {}, "b": {}}
    old = {"services": services, "checks": {"a": {"up": "tcp a:1", "in": "tcp a:2"}, "b": {"up": "tcp b:1"}}}
    new = {"services": services, "checks": {"a": {"up": "tcp a:9", "out": "tcp a:3"}, "b": None}}

    assert compared(old, new) == [
        ("check", "a in", "removed", (Alteration(Property.ASKS, "tcp a:2", None),)),
        ("check", "a out", "added", (Alteration(Property.ASKS, None, "tcp a:3"),)),
        ("check", "a up", "changed", (Alteration(Property.ASKS, "tcp a:1", "tcp a:9"),)),
    ]


def test_the_start_is_predicted_with_the_chain_that_decides() -> None:
    """With 5s for `db` and 3s for `web` behind it, 8s pass; 20s for `mail` beside them decide instead."""
    old: dict[str, Any] = {
        "web": {"start_time": "3s", "depends_on": {"db": {}}},
        "db": {"start_time": "5s"},
        "mail": {},
    }
    new = old | {"mail": {"start_time": "20s"}}

    found = compared({"services": old}, {"services": new})

    assert found[1:] == [
        (
            "start_time",
            "everything",
            "changed",
            (
                Alteration(Property.TIME, Duration.parse("8s"), Duration.parse("20s")),
                Alteration(
                    Property.CHAIN,
                    (
                        "db",
                        "web",
                    ),
                    ("mail",),
                ),
            ),
        )
    ]


def test_nothing_is_predicted_without_an_order_or_times() -> None:
    """A circle has no start time, and neither has a system that says nothing about it."""
    timed: dict[str, Any] = {"a": {"start_time": "3s"}}
    circle: dict[str, Any] = {"a": {"start_time": "3s", "depends_on": {"a": {}}}}

    assert edition_of(subject_of(timed)).start is not None
    assert edition_of(subject_of(circle)).start is None
    assert edition_of(subject_of({"a": {}})).start is None
