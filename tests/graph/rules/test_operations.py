"""Operating the system: how long its start may take, and whether a change can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import findings, place, subject_of
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.findings.validation import validate

Services = dict[str, Any]  # what YAML can hold
CHAIN: Services = {
    "web": {"depends_on": {"orders": {"timeout": "40s"}, "mail": {"timeout": "5m", "required": False}}},
    "orders": {"depends_on": {"db": {"timeout": "30s"}, "cache": {"timeout": "10s"}}},
    "db": {},
    "cache": {},
    "mail": {},
}


def test_timeouts_that_add_up_to_more_than_the_deadline_are_found() -> None:
    """The chain that may wait longest is shown, with what each of its edges adds; optional edges add nothing."""
    (found,) = findings(CHAIN, deadline=Duration.parse("69s"))

    assert found.code == "TTG402"
    assert (
        found.message
        == "this chain may wait 1m10s, longer than the deadline of 1m9s: `web` → `orders` → `db`"
    )
    assert found.place == place("services", "web", "depends_on", "orders")
    assert found.related == (
        ("up to 40s here", place("services", "web", "depends_on", "orders")),
        ("up to 30s here", place("services", "orders", "depends_on", "db")),
    )


@pytest.mark.parametrize("deadline", [Duration.parse("70s"), None])
def test_a_deadline_that_suffices_is_fine(deadline: Duration | None) -> None:
    """Exactly enough is enough; without a deadline nothing is late."""
    assert findings(CHAIN, deadline=deadline) == []


@pytest.mark.parametrize("services", [{}, {"a": {}}], ids=["no services", "no edges"])
def test_who_waits_for_nothing_is_never_late(services: Services) -> None:
    """The shortest deadline holds."""
    assert findings(services, deadline=Duration.parse("1ns")) == []


def late(**edge: Any) -> Services:  # what YAML can hold
    """Wait for a service that takes 25 seconds."""
    return {"payments": {"depends_on": {"fraud": edge}}, "fraud": {"start_time": "25s"}}


def test_a_wait_that_is_over_before_its_target_has_started_is_found() -> None:
    """It can never succeed: the start fails every time."""
    (found,) = findings(late(timeout="20s"))

    assert (found.code, found.about) == ("TTG405", ("payments", "fraud"))
    assert found.message == "`payments` waits at most 20s for `fraud`, whose start takes 25s"
    assert found.place == place("services", "payments", "depends_on", "fraud")


@pytest.mark.parametrize(
    "edge",
    [
        {"timeout": "25s"},
        {"timeout": "20s", "condition": "started"},
        {"timeout": "20s", "kind": "runtime"},
        {"timeout": "20s", "kind": "soft"},
        {"timeout": "20s", "required": False},
    ],
    ids=str,
)
def test_a_wait_that_can_succeed_or_need_not_is_fine(edge: Services) -> None:
    """Just enough is enough; only who waits at start, and for more than that something is started, can be late."""
    assert "TTG405" not in {one.code for one in findings(late(**edge))}


def test_an_unknown_start_time_is_not_too_long() -> None:
    """Neither is that of a service that is not started at all."""
    services = {"a": {"depends_on": {"b": {"timeout": "1ns"}}}, "b": {}}
    scaled = late(timeout="20s") | {"fraud": {"start_time": "25s", "replicas": 0}}

    assert findings(services) == []
    assert "TTG405" not in {one.code for one in findings(scaled)}


@pytest.mark.parametrize(
    ("able", "code", "word"), [("rollback", "TTG403", "rolled back"), ("drain", "TTG404", "drained")]
)
def test_services_without_an_action_that_others_have_are_told_at_once(
    able: str, code: str, word: str
) -> None:
    """Only in a team that uses such actions, and only of services that are started here."""
    known: dict[str, Any] = {"started": ["a", "b", "c"], able: ["a"]}  # as in Abilities
    services: Services = {
        "a": {"depends_on": {"b": {}, "c": {}}},
        "b": {"depends_on": {"d": {}}},
        "c": {},
        "d": {},
    }

    (found,) = validate(subject_of(services, **known)).findings

    assert found.code == code
    assert found.message == f"`b` and `c` cannot be {word}, others can"
    assert found.place == place("services", "b", "actions")


def test_where_nobody_can_be_rolled_back_nothing_is_said() -> None:
    """A system without such actions does not want them."""
    assert findings({"a": {"depends_on": {"b": {}}}, "b": {}}, started=["a", "b"]) == []
