"""The rules: each is broken by the smallest system that breaks it, and kept by its neighbour."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import findings, graph_of, locate
from tiktoktoe_cli.errors import Severity, UsageError
from tiktoktoe_cli.graph import Graph
from tiktoktoe_cli.graph.rules import RULES, Operations, Subject, explain, validate_graph

NODES = {"nodes": [{"name": "small", "count": 2, "cpu": "4", "memory": "8Gi"}], "reserve": "50%"}


def requests(cpu: str, memory: str = "1Gi") -> dict[str, Any]:  # what YAML can hold
    """Write the resources of a service that only requests."""
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}}


BROKEN: dict[str, dict[str, Any]] = {  # what YAML can hold
    "TTG101": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}},
    "TTG102": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"kind": "runtime"}}}},
    "TTG103": {"a": {"depends_on": {"a": {}}}},
    "TTG104": {"a": {"depends_on": {"b": {}}}},
    "TTG106": {"a": {"depends_on": {"b": {}}}, "b": {}, "c": {}},
    "TTG201": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "2.0.0"}},
    "TTG203": {"a": {"version": "1.10"}},
    "TTG204": {"a": {"depends_on": {"b": ">2 <1"}}, "b": {"version": "1.0.0"}},
    "TTG301": {"a": requests("2001m")},
    "TTG302": {"a": {**requests("1"), "replicas": 5}},
    "TTG304": {"a": requests("1", "128m")},
    "TTG306": {"a": {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1999m"}}}},
}
KEPT: dict[str, dict[str, Any]] = {  # as above
    "two start edges the same way": {
        "a": {"depends_on": {"b": {}, "c": {}}},
        "b": {"depends_on": {"c": {}}},
        "c": {},
    },
    "a soft cycle": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"kind": "soft"}}}},
    "a single service": {"a": {}},
    "a version in the range": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "1.5.0"}},
    "a target of unknown version": {"a": {"depends_on": {"b": "^1.4"}}, "b": {}},
    "a replica as large as a node": {"a": requests("2", "4Gi")},
    "replicas that fill all nodes": {"a": {**requests("2", "4Gi"), "replicas": 2}},
    "nothing running": {"a": {**requests("100"), "replicas": 0}},
    "a kibibyte": {"a": requests("1", "1Ki")},
    "a request at its limit": {"a": {"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}}},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_alone(rule: str) -> None:
    """Each of these systems breaks one rule once, with the severity of the rule, at a place in the file."""
    found = findings(BROKEN[rule], capacity=NODES)

    severity = next(one.severity for one in RULES if one.id == rule)
    assert [(problem.code, problem.severity) for problem in found] == [(rule, severity)]
    assert found[0].place is not None
    assert found[0].hint


@pytest.mark.parametrize("system", KEPT)
def test_a_sound_system_has_no_findings(system: str) -> None:
    """What is just within a rule is not found."""
    assert findings(KEPT[system], capacity=NODES) == []


def test_a_cycle_is_told_as_a_path_with_every_edge_and_where_to_cut_it() -> None:
    """The path is shown, each edge has its place, and the finding stands at the edge to cut."""
    system = {
        "a": {"depends_on": {"b": {}}},
        "b": {"depends_on": {"c": {"condition": "started", "required": False}}},
        "c": {"depends_on": {"a": {}}},
    }

    (found,) = findings(system)

    assert found.message == "these services wait for each other to start: `a` → `b` → `c` → `a`"
    assert found.place == locate("services", "b", "depends_on", "c")
    assert found.hint == (
        "remove, or make `kind: runtime`, the dependency of `b` on `c`: that leaves no cycle here"
    )
    assert found.related == (
        ("`a` depends on `b`: waits until it is healthy", locate("services", "a", "depends_on", "b")),
        (
            "`b` depends on `c`: waits until it is started, but does not require it",
            locate("services", "b", "depends_on", "c"),
        ),
        ("`c` depends on `a`: waits until it is healthy", locate("services", "c", "depends_on", "a")),
    )


def test_a_misspelt_dependency_is_corrected() -> None:
    """An undefined name gets the nearest service as its hint."""
    (found,) = findings(
        {"payments": {"depends_on": {"ledgr": {}}}, "ledger": {"depends_on": {"payments": {"kind": "soft"}}}}
    )

    assert found.message == "`payments` depends on `ledgr`, which is not a service"
    assert found.hint == "did you mean `ledger`?"


def test_an_available_version_in_the_range_is_offered() -> None:
    """If another version that could be deployed is in the range, the best of them is named."""
    system = {
        "a": {"depends_on": {"b": "^1.4"}},
        "b": {"version": "2.0.0", "available": ["1.4.0", "1.10.0", "3.0.0"]},
    }

    (found,) = findings(system)

    assert found.message == "`a` needs `b` in `^1.4`, found `2.0.0`"
    assert found.hint == "`1.10.0`, which is `available`, is in the range"
    assert found.place == locate("services", "a", "depends_on", "b", "version")


def test_a_prerelease_outside_a_range_is_explained() -> None:
    """Who deploys a prerelease is told why a range that seems to hold it does not."""
    (found,) = findings({"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "1.5.0-rc.1"}})

    assert found.hint is not None
    assert found.hint.startswith("a prerelease is only in ranges that name one of the same three numbers")


def test_every_malformed_version_has_its_place() -> None:
    """Deployed and available versions and ranges are all looked at."""
    system = {"a": {"version": "x", "available": ["1.0.0", "y"], "depends_on": {"b": "~=1.4"}}, "b": {}}

    found = findings(system)

    assert [(problem.code, problem.place) for problem in found] == [
        ("TTG203", locate("services", "a", "version")),
        ("TTG203", locate("services", "a", "available", 1)),
        ("TTG203", locate("services", "a", "depends_on", "b", "version")),
    ]


def test_the_reserve_is_kept_free() -> None:
    """What is reserved is offered neither to one replica nor to all."""
    found = findings({"a": {**requests("3"), "replicas": 2}}, capacity=NODES)

    assert [problem.message for problem in found] == [
        "one replica of `a` requests `3` cpu and `1Gi` memory, more than any node has free",
        "all replicas together request `6` cpu, the nodes have `4` cpu free",
    ]


def test_the_notes_of_exceeded_capacity_add_up() -> None:
    """The largest are named, the others summed up: nobody looks for a service that is missing from the sum."""
    system = {name: requests(cpu) for name, cpu in zip("abcdef", "321111", strict=True)}

    (found,) = (one for one in findings(system, capacity=NODES) if one.code == "TTG302")

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

    (found,) = (one for one in findings(system, capacity=NODES) if one.code == "TTG302")

    assert [words for words, _ in found.related][-1] == "`d` requests `1` cpu"


def test_without_capacity_nothing_is_too_large() -> None:
    """A system that says nothing about machines cannot exceed them."""
    assert findings({"a": requests("1000000")}) == []


def test_the_memory_of_nodes_is_looked_at_too() -> None:
    """A node with `8192m` of memory is a slip of the pen."""
    capacity = {"nodes": [{"name": "small", "cpu": "4", "memory": "8192m"}]}

    (found,) = findings({"a": {}}, capacity=capacity)

    assert (found.code, found.place) == ("TTG304", locate("capacity", "nodes", 0, "memory"))


def test_waiting_for_the_health_of_an_unchecked_service_is_found_once() -> None:
    """One finding per service without checks names all who wait; started, called and soft ones do not wait."""
    system = {
        "db": {},
        "a": {"depends_on": {"db": {}}},
        "b": {"depends_on": {"db": {}}},
        "c": {"depends_on": {"db": {"condition": "started"}}},
        "d": {"depends_on": {"db": {"kind": "runtime"}}},
    }

    (found,) = findings(system, checked=[])

    assert found.code == "TTG401"
    assert found.message == "`a` and `b` wait until `db` is healthy, but it has no health check"
    assert found.place == locate("services", "a", "depends_on", "db")
    assert found.related == (("`b` waits here, too", locate("services", "b", "depends_on", "db")),)


def test_a_graph_that_was_read_from_no_file_has_no_places() -> None:
    """Rules work as well where nothing is known about files."""
    graph = graph_of(BROKEN["TTG201"])
    nowhere = Graph(graph.services)

    (found,) = validate_graph(Subject(nowhere, operations=Operations(nowhere.services)))

    assert found.place is None
    assert found.related == ()


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_explains_itself(rule: str) -> None:
    """The explanation has the title, the reason, an example and the fix."""
    words = explain(rule.lower())

    assert words.startswith(f"{rule} ")
    assert "\n\nexample:\n    " in words
    assert "\n\nfix: " in words


def test_rule_ids_are_unique_and_in_order() -> None:
    """An id names one rule."""
    ids = [rule.id for rule in RULES]

    assert ids == sorted(set(ids))


def test_an_unknown_rule_is_refused_with_the_nearest() -> None:
    """Who misspells a rule is told which one is near."""
    with pytest.raises(UsageError) as refused:
        explain("TTG1O1")

    assert refused.value.hint == "did you mean `TTG101`?"


names = st.text(min_size=1, max_size=8) | st.sampled_from(
    ["`", '"', "a\nb", "🦀", "x" * 300, "\u202e", "{}", "%s"]
)
versions = st.none() | st.text(max_size=10) | st.sampled_from(["1.0.0", "^1", ">2 <1", "~=1"])
dependencies = st.dictionaries(
    names, st.fixed_dictionaries({"version": versions, "kind": st.sampled_from(["start", "runtime", "soft"])})
)
systems = st.dictionaries(names, st.fixed_dictionaries({"version": versions, "depends_on": dependencies}))


@given(systems)
def test_any_system_gives_findings_and_never_fails(system: dict[str, Any]) -> None:
    """Hostile names, versions and shapes are findings at most, and the same ones every time."""
    found = findings(system, capacity=NODES, checked=[])

    assert found == findings(system, capacity=NODES, checked=[])
    assert {problem.severity for problem in found} <= set(Severity)
