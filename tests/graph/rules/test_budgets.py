"""Budgets: how deep and how tangled a system may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.systems import REAL_SYSTEMS, findings, place, real_system
from tiktoktoe_cli.graph.rules import Subject
from tiktoktoe_cli.graph.rules.budgets import find_exceeded_budgets

if TYPE_CHECKING:
    from pathlib import Path

CHAIN: dict[str, Any] = {
    "a": {"depends_on": {"b": {}}},
    "b": {"depends_on": {"c": {}}},
    "c": {},
}  # what YAML can hold
STAR: dict[str, Any] = {  # as above
    "a": {"depends_on": {"hub": {}}},
    "b": {"depends_on": {"hub": {"kind": "runtime"}}},
    "c": {"depends_on": {"hub": {"kind": "soft"}}},
    "hub": {"depends_on": {"x": {}, "y": {"kind": "runtime"}, "z": {"kind": "soft"}}},
    "x": {},
    "y": {},
    "z": {},
}


def test_a_chain_that_is_too_long_is_shown_whole() -> None:
    """The finding names the chain, and each of its edges has its place."""
    (found,) = findings(CHAIN, settings={"budget": {"depth": 2}})

    assert found.code == "TTG108"
    assert found.message == "3 services start one after the other; the budget is 2: `a` → `b` → `c`"
    assert found.place == place("services", "a", "depends_on", "b")
    assert [place for _, place in found.related] == [
        place("services", "a", "depends_on", "b"),
        place("services", "b", "depends_on", "c"),
    ]


def test_a_chain_within_the_budget_is_fine() -> None:
    """The budget itself is allowed."""
    assert findings(CHAIN, settings={"budget": {"depth": 3}}) == []


def test_a_single_service_can_be_no_chain_that_is_too_long() -> None:
    """The least budget is one service."""
    assert findings({"a": {}}, settings={"budget": {"depth": 1}}) == []


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ({"fan_in": 1}, ["2 services depend on `hub`; the budget is 1"]),
        ({"fan_in": 2}, []),
        ({"fan_out": 1}, ["`hub` depends on 2 services; the budget is 1"]),
        ({"fan_out": 2}, []),
    ],
    ids=str,
)
def test_who_is_needed_by_too_many_or_needs_too_many_is_found(
    budget: dict[str, int], expected: list[str]
) -> None:
    """Start and runtime edges count; soft ones are only drawn."""
    found = findings(STAR, settings={"budget": budget})

    assert [one.message for one in found] == expected
    assert {one.place for one in found} <= {place("services", "hub")}


def test_both_directions_of_one_service_are_two_findings() -> None:
    """Accepting one of them does not accept the other."""
    found = findings(STAR, settings={"budget": {"fan_in": 1, "fan_out": 1}})

    assert [one.about for one in found] == [("hub", "fan_out"), ("hub", "fan_in")]


@pytest.mark.parametrize("name", REAL_SYSTEMS)
def test_the_budgets_do_not_cry_wolf(name: str, vectors: Path) -> None:
    """Systems that people run are within the defaults."""
    assert list(find_exceeded_budgets(Subject(real_system(vectors, name)))) == []
