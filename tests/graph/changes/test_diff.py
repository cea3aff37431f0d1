"""What is different between two systems."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import random_edges, subject_of
from tiktoktoe_cli.graph.changes.diff import (
    Alteration,
    ChangeKind,
    Difference,
    WaveChange,
    compare,
    edition_of,
)
from tiktoktoe_cli.graph.model import Edge, Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.graph.changes.diff import DependencyChange, ServiceChange

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
            "replicas": draw(st.integers(0, 2)),
            "depends_on": {},
        }
        for name in names
    }
    for source, target in edges:
        kind = draw(st.sampled_from(["start", "runtime", "soft"]))
        services[source]["depends_on"][target] = {"version": "^1", "kind": kind}
    return services


@given(systems())
def test_a_system_is_not_different_from_itself(services: dict[str, Any]) -> None:
    """Nothing is different, in no part."""
    found = difference(services, services)

    assert found.is_empty
    assert (found.services, found.dependencies, found.wave_changes) == ((), (), ())
    assert (found.new_cycles, found.gone_cycles, found.new_findings, found.gone_findings) == ((), (), (), ())


@given(systems(), systems())
def test_the_way_back_is_the_mirror_image(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What is added on the way there is removed on the way back, and every value changes places."""
    there, back = difference(old, new), difference(new, old)

    assert _mirrored(there.services) == [(one.name, one.change, one.alterations) for one in back.services]
    assert _mirrored(there.dependencies) == [
        ((one.source, one.target), one.change, one.alterations) for one in back.dependencies
    ]
    assert [(one.name, one.after, one.before) for one in there.wave_changes] == [
        (one.name, one.before, one.after) for one in back.wave_changes
    ]
    assert (there.new_cycles, there.gone_cycles) == (back.gone_cycles, back.new_cycles)
    assert (there.new_findings, there.gone_findings) == (back.gone_findings, back.new_findings)


def _mirrored(changes: tuple[ServiceChange, ...] | tuple[DependencyChange, ...]) -> list[Any]:
    return [
        (
            getattr(one, "name", None) or (one.source, one.target),  # type: ignore[union-attr]  # either
            OPPOSITE[one.change],
            tuple(Alteration(part.name, part.after, part.before) for part in one.alterations),
        )
        for one in changes
    ]


def test_services_are_added_removed_and_changed() -> None:
    """Each change tells what is different, in the words of the configuration."""
    old: dict[str, Any] = {"a": {"version": "1.0", "group": "core"}, "b": {}, "same": {"replicas": 3}}
    new: dict[str, Any] = {
        "a": {"version": "1.10", "replicas": 2, "resources": {"requests": {"memory": "128Mi"}}},
        "c": {"tags": ["x", "y"]},
        "same": {"replicas": 3},
    }

    found = {one.name: (one.change, one.alterations) for one in difference(old, new).services}

    assert found == {
        "a": (
            ChangeKind.CHANGED,
            (
                Alteration("version", "1.0", "1.10"),
                Alteration("group", "core", None),
                Alteration("replicas", "1", "2"),
                Alteration("requests.memory", None, "128Mi"),
            ),
        ),
        "b": (ChangeKind.REMOVED, (Alteration("replicas", "1", None),)),
        "c": (ChangeKind.ADDED, (Alteration("tags", None, "x, y"), Alteration("replicas", None, "1"))),
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
    (found,) = difference({"a": {}}, {"a": {key: OTHER_SERVICE[key]}}).services

    assert [one.name.split(".")[0].replace("limits", "resources") for one in found.alterations] == [key]


@pytest.mark.parametrize("key", OTHER_EDGE)
def test_every_property_of_a_dependency_is_compared(key: str) -> None:
    """Whatever is different about a dependency is told."""
    old: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {}}
    new: dict[str, Any] = {"a": {"depends_on": {"b": {key: OTHER_EDGE[key]}}}, "b": {}}

    (found,) = difference(old, new).dependencies

    assert [one.name for one in found.alterations] == [key]


def test_no_property_is_forgotten_above() -> None:
    """The model has no more properties than those two tests try; the rest are names, and changes of their own."""
    of_services = {one.name for one in fields(Service)} - {"name", "dependencies"}
    of_edges = {one.name.replace("version_range", "version") for one in fields(Edge)} - {"source", "target"}

    assert (of_services, of_edges) == (OTHER_SERVICE.keys(), OTHER_EDGE.keys())


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

    assert [one.name for one in found.services] == ["d"]
    assert [(one.source, one.target, one.change) for one in found.dependencies] == [
        ("a", "b", ChangeKind.CHANGED),
        ("a", "c", ChangeKind.REMOVED),
        ("a", "d", ChangeKind.ADDED),
    ]
    assert found.dependencies[0].alterations == (
        Alteration("kind", "start", "runtime"),
        Alteration("required", "true", "false"),
        Alteration("timeout", "5s", "1m"),
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
