"""The shape of the graph: targets without replicas, edges to oneself, services on their own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import findings, place, subject_of, value_place
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.findings.validation import validate

Services = dict[str, Any]  # what YAML can hold


def codes(services: Services) -> list[str]:
    """Return the rules that are broken."""
    return [problem.code for problem in findings(services)]


def test_a_required_dependency_on_a_service_scaled_to_zero_is_found() -> None:
    """A service without replicas never runs, so what requires it never starts."""
    (found,) = findings({"a": {"depends_on": {"b": {}}}, "b": {"replicas": 0}})

    assert (found.code, found.severity) == ("TTG104", Severity.ERROR)
    assert found.message == "`a` requires `b`, which is scaled to 0"
    assert found.place == place("services", "a", "depends_on", "b")
    assert found.related == (("it has no replicas", value_place("services", "b", "replicas")),)


@pytest.mark.parametrize(
    "services",
    [
        {"a": {"depends_on": {"b": {"required": False}}}, "b": {"replicas": 0}},
        {"a": {"depends_on": {"b": {"kind": "soft"}}}, "b": {"replicas": 0}},
        {"a": {"depends_on": {"b": {}}, "replicas": 0}, "b": {"replicas": 0}},
        {"a": {"depends_on": {"b": {}}}, "b": {"replicas": 1}},
    ],
    ids=["optional", "soft", "scaled to 0 itself", "with a replica"],
)
def test_a_service_scaled_to_zero_that_nobody_needs_is_fine(services: Services) -> None:
    """Only who runs and requires it is stopped by it."""
    assert codes(services) == []


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [("start", "TTG103", "`a` depends on itself"), ("runtime", "TTG102", "`a` calls itself")],
)
def test_an_edge_to_oneself_is_told_by_what_it_does(kind: str, code: str, message: str) -> None:
    """Who waits for itself never starts; who calls itself is a circle of one."""
    (found,) = findings({"a": {"depends_on": {"a": {"kind": kind}}}})

    assert (found.code, found.message, found.about) == (code, message, ("a",))
    assert found.place == place("services", "a", "depends_on", "a")


def test_a_soft_edge_to_oneself_harms_nobody() -> None:
    """It is only drawn."""
    assert codes({"a": {"depends_on": {"a": {"kind": "soft"}}}}) == []


def test_isolated_services_are_told_at_once() -> None:
    """One finding lists them all; each of the others is a note with its place."""
    services: Services = {"a": {"depends_on": {"b": {}}}, "b": {}, "x": {}, "y": {}, "z": {}}

    (found,) = validate(subject_of(services)).findings

    assert (found.code, found.severity) == ("TTG106", Severity.INFO)
    assert found.message == "`x`, `y` and `z` depend on nothing, and nothing depends on them"
    assert found.place == place("services", "x")
    assert [place for _, place in found.related] == [place("services", "y"), place("services", "z")]
    assert found.about == ("x", "y", "z")


def test_a_hundred_isolated_services_are_counted() -> None:
    """Eight are named, so that the message can be read."""
    services: Services = {"a": {"depends_on": {"b": {}}}, "b": {}} | {
        f"x{number}": {} for number in range(100)
    }

    (found,) = validate(subject_of(services)).findings

    assert found.message.endswith("`x7` and 92 more depend on nothing, and nothing depends on them")


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({"a": {}, "b": {}}, ["TTG107"]),
        ({"a": {}}, []),
        ({}, []),
        ({"a": {"depends_on": {"b": {"kind": "soft"}}}, "b": {}}, []),
    ],
    ids=["two services", "one service", "none", "a soft edge"],
)
def test_a_system_that_declares_nothing_is_told_once(services: Services, expected: list[str]) -> None:
    """Where no service declares a dependency, not every service is isolated: nothing is written yet."""
    assert codes(services) == expected
