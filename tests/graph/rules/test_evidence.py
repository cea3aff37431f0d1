"""What is declared, and what is seen in use."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.graph.systems import findings, place, subject_of, value_place
from tiktoktoe_cli.graph.findings.baseline import Baseline
from tiktoktoe_cli.graph.findings.validation import apply, renewed, validate
from tiktoktoe_cli.graph.rules import RULES

Services = dict[str, Any]  # what YAML can hold


def test_what_an_import_found_in_use_and_nobody_declared_is_told() -> None:
    """The finding stands at the edge that the import wrote."""
    (found,) = findings({"a": {"depends_on": {"b": {"evidence": "inferred"}}}, "b": {}})

    assert (found.code, found.message) == ("TTG110", "`a` uses `b`, but nobody declared it")
    assert found.place == place("services", "a", "depends_on", "b")
    assert found.hint == (
        "if it is right, write `evidence: both`; else remove the dependency: an import only guessed it"
    )


def test_what_a_start_action_names_and_nobody_declared_is_told_where_it_is_named() -> None:
    """The variable's place is shown, and nothing of its value, which may be secret."""
    path = ("services", "a", "actions", "start", "env", "B_URL")

    (found,) = findings({"a": {}}, uses={"a": {"b": path}})

    assert found.code == "TTG110"
    assert found.message == "`a` is started with the address of `b`, but does not depend on it"
    assert found.place == value_place(*path)
    assert found.about == ("a", "b")


def test_all_that_nobody_declared_is_told_at_once() -> None:
    """An import may find dozens: one finding names the first ones, and each of the others is a note with its place."""
    guessed = {name: {"evidence": "inferred"} for name in "bcde"}
    services: Services = {"a": {"depends_on": guessed}, **{name: {} for name in "bcde"}}

    (found,) = validate(subject_of(services)).findings

    assert found.code == "TTG110"
    assert found.message == (
        "4 dependencies are in use, but nobody declared them: `a` on `b`, `a` on `c`, `a` on `d` and 1 more"
    )
    assert found.place == place("services", "a", "depends_on", "b")
    assert [place for _, place in found.related] == [
        place("services", "a", "depends_on", name) for name in "cde"
    ]


def test_each_of_those_can_be_accepted_for_itself() -> None:
    """The baseline has a line for each, and knows it whatever it is told together with."""
    guessed = {name: {"evidence": "inferred"} for name in "bc"}
    subject = subject_of({"a": {"depends_on": guessed}, "b": {}, "c": {}})

    known = renewed(apply(subject, RULES), Baseline()).entries.keys()
    (found,) = validate(subject, baseline=Baseline({("TTG110", "a", "b"): None})).findings

    assert known == {("TTG110", "a", "b"), ("TTG110", "a", "c")}
    assert found.message == "`a` uses `c`, but nobody declared it"


@pytest.mark.parametrize("kind", ["start", "runtime", "soft"])
def test_a_use_that_is_declared_is_fine(kind: str) -> None:
    """Of whatever kind the dependency is."""
    services = {"a": {"depends_on": {"b": {"kind": kind}}}, "b": {}}

    assert findings(services, uses={"a": {"b": ("services",)}}) == []


def test_what_was_never_seen_in_use_is_told_at_once() -> None:
    """All of them are one finding; each of the others is a note with its place."""
    needs = {"b": {"evidence": "both"}, "c": {}, "d": {}}
    services: Services = {"a": {"depends_on": needs}, "b": {}, "c": {}, "d": {}}

    (found,) = validate(subject_of(services)).findings

    assert found.code == "TTG111"
    assert found.message == "2 dependencies were never seen in use: `a` on `c`, `a` on `d`"
    assert [place for _, place in found.related] == [place("services", "a", "depends_on", "d")]


@pytest.mark.parametrize(
    "needs",
    [
        {"b": {}, "c": {}},
        {"b": {"evidence": "both"}, "c": {"kind": "soft"}},
        {"b": {"evidence": "both"}, "c": {"evidence": "both"}},
        {"b": {"evidence": "both"}, "c": {"condition": "completed"}},
        {"b": {"evidence": "both"}, "c": {"condition": "completed_successfully"}},
    ],
    ids=["no use is known at all", "only drawn", "all in use", "a job", "a job that must end well"],
)
def test_nothing_is_said_of_what_may_be_in_use(needs: Services) -> None:
    """Where no use of a service is known, that one was not seen says nothing."""
    assert findings({"a": {"depends_on": needs}, "b": {}, "c": {}}) == []


@pytest.mark.parametrize("evidence", ["inferred", "declared"])
def test_what_helps_leads_out(evidence: str) -> None:
    """Whoever does what one of the two rules says has peace of both: neither advises what the other one finds."""
    system: Services = {
        "a": {"depends_on": {"b": {"evidence": "both"}, "c": {"evidence": evidence}}},
        "b": {},
        "c": {},
    }

    (found,) = findings(system)

    assert found.hint is not None
    advised = set(re.findall(r"`(\w+): (\w+)`", found.hint))
    assert advised == {("evidence", "both")}
    system["a"]["depends_on"]["c"] = dict(advised)
    assert findings(system) == []


def test_an_address_in_the_start_action_is_a_use() -> None:
    """What was not seen by the import, but stands there, is in use."""
    services: Services = {"a": {"depends_on": {"b": {"evidence": "both"}, "c": {}}}, "b": {}, "c": {}}

    assert findings(services, uses={"a": {"c": ("services",)}}) == []
