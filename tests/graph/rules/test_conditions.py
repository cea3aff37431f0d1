"""Conditions that nobody can observe."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import findings, place


def waiting_for(condition: str, **edge: Any) -> dict[str, Any]:  # what YAML can hold
    """Let `a` wait for `b`."""
    return {"a": {"depends_on": {"b": {"condition": condition, **edge}}}, "b": {}}


@pytest.mark.parametrize(
    ("condition", "known", "message"),
    [
        ("healthy", {"checked": ["a"]}, "`a` waits until `b` is healthy, but it has no health check"),
        ("completed", {"started": ["a"]}, "`a` waits until `b` has ended, but it has no start action"),
        (
            "completed_successfully",
            {"started": ["a"]},
            "`a` waits until `b` has ended well, but it has no start action",
        ),
        (
            "ready_line",
            {"started": ["a", "b"]},
            "`a` waits until `b` has printed its line, but it has no start action that names one",
        ),
    ],
)
def test_a_condition_that_nobody_can_observe_is_found(
    condition: str, known: dict[str, Any], message: str
) -> None:
    """It says what the target lacks, at the edge that waits."""
    (found,) = findings(waiting_for(condition), **known)

    assert (found.code, found.message) == ("TTG401", message)
    assert found.place == place("services", "a", "depends_on", "b")
    assert found.about == ("b", condition)


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("started", {"checked": [], "started": ["a"]}),
        ("healthy", {"checked": ["b"]}),
        ("completed", {"started": ["b"]}),
        ("completed_successfully", {"started": ["b"]}),
        ("ready_line", {"started": ["b"], "ready_line": ["b"]}),
    ],
)
def test_a_condition_that_can_be_observed_is_fine(condition: str, known: dict[str, Any]) -> None:
    """The target has what is needed."""
    assert findings(waiting_for(condition), **known) == []


def test_the_default_condition_asks_for_no_check() -> None:
    """Who says nothing waits for health where it shows, and else for the start."""
    assert findings({"a": {"depends_on": {"b": {}}}, "b": {}}, checked=[]) == []


@pytest.mark.parametrize("condition", ["completed", "completed_successfully", "ready_line"])
def test_a_system_that_somebody_else_starts_may_wait_for_its_end(condition: str) -> None:
    """A description of what others run has no start actions at all."""
    assert findings(waiting_for(condition), started=[]) == []


@pytest.mark.parametrize("kind", ["runtime", "soft"])
def test_only_a_start_edge_waits(kind: str) -> None:
    """Calls and soft edges wait for nothing."""
    assert findings(waiting_for("healthy", kind=kind), checked=[]) == []


def test_two_conditions_of_one_service_are_two_findings() -> None:
    """Each is mended in its own way."""
    services = waiting_for("healthy")
    services["c"] = {"depends_on": {"b": {"condition": "completed"}}}

    found = findings(services, checked=[], started=["a"])

    assert [one.about for one in found] == [("b", "healthy"), ("b", "completed")]
