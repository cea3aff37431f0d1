"""Layers and forbidden pairs of groups."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import findings, place, value_place

GROUPS = {"web": "edge", "orders": "core", "db": "data", "tool": None}


def depending(source: str, target: str, kind: str = "start") -> dict[str, Any]:  # what YAML can hold
    """Make services of three groups and of none, and one dependency."""
    services: dict[str, Any] = {name: {"group": group, "depends_on": {}} for name, group in GROUPS.items()}
    services[source]["depends_on"][target] = {"kind": kind}
    return services


def forbidden(source: str, target: str, settings: dict[str, Any], kind: str = "start") -> list[str]:
    """Return what is said against one dependency."""
    found = findings(depending(source, target, kind), settings=settings)
    return [one.message for one in found if one.code == "TTG901"]


@pytest.mark.parametrize("kind", ["start", "runtime", "soft"])
@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("web", "orders", True),
        ("web", "db", True),
        ("orders", "web", False),
        ("db", "web", False),
        ("db", "orders", False),
        ("tool", "web", True),
        ("db", "tool", True),
    ],
)
def test_a_layer_depends_on_later_ones_only(source: str, target: str, kind: str, *, allowed: bool) -> None:
    """Groups that are in no layer are free; the kind of the dependency does not matter."""
    said = forbidden(source, target, {"layers": ["edge", "core", "data"]}, kind)

    assert bool(said) is not allowed


def test_services_of_one_layer_may_depend_on_each_other() -> None:
    """A layer is no order within itself."""
    services = {"a": {"group": "core", "depends_on": {"b": {}}}, "b": {"group": "core"}}

    assert findings(services, settings={"layers": ["core"]}) == []


def test_the_finding_names_both_groups_and_what_forbids_it() -> None:
    """It stands at the edge; a note leads to the layers."""
    found = findings(depending("db", "web"), settings={"layers": ["edge", "core", "data"]})

    (one,) = [problem for problem in found if problem.code == "TTG901"]
    assert (
        one.message
        == "`db` of the group `data` depends on `web` of the group `edge`: that layer lies further outside"
    )
    assert one.place == place("services", "db", "depends_on", "web")
    assert one.related == (("forbidden here", place("graph", "layers")),)
    assert one.about == ("db", "web")


@pytest.mark.parametrize(
    ("reason", "words"), [("the edge has no secrets", "the edge has no secrets"), ("", "this is forbidden")]
)
def test_a_forbidden_pair_says_why(reason: str, words: str) -> None:
    """The reason is the user's own, if there is one."""
    settings = {"forbidden": [{"from": "edge", "to": "data", "reason": reason}]}

    assert forbidden("web", "db", settings) == [
        f"`web` of the group `edge` depends on `db` of the group `data`: {words}"
    ]


def test_a_forbidden_pair_forbids_one_direction() -> None:
    """The other way around is another pair."""
    assert forbidden("db", "web", {"forbidden": [{"from": "edge", "to": "data"}]}) == []


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({"layers": ["edge", "cor"]}, ("graph", "layers", 1)),
        ({"forbidden": [{"from": "cor", "to": "edge"}]}, ("graph", "forbidden", 0, "from")),
        ({"forbidden": [{"from": "edge", "to": "cor"}]}, ("graph", "forbidden", 0, "to")),
    ],
    ids=["layer", "from", "to"],
)
def test_a_group_that_nobody_is_in_is_told(settings: dict[str, Any], path: tuple[str | int, ...]) -> None:
    """A slip of the pen would forbid nothing, in silence."""
    found = findings(depending("web", "orders"), settings=settings)

    (one,) = [problem for problem in found if problem.code == "TTG902"]
    assert one.message == "no service is in the group `cor`, so nothing is ever forbidden to it"
    assert one.hint == "did you mean `core`?"
    assert one.place == value_place(*path)
