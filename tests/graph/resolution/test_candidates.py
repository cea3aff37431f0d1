"""Versions that could be deployed instead, as the YAML writes them and as the solver asks about them."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema_rs import validator_for
from pydantic import ValidationError

from tests.graph.systems import SERVICES, graph_of
from tiktoktoe_cli.config.reference import keys_below
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.graph.choices import Preference
from tiktoktoe_cli.graph.model import Candidate
from tiktoktoe_cli.graph.resolution.question import Option, question_of
from tiktoktoe_cli.graph.semver import Version
from tiktoktoe_cli.system import json_schema, load_system

NEW = {"version": "2.4.0", "depends_on": {"ledger": "^2", "audit": None}}


def test_an_available_version_is_a_text_or_a_map() -> None:
    """A text alone is the version; a map also says what it needs otherwise, or no longer."""
    graph = graph_of({"a": {"available": ["2.2.0", 3, NEW]}})

    assert graph.services["a"].available == (
        Candidate("2.2.0"),
        Candidate("3"),
        Candidate("2.4.0", (("ledger", "^2"), ("audit", None))),
    )


@pytest.mark.parametrize(
    "available",
    [
        "2.2.0",
        [None],
        [True],
        [["2.2.0"]],
        [{"depends_on": {}}],
        [{"version": None}],
        [{"version": "1.0.0", "needs": {}}],
        [{"version": "1.0.0", "depends_on": {"ledger": {"version": "^2"}}}],
    ],
)
def test_what_is_no_version_is_refused(available: Any) -> None:
    """A version is a text or has one; what it needs are texts."""
    with pytest.raises(ValidationError):
        SERVICES.validate_python({"a": {"available": available}})


def test_an_available_version_may_only_need_services(write: Any) -> None:
    """A name that no service has is told where it stands, with the nearest one."""
    available = "- {version: 1.0.0, depends_on: {ledgr: ^1}}"
    text = f"version: 1\nservices:\n  ledger: {{}}\n  a:\n    available:\n      {available}\n"

    with pytest.raises(ConfigError) as refused:
        load_system([write("tiktoktoe.yaml", text)], {}, ("services",))

    (problem,) = refused.value.problems
    assert (problem.code, problem.message) == ("unknown-name", "`services` has no `ledgr`")
    assert problem.hint == "did you mean `ledger`?"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (6, 39)


def test_the_schema_knows_both_forms() -> None:
    """Editors accept a text, a number and a map, and refuse what the reader refuses."""
    check = validator_for(json_schema())

    def accepts(available: Any) -> bool:
        return check.is_valid({"version": 1, "services": {"a": {"available": available}}})

    assert accepts(["2.2.0", 3, NEW, {"version": "1.0.0"}, "${NEXT}"])
    assert not accepts([{"depends_on": {}}])
    assert not accepts([{"version": "1.0.0", "needs": {}}])
    assert not accepts([{"version": "1.0.0", "depends_on": {"ledger": True}}])


def test_the_keys_of_an_available_version_are_explained() -> None:
    """`config explain services.NAME.available` says what may be written."""
    keys = {key.name: key for key in keys_below(json_schema(), ["services", "a", "available"])}

    assert keys.keys() == {"version", "depends_on"}
    assert keys["version"].is_required
    assert all(key.meaning for key in keys.values())


def options_of(service: dict[str, Any], preference: Preference) -> list[str | None]:  # what YAML can hold
    """List the versions of a service in the order of preference."""
    return [option.text for option in question_of(graph_of({"a": service}), preference).options["a"]]


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (Preference.DEPLOYED, ["1.5.0", "2.0.0", "1.10.0", "1.9.0", "2.1.0-rc.2", "2.1.0-rc.1"]),
        (Preference.NEWEST, ["2.0.0", "1.10.0", "1.9.0", "1.5.0", "2.1.0-rc.2", "2.1.0-rc.1"]),
    ],
)
def test_versions_have_an_order_of_preference(preference: Preference, expected: list[str]) -> None:
    """What is deployed comes first if it is preferred; then releases, and at last prereleases, newest first."""
    available = ["1.9.0", "2.1.0-rc.1", "2.0.0", "1.10.0", "2.1.0-rc.2"]

    assert options_of({"version": "1.5.0", "available": available}, preference) == expected


def test_a_deployed_prerelease_is_not_taken_back_for_an_older_release() -> None:
    """Who prefers the newest versions does not get an older one for a prerelease that runs already."""
    service = {"version": "2.0.0-rc.1", "available": ["1.9.0", "2.0.0-rc.2"]}

    assert options_of(service, Preference.NEWEST) == ["2.0.0-rc.1", "1.9.0", "2.0.0-rc.2"]


def test_a_version_that_is_deployed_and_available_counts_once() -> None:
    """The same version in other words (a `v`, build metadata) is no other version; what cannot be read is none."""
    question = question_of(
        graph_of({"a": {"version": "1.0.0", "available": ["v1.0.0+1", "1.0", "2.0.0", "2.0.0+b"]}})
    )

    assert question.options["a"] == (Option("1.0.0", Version(1, 0, 0)), Option("2.0.0", Version(2, 0, 0), 2))


def test_the_same_words_of_several_versions_are_one_need() -> None:
    """What a service and its available versions ask for in the same range is one thing to change."""
    candidates = [
        {"version": f"1.{minor}.0", "depends_on": {"b": text}} for minor, text in ((1, "^1"), (2, "^2"))
    ]
    question = question_of(
        graph_of({"a": {"version": "1.0.0", "available": candidates, "depends_on": {"b": "^1"}}, "b": {}})
    )

    needs = {need.range: need for need in question.needs}

    assert [option.text for option in question.options["a"]] == ["1.0.0", "1.2.0", "1.1.0"]
    assert (needs["^1"].carriers, needs["^1"].positions) == (0b101, (None, 0))
    assert (needs["^2"].carriers, needs["^2"].positions) == (0b010, (1,))
    assert needs["^1"].paths == [
        ("services", "a", "depends_on", "b", "version"),
        ("services", "a", "available", 0, "depends_on", "b"),
    ]
