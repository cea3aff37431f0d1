"""The rules: each is broken by the smallest system that breaks it, and kept by its neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.systems import findings, graph_of, place, subject_of
from tiktoktoe_cli.errors import Severity, UsageError
from tiktoktoe_cli.explanations import explanations
from tiktoktoe_cli.graph import Graph
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.findings.baseline import Baseline, baseline_text, read_baseline
from tiktoktoe_cli.graph.findings.validation import apply, renewed, validate
from tiktoktoe_cli.graph.rules import READING, RULES, Operations, Subject, choose_rules, validate_graph

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.rules import Rule

NODES = {"nodes": [{"name": "small", "count": 2, "cpu": "4", "memory": "8Gi"}], "reserve": "50%"}

BROKEN: dict[str, dict[str, Any]] = {  # what YAML can hold
    "TTG101": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}},
    "TTG102": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"kind": "runtime"}}}},
    "TTG103": {"a": {"depends_on": {"a": {}}}},
    "TTG104": {"a": {"depends_on": {"b": {}}}},
    "TTG106": {"a": {"depends_on": {"b": {}}}, "b": {}, "c": {}},
    "TTG201": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "2.0.0"}},
    "TTG202": {
        "a": {"depends_on": {"c": "^1.5"}},
        "b": {"depends_on": {"c": "~1.4"}},
        "c": {"version": "1.5.0", "available": ["1.4.0"]},
    },
    "TTG203": {"a": {"version": "1.10"}},
    "TTG204": {"a": {"depends_on": {"b": ">2 <1"}}, "b": {"version": "1.0.0"}},
    "TTG205": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "1.5.0-rc.1"}},
    "TTG206": {"a": {"depends_on": {"b": ">=1"}}, "b": {"version": "1.0.0"}},
    "TTG207": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "1.4.0", "available": ["1.5.0"]}},
}
KEPT: dict[str, dict[str, Any]] = {  # as above
    "two start edges to one service": {
        "a": {"depends_on": {"b": {}, "c": {}}},
        "b": {"depends_on": {"d": {}}},
        "c": {"depends_on": {"d": {}}},
        "d": {},
    },
    "a soft cycle": {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {"kind": "soft"}}}},
    "a single service": {"a": {}},
    "a version in the range": {"a": {"depends_on": {"b": "^1.4"}}, "b": {"version": "1.5.0"}},
    "a target of unknown version": {"a": {"depends_on": {"b": "^1.4"}}, "b": {}},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_alone(rule: str) -> None:
    """Each of these systems breaks one rule once, with the severity of the rule, at a place in the file."""
    found = findings(BROKEN[rule])

    severity = next(one.severity for one in RULES if one.id == rule)
    assert [(problem.code, problem.severity) for problem in found] == [(rule, severity)]
    assert found[0].place is not None
    assert found[0].hint


def test_every_rule_about_versions_is_broken_here() -> None:
    """No rule about versions is without its smallest example."""
    assert {rule.id for rule in choose_rules(["TTG2"])} <= BROKEN.keys()


@pytest.mark.parametrize("system", KEPT)
def test_a_sound_system_has_no_findings(system: str) -> None:
    """What is just within a rule is not found."""
    assert findings(KEPT[system]) == []


def test_a_cycle_is_told_as_a_path_with_every_edge_and_where_to_cut_it() -> None:
    """The path is shown, each edge has its place, and the finding stands at the edge to cut."""
    system = {
        "a": {"depends_on": {"b": {}}},
        "b": {"depends_on": {"c": {"condition": "started", "required": False}}},
        "c": {"depends_on": {"a": {}}},
    }

    (found,) = findings(system)

    assert found.message == "these services wait for each other to start: `a` → `b` → `c` → `a`"
    assert found.place == place("services", "b", "depends_on", "c")
    assert found.hint == (
        "remove the dependency of `b` on `c`: that leaves no cycle here; another one of them would do as well; "
        "as `kind: runtime` it delays no start, but is still part of a circle of calls (TTG102)"
    )
    assert found.related == (
        ("`a` depends on `b`: waits until it is healthy", place("services", "a", "depends_on", "b")),
        (
            "`b` depends on `c`: waits until it is started, but does not require it",
            place("services", "b", "depends_on", "c"),
        ),
        ("`c` depends on `a`: waits until it is healthy", place("services", "c", "depends_on", "a")),
    )


def test_a_misspelt_dependency_is_corrected() -> None:
    """An undefined name gets the nearest service as its hint."""
    (found,) = findings(
        {"payments": {"depends_on": {"ledgr": {}}}, "ledger": {"depends_on": {"payments": {"kind": "soft"}}}}
    )

    assert found.message == "`payments` depends on `ledgr`, which is not a service"
    assert found.hint == "did you mean `ledger`?"


@pytest.mark.parametrize(
    ("other", "hint"),
    [("border", "did you mean `border`?"), ("db", "add it to `services`, or remove the dependency")],
)
def test_the_service_itself_is_never_suggested(other: str, hint: str) -> None:
    """Who misspells a dependency means another service: the nearest one of those, if one is near."""
    found = findings({"orders": {"depends_on": {"order": {}, other: {}}}, other: {}})

    assert [one.hint for one in found] == [hint]


def test_waiting_for_the_health_of_an_unchecked_service_is_found_once() -> None:
    """One finding per service without checks names all who asked for it; started, called and soft ones do not wait."""
    system = {
        "db": {},
        "a": {"depends_on": {"db": {"condition": "healthy"}}},
        "b": {"depends_on": {"db": {"condition": "healthy"}}},
        "c": {"depends_on": {"db": {"condition": "started"}}},
        "d": {"depends_on": {"db": {"kind": "runtime"}}},
    }

    (found,) = findings(system, checked=[])

    assert found.code == "TTG401"
    assert found.message == "`a` and `b` wait until `db` is healthy, but it has no health check"
    assert found.place == place("services", "a", "depends_on", "db")
    assert found.related == (("`b` waits here, too", place("services", "b", "depends_on", "db")),)


def test_a_graph_that_was_read_from_no_file_has_no_places() -> None:
    """Rules work as well where nothing is known about files."""
    graph = graph_of(BROKEN["TTG201"])
    nowhere = Graph(graph.services)

    (found,) = validate_graph(Subject(nowhere, operations=Operations(Abilities(nowhere.services))))

    assert found.place is None
    assert found.related == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule) -> None:
    """The explanation has the title, the reason, an example that breaks it and the fix."""
    words = explanations()[rule.id].text()

    assert words.startswith(f"{rule.id}\n\n  {rule.title}. {rule.why}")
    assert rule.example.splitlines()[0] in words
    assert rule.fix in words


@pytest.mark.parametrize("rule", READING)
def test_what_is_wrong_before_the_rules_is_explained_by_its_codes(rule: str) -> None:
    """The ids of the field are known, and lead to the codes that such problems have here."""
    title, codes = READING[rule]

    words = explanations()[rule].text()

    assert words.startswith(f"{rule}\n\n  {title}. ")
    assert all(f"`{code}`: {explanations()[code].meaning}" in words for code in codes)


def test_rule_ids_are_unique_and_in_order() -> None:
    """An id names one rule."""
    ids = [rule.id for rule in RULES]

    assert ids == sorted(set(ids))
    assert not READING.keys() & set(ids)


@pytest.mark.parametrize(
    ("only", "ignore", "chosen"),
    [
        (["TTG101"], [], {"TTG101"}),
        (["ttg101, TTG90"], [], {"TTG101", "TTG901", "TTG902", "TTG903"}),
        (["TTG101", "TTG103"], ["TTG103"], {"TTG101"}),
        (["TTG9"], ["TTG901,TTG902"], {"TTG903"}),
        ([], [], {rule.id for rule in RULES}),
    ],
)
def test_rules_are_chosen_by_what_their_ids_begin_with(
    only: list[str], ignore: list[str], chosen: set[str]
) -> None:
    """One id, several with commas, or a whole family; what is ignored is not applied."""
    assert {rule.id for rule in choose_rules(only, ignore)} == chosen


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("TTG1001", "did you mean `TTG101`?"),
        ("cycle", "`tiktoktoe graph validate --explain all` lists the rules"),
        ("", "`tiktoktoe graph validate --explain all` lists the rules"),
    ],
)
def test_an_unknown_rule_is_refused_with_a_way_on(word: str, hint: str) -> None:
    """Who misspells a rule is told which one is near, or where they are listed."""
    with pytest.raises(UsageError) as refused:
        choose_rules([word])

    assert refused.value.hint == hint


@pytest.mark.parametrize(
    ("only", "ignore"), [(["TTG101"], ["TTG101"]), (["TTG101"], ["TTG1"]), ([], ["TTG"])]
)
def test_who_leaves_no_rule_to_apply_is_told(only: list[str], ignore: list[str]) -> None:
    """A yes of no rule at all would be none."""
    with pytest.raises(UsageError, match="no rule is left to apply"):
        choose_rules(only, ignore)


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


@given(systems)
def test_any_finding_can_be_accepted_in_a_baseline(system: dict[str, Any]) -> None:
    """Written to a file and read again, the baseline of a system leaves nothing open, whatever its names are."""
    subject = subject_of(system, capacity=NODES, checked=[])
    text = baseline_text(renewed(apply(subject, RULES), Baseline()).entries)

    baseline = read_baseline("known.txt", text)

    assert isinstance(baseline, Baseline)
    assert validate(subject, baseline=baseline).findings == ()
