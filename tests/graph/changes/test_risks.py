"""How dangerous a change is, and why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.changes.test_diff import difference
from tests.graph.systems import subject_of
from tiktoktoe_cli.graph.changes.diff import compare
from tiktoktoe_cli.graph.changes.edition import edition_of
from tiktoktoe_cli.graph.changes.parts import Part, Row
from tiktoktoe_cli.graph.changes.risks import HAZARDS, assess
from tiktoktoe_cli.graph.choices import Risk

SHOP: dict[str, Any] = {
    "web": {
        "version": "1.0.0",
        "replicas": 2,
        "depends_on": {"db": {"version": ">=1"}, "ads": {"required": False}},
    },
    "db": {"version": "1.4.2", "replicas": 2},
    "ads": {"version": "0.3.1", "replicas": 2},
}


def judged(new: dict[str, Any], old: dict[str, Any] = SHOP) -> tuple[Risk, list[tuple[str, str]]]:
    """Return the risk of a change of the shop, and its reasons with their hazards."""
    found = assess(difference(old, new))
    return found.risk, [(reason.hazard, reason.words) for reason in found.reasons]


def shop(**services: Any) -> dict[str, Any]:
    """Change some services of the shop; None removes one."""
    changed = {
        name: SHOP.get(name, {}) | settings for name, settings in services.items() if settings is not None
    }
    return {
        name: changed.get(name, SHOP.get(name))
        for name in {**SHOP, **changed}
        if services.get(name, {}) is not None
    }


def test_nothing_is_no_risk() -> None:
    """Without a difference there is nothing to fear."""
    assert judged(SHOP) == (Risk.NONE, [])


def test_what_no_hazard_sees_is_a_low_risk() -> None:
    """A patch and one more replica are harmless, as far as anybody can tell."""
    assert judged(shop(db={"version": "1.4.3", "replicas": 3})) == (Risk.LOW, [])


@pytest.mark.parametrize(
    ("services", "risk", "hazard", "words"),
    [
        (
            {"db": {"depends_on": {"web": {}}}},
            Risk.HIGH,
            "new start cycle",
            "these services wait for each other to start: `db` → `web` → `db`",
        ),
        (
            {"db": None},
            Risk.HIGH,
            "removed service that others depend on",
            "`db` is removed, and `web` depends on it",
        ),
        (
            {"db": {"replicas": 0}},
            Risk.HIGH,
            "service scaled to 0 that others need",
            "`db` is scaled to 0, and 1 service needs it: `web`",
        ),
        (
            {"db": {"version": "2.0.0"}},
            Risk.HIGH,
            "breaking version of a service that others need",
            "`db` goes from 1.4.2 to 2.0.0, and 1 service needs it: `web`",
        ),
        (
            {"web": {"depends_on": {"db": {"version": "^2"}, "ads": {"required": False}}}},
            Risk.HIGH,
            "new error",
            "TTG201: `web` needs `db` in `^2`, found `1.4.2`",
        ),
        ({"web": {"version": "0.9.0"}}, Risk.MEDIUM, "older version", "`web` goes back from 1.0.0 to 0.9.0"),
        ({"ads": {"replicas": 1}}, Risk.MEDIUM, "fewer replicas", "`ads` has 1 instead of 2 replicas"),
        (
            {"ads": None, "web": {"depends_on": {"db": {"version": ">=1"}}}},
            Risk.MEDIUM,
            "removed service",
            "`ads` is removed",
        ),
        (
            {"web": {"depends_on": {"db": {"version": ">=1"}, "ads": {}}}},
            Risk.MEDIUM,
            "new required dependency",
            "`web` now requires `ads`",
        ),
    ],
)
def test_each_hazard_is_seen(services: dict[str, Any], risk: Risk, hazard: str, words: str) -> None:
    """A change is judged by the worst that it does, which is said first."""
    found, reasons = judged(shop(**services))

    assert found is risk
    assert reasons[0] == (hazard, words)


def test_a_new_warning_is_a_medium_risk() -> None:
    """Services that call each other in a circle are new, and only a warning."""
    risk, reasons = judged(shop(db={"depends_on": {"web": {"kind": "runtime"}}}))

    assert (risk, "new warning") == (Risk.MEDIUM, reasons[-1][0])


@pytest.mark.parametrize(
    ("before", "after", "is_breaking"),
    [
        ("1.4.2", "1.5.0", False),
        ("1.4.2", "2.0.0", True),
        ("0.3.1", "0.3.2", False),
        ("0.3.1", "0.4.0", True),
        ("1.9.9", "2.0.0-rc.1", True),
        ("2.0.0", "1.0.0", False),  # older, which is another hazard
        ("yesterday", "today", False),
        (None, "2.0.0", False),
    ],
)
def test_versions_that_may_break_their_users(before: str | None, after: str, *, is_breaking: bool) -> None:
    """A new major version may; before 1.0.0, a new minor version, too."""
    old = {"web": {"depends_on": {"db": {}}}, "db": {"version": before}}
    new = {"web": {"depends_on": {"db": {}}}, "db": {"version": after}}

    hazards = [hazard for hazard, _ in judged(new, old)[1]]

    assert ("breaking version of a service that others need" in hazards) is is_breaking


def test_what_nobody_needs_breaks_nobody() -> None:
    """A new major version of a service that is optional everywhere is no hazard."""
    assert judged(shop(web={"version": "2.0.0"}, ads={"version": "0.4.0"})) == (Risk.LOW, [])


def test_a_danger_is_told_once() -> None:
    """A new cycle is an error as well, and a removed service is missing: neither is told twice."""
    _, reasons = judged(shop(db={"depends_on": {"web": {}}}))
    _, others = judged(shop(db=None))

    assert [hazard for hazard, _ in reasons] == ["new start cycle", "new required dependency"]
    assert [hazard for hazard, _ in others] == ["removed service that others depend on"]


def test_the_worst_hazards_come_first() -> None:
    """The table is in the order of the risks, since the first reason decides."""
    order = [list(Risk).index(hazard.risk) for hazard in HAZARDS]

    assert order == sorted(order)


SMALL: dict[str, Any] = {"name": "small", "count": 2, "cpu": 4, "memory": "8Gi"}
TIGHT: dict[str, Any] = {
    "services": {
        "web": {
            "replicas": 3,
            "start_time": "3s",
            "resources": {"requests": {"cpu": 2, "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        }
    },
    "capacity": {"nodes": [SMALL], "reserve": {"memory": "10%"}},
    "checks": {"web": {"up": "tcp web:80"}},
}


def changed(section: str, value: Any) -> dict[str, Any]:
    """Change a section of the tight system."""
    return TIGHT | {section: value}


def web(**settings: Any) -> dict[str, Any]:
    """Change the service of the tight system."""
    return changed("services", {"web": TIGHT["services"]["web"] | settings})


@pytest.mark.parametrize(
    ("new", "row", "risk", "words"),
    [
        (
            changed("capacity", {"nodes": [SMALL | {"count": 1}], "reserve": {"memory": "10%"}}),
            Row(Part.FIT, ("all replicas",)),
            Risk.HIGH,
            "all replicas fitted on the nodes, and no longer do",
        ),
        (
            changed("capacity", None),
            Row(Part.FIT, ("all replicas",)),
            Risk.MEDIUM,
            "nobody can tell any more whether all replicas fit on the nodes",
        ),
        (
            changed("capacity", {"nodes": [SMALL | {"name": "big"}], "reserve": {"memory": "10%"}}),
            Row(Part.NODE, ("small",)),
            Risk.MEDIUM,
            "there are no nodes `small` any more",
        ),
        (
            changed("capacity", {"nodes": [SMALL | {"memory": "4Gi"}], "reserve": {"memory": "10%"}}),
            Row(Part.NODE, ("small",)),
            Risk.MEDIUM,
            "nodes `small` have less room: memory 8Gi → 4Gi",
        ),
        (
            changed("capacity", {"nodes": [SMALL], "reserve": {"memory": "5%"}}),
            Row(Part.RESERVE, ("every node",)),
            Risk.MEDIUM,
            "less of every node is kept free",
        ),
        (
            changed("checks", {}),
            Row(
                Part.CHECK,
                (
                    "web",
                    "up",
                ),
            ),
            Risk.MEDIUM,
            "`web` has no health check `up` any more",
        ),
        (
            web(resources={"requests": {"cpu": 2, "memory": "1Gi"}, "limits": {"memory": "1Gi"}}),
            Row(Part.SERVICE, ("web",)),
            Risk.MEDIUM,
            "`web` may use 1Gi memory, not 2Gi",
        ),
        (
            web(depends_on={"web": {}}),
            Row(Part.START_TIME, ("everything",)),
            Risk.HIGH,
            "TTG103: `web` depends on itself",
        ),
        (
            web(start_time="9s"),
            Row(Part.START_TIME, ("everything",)),
            Risk.LOW,
            "everything is ready after 9s instead of 3s: `web` decides",
        ),
    ],
)
def test_each_difference_has_its_own_risk(new: dict[str, Any], row: Row, risk: Risk, words: str) -> None:
    """A hazard says in which of the differences it was seen, and why that matters."""
    found = assess(compare(edition_of(subject_of(**TIGHT)), edition_of(subject_of(**new))))

    assert found.rows[row] is risk
    assert words in [reason.words for reason in found.reasons]


def test_more_room_is_harmless() -> None:
    """Another node, a larger reserve and a check more are of low risk."""
    new = TIGHT | {
        "capacity": {"nodes": [SMALL | {"count": 3}], "reserve": {"memory": "20%"}},
        "checks": {"web": {"up": "tcp web:80", "in": "tcp web:81"}},
    }

    found = assess(compare(edition_of(subject_of(**TIGHT)), edition_of(subject_of(**new))))

    assert (found.risk, found.reasons, found.rows) == (Risk.LOW, (), {})


def test_a_finding_has_its_risk_though_it_is_told_elsewhere() -> None:
    """The error about a new cycle is no reason of its own, and still of high risk."""
    found = assess(difference(SHOP, shop(db={"depends_on": {"web": {}}})))

    (row,) = (row for row in found.rows if (row.part, row.names[0]) == (Part.FINDING, "TTG101"))
    assert found.rows[row] is Risk.HIGH


def test_a_new_cycle_is_told_as_its_finding_is() -> None:
    """The reason is what the rule says, also that the cycle is only the shortest; an accepted one is no secret."""
    alone: dict[str, Any] = {name: {} for name in "abc"}
    circles: dict[str, Any] = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}, "c": {}}}}
    circles["c"] = {"depends_on": {"b": {}}}
    accepted = {"suppress": [{"rule": "TTG101", "reason": "known"}]}

    (told, *_), (accepted_one, *_) = (
        assess(difference(alone, circles, **options)).reasons for options in ({}, {"settings": accepted})
    )

    ring = "`a` → `b` → `a`"
    assert told.words == (
        f"these services wait for each other to start: {ring} (the shortest cycle among 3 services)"
    )
    assert accepted_one.words == f"cycle of start edges: {ring}"
    assert told.about == accepted_one.about == ("a", "b")


def test_a_start_that_is_gone_is_told_with_what_is_in_its_way() -> None:
    """Where a cycle takes the start away, that is no second danger; a cycle that is accepted leaves no start either."""
    ring: dict[str, Any] = {
        "a": {"start_time": "3s", "depends_on": {"b": {}}},
        "b": {"depends_on": {"a": {}}},
    }
    loop = {"a": {"start_time": "3s", "depends_on": {"a": {}}}}
    suppress = [{"rule": "TTG103", "reason": "being mended"}]
    old = edition_of(subject_of({"a": {"start_time": "3s"}, "b": {}}))

    of_ring = assess(compare(old, edition_of(subject_of(ring))))
    of_loop = assess(compare(old, edition_of(subject_of(loop, settings={"suppress": suppress}))))

    row = Row(Part.START_TIME, ("everything",))
    assert (of_ring.rows[row], of_loop.rows[row]) == (Risk.HIGH, Risk.HIGH)
    assert [one.hazard for one in of_ring.reasons if one.risk is Risk.HIGH] == ["new start cycle"]
    assert of_loop.reasons[0].words == "no start order exists any more: `a` → `a`"


def test_a_start_time_that_nobody_declares_any_more_is_harmless() -> None:
    """Without the time there is still an order."""
    assert judged({"a": {}}, {"a": {"start_time": "3s"}}) == (Risk.LOW, [])


def test_a_limit_of_nothing_is_a_limit() -> None:
    """A limit of 0 that goes up is not lower; one that comes where there was none is."""
    none, nothing, some = (
        {"a": {"resources": {"limits": limits}}} for limits in ({}, {"cpu": 0}, {"cpu": 1})
    )

    assert judged(some, nothing) == (Risk.LOW, [])
    assert ("lower limit", "`a` may use 1 cpu, not any amount") in judged(some, none)[1]
