"""Rules about capacity: machines that have what is requested."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.capacity.machines import undecidable
from tests.graph.systems import findings, place, value_place
from tiktoktoe_cli.graph.rules import RULES

NODES: dict[str, Any] = {  # what YAML can hold
    "nodes": [{"name": "small", "count": 2, "cpu": "4", "memory": "8Gi"}],
    "reserve": "50%",
}


def requests(cpu: str, memory: str = "1Gi", replicas: int = 1) -> dict[str, Any]:  # as above
    """Write a service that only requests."""
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}, "replicas": replicas}


def resource_findings(services: dict[str, Any], capacity: dict[str, Any] | None = None) -> list[Any]:
    """Return what the rules about resources find."""
    return [one for one in findings(services, capacity=capacity) if one.code.startswith("TTG3")]


BROKEN: dict[str, dict[str, Any]] = {  # as above
    "TTG301": {"a": requests("2001m")},
    "TTG302": {"a": requests("500m", "512Mi", replicas=9)},
    "TTG303": {"a": requests("1300m", replicas=3)},
    "TTG305": {"a": {"resources": {"requests": {"cpu": "1"}}}},
    "TTG307": {"a": requests("1001m", replicas=2)},
}
KEPT: dict[str, dict[str, Any]] = {  # as above
    "a replica as large as a node": {"a": requests("2", "4Gi")},
    "replicas that fit on one node of two": {"a": requests("1", "2Gi", replicas=2)},
    "nothing running": {"a": requests("100", replicas=0)},
    "nothing said of what does not run": {"a": {"replicas": 0}},
    "nothing needed, and said so": {"a": requests("0", "0")},
    "a limit that stands for the request": {"a": {"resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_alone(rule: str) -> None:
    """Each of these systems breaks one rule once, with the severity of the rule, at a place in the file."""
    (found,) = resource_findings(BROKEN[rule], NODES)

    severity = next(one.severity for one in RULES if one.id == rule)
    assert (found.code, found.severity) == (rule, severity)
    assert found.place is not None
    assert found.hint


@pytest.mark.parametrize("system", KEPT)
def test_a_sound_system_has_no_findings(system: str) -> None:
    """What is just within a rule is not found."""
    assert resource_findings(KEPT[system], NODES) == []


@pytest.mark.parametrize("rule", BROKEN)
def test_without_capacity_nothing_is_too_large(rule: str) -> None:
    """A system that says nothing about machines cannot exceed them, and need not say what it takes of them."""
    assert resource_findings(BROKEN[rule]) == []


def test_the_reserve_is_kept_free() -> None:
    """What is reserved is offered neither to one replica nor to all."""
    found = resource_findings({"a": requests("3", replicas=2)}, NODES)

    assert [problem.message for problem in found] == [
        "one replica of `a` requests `3` cpu, and no node has more than `2` cpu free",
        "all replicas together request `6` cpu, the nodes have `4` cpu free",
    ]


def test_each_resource_may_have_a_reserve_of_its_own() -> None:
    """Half of the memory is kept, and all of the cores are offered."""
    capacity = {**NODES, "reserve": {"memory": "50%"}}

    (found,) = resource_findings({"a": requests("4", "4097Mi")}, capacity)

    assert found.code == "TTG301"
    assert found.message == (
        "one replica of `a` requests `4.00098Gi` memory, and no node has more than `4Gi` memory free"
    )
    assert found.hint == (
        "`reserve` keeps `50%` of the memory of each node; keep or request less, or add a larger kind of node"
    )


@pytest.mark.parametrize(
    ("each", "message"),
    [
        (
            ("5", "9Gi"),
            "`5` cpu and `9Gi` memory, and no node has more than `4` cpu or `8Gi` memory free",
        ),
        (
            ("2", "9Gi"),
            "`9Gi` memory, and no node has more than `8Gi` memory free",
        ),
        (("2", "2Gi"), "`2` cpu and `2Gi` memory, and no node has both free"),
    ],
)
def test_what_a_replica_has_too_little_of_is_named(each: tuple[str, str], message: str) -> None:
    """All resources that no node has enough of are told, or that no node has enough of both; without reserve, none."""
    nodes = [{"name": "cores", "cpu": "4", "memory": "1Gi"}, {"name": "bytes", "cpu": "1", "memory": "8Gi"}]

    found = next(
        one for one in resource_findings({"a": requests(*each)}, {"nodes": nodes}) if one.code == "TTG301"
    )

    assert found.message == f"one replica of `a` requests {message}"
    assert "reserve" not in found.hint


def test_without_any_node_the_sums_are_told_alone() -> None:
    """That a replica is larger than every node, or fits by its sum, is no news where there is no node."""
    capacity = {"nodes": [{"name": "small", "count": 0, "cpu": "4", "memory": "8Gi"}]}

    found = resource_findings({"a": requests("1"), "b": requests("0", "0")}, capacity)

    assert [one.message for one in found] == [
        "all replicas together request `1` cpu, the nodes have `0` cpu free",
        "all replicas together request `1Gi` memory, the nodes have `0` memory free",
    ]


def test_the_notes_of_exceeded_capacity_add_up() -> None:
    """The largest are named, the others summed up: nobody looks for a service that is missing from the sum."""
    system = {name: requests(cpu) for name, cpu in zip("abcdef", "321111", strict=True)}

    (found,) = (one for one in resource_findings(system, NODES) if one.code == "TTG302")

    assert found.message == "all replicas together request `9` cpu, the nodes have `4` cpu free"
    assert [words for words, _ in found.related] == [
        "`a` requests `3` cpu",
        "`b` requests `2` cpu",
        "`c` requests `1` cpu",
        "3 more services request `3` cpu",
    ]


def test_a_single_service_beyond_the_largest_is_named_as_well() -> None:
    """`1 more service` would take the room of its name."""
    system = {name: requests(cpu) for name, cpu in zip("abcd", "2111", strict=True)}

    (found,) = (one for one in resource_findings(system, NODES) if one.code == "TTG302")

    assert [words for words, _ in found.related][-1] == "`d` requests `1` cpu"


def test_what_fits_by_its_sum_alone_is_told_with_the_reason() -> None:
    """Three replicas of 1.3 cores are less than four cores, but a node with two holds only one of them."""
    (found,) = resource_findings(BROKEN["TTG303"], NODES)

    assert found.message == (
        "the nodes have room for the sum of all replicas, but not for each: "
        "3 replicas request `1.3` cpu or more each, and the nodes hold 2 replicas so large"
    )
    assert found.hint.endswith("; in the best placement found, 1 replica of `a` finds no place")
    assert found.place == value_place("capacity", "nodes")


def test_what_nobody_could_decide_is_no_finding() -> None:
    """A packing that is neither found nor refuted in time is not reported as impossible."""
    replicas, machines = undecidable()
    services = {need.service: requests(f"{need.each.cpu}n", "1Ki") for need in replicas}
    (kind,) = machines
    capacity = {"nodes": [{"name": "n", "count": kind.count, "cpu": f"{kind.room.cpu}n", "memory": "8Gi"}]}

    assert resource_findings(services, capacity) == []


def test_the_kind_of_node_that_cannot_be_lost_is_named() -> None:
    """The large replica has no other place than the large node; the small node is not missed."""
    capacity = {
        "nodes": [
            {"name": "small", "count": 2, "cpu": "1", "memory": "8Gi"},
            {"name": "large", "cpu": "4", "memory": "8Gi"},
        ]
    }

    (found,) = resource_findings({"a": requests("3"), "b": requests("1")}, capacity)

    assert found.message == "if one `large` is lost, 1 replica of `a` finds no place"
    assert found.about == ("large",)


def test_a_single_node_has_nobody_to_stand_in_for_it() -> None:
    """Who has one machine knows that all is lost with it."""
    capacity = {"nodes": [{"name": "only", "cpu": "4", "memory": "8Gi"}]}

    assert resource_findings({"a": requests("3")}, capacity) == []


def test_services_without_requests_are_told_one_by_one() -> None:
    """Each is named with what it does not say; what it says counts."""
    services = {"a": {}, "b": {"resources": {"requests": {"memory": "1Gi"}}}, "c": requests("1")}

    found = resource_findings(services, NODES)

    assert [(one.message, one.place) for one in found] == [
        ("`a` does not say how much cpu and memory it needs", place("services", "a")),
        ("`b` does not say how much cpu it needs", place("services", "b")),
    ]
