"""The rules about versions: what does not suit is told once, where it can be mended, and quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.resolution.puzzles import Raw, systems
from tests.graph.systems import graph_of, subject_of, value_place
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.resolution import resolve
from tiktoktoe_cli.graph.rules import choose_rules, validate_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.errors import Problem

RULES = choose_rules(["TTG2"])


def findings(services: Mapping[str, Any]) -> list[Problem]:  # what YAML can hold
    """Apply the rules about versions."""
    return list(validate_graph(subject_of(services), RULES))


def asking(target: Mapping[str, Any], *ranges: str) -> dict[str, Any]:  # as above
    """Make a system in which `a`, `b`, ... need one service, `db`, in these ranges."""
    dependents = {name: {"depends_on": {"db": text}} for name, text in zip("abcdef", ranges, strict=False)}
    return {**dependents, "db": dict(target)}


KEPT: dict[str, dict[str, Any]] = {  # as above
    "a version in the range": asking({"version": "1.5.0"}, "^1.4"),
    "an unknown version": asking({}, "^1.4", "^1.5"),
    "a prerelease that is asked for": asking({"version": "1.5.0-rc.1"}, "^1.5.0-rc.0"),
    "a newer version that a dependent cannot use": asking(
        {"version": "1.4.0", "available": ["1.5.0"]}, "~1.4"
    ),
    "a newer prerelease": asking({"version": "1.4.0", "available": ["1.5.0-rc.1"]}, "1.4.0 || ^1.5.0-rc.1"),
    "an older version": asking({"version": "1.4.0", "available": ["1.3.0"]}, "^1"),
    "a newer version that cannot use what is deployed": {
        **asking(
            {"version": "1.4.0", "available": [{"version": "1.5.0", "depends_on": {"disk": "^2"}}]}, "^1"
        ),
        "disk": {"version": "1.0.0"},
    },
    "no range at all": {"a": {"depends_on": {"db": {}}}, "db": {"version": "1.0.0-rc.1"}},
}


@pytest.mark.parametrize("system", KEPT)
def test_what_suits_is_not_found(system: str) -> None:
    """What is just within a rule is not found."""
    assert findings(KEPT[system]) == []


def test_the_best_version_for_all_dependents_is_offered() -> None:
    """If a version that could be deployed is in the ranges of all, the newest such one is named."""
    system = asking({"version": "2.0.0", "available": ["1.4.0", "1.10.0", "1.9.0", "3.0.0"]}, "^1.4", "<1.10")

    found = findings(system)

    assert [problem.message for problem in found] == [
        "`a` needs `db` in `^1.4`, found `2.0.0`",
        "`b` needs `db` in `<1.10`, found `2.0.0`",
    ]
    assert {problem.hint for problem in found} == {
        "deploy `1.9.0`, which is `available`: it is in the ranges of all dependents"
    }
    assert found[0].place == value_place("services", "a", "depends_on", "db", "version")
    assert found[0].related == (("the version of `db`", value_place("services", "db", "version")),)
    assert found[0].about == ("a", "db")


@pytest.mark.parametrize(
    ("deployed", "hint"),
    [
        ("2.0.0", "deploy an older version of `db`, or widen the range"),
        ("1.0.0", "deploy `db` in this range, or widen the range"),
    ],
)
def test_without_another_version_the_direction_is_told(deployed: str, hint: str) -> None:
    """Whoever has deployed something too new is told so."""
    (found,) = findings(asking({"version": deployed}, "^1.4"))

    assert found.hint == hint


def test_dependents_that_no_version_suits_are_told_together() -> None:
    """One finding names the fewest ranges that exclude each other, with their places, and the deployed version."""
    system = asking({"version": "7.0.5", "available": ["6.2.1"]}, ">=7 <8", "^7.0.1", "^6.2")

    found = findings(system)

    assert [problem.code for problem in found] == ["TTG202"]
    assert found[0].message == "`db`: `a` needs `>=7 <8`, `c` needs `^6.2`; no version can suit all"
    assert found[0].place == value_place("services", "a", "depends_on", "db", "version")
    assert found[0].related == (
        ("`c` needs `^6.2`", value_place("services", "c", "depends_on", "db", "version")),
        ("the version of `db`", value_place("services", "db", "version")),
    )
    assert found[0].about == ("db", "a", "c")


def test_where_a_new_version_would_help_the_known_ones_are_named() -> None:
    """Ranges that have versions in common, but no known one, clash only until there is one."""
    (found,) = findings(asking({"version": "1.5.0", "available": ["1.3.0"]}, "^1.4", "<1.5"))

    assert found.message == "`db`: `a` needs `^1.4`, `b` needs `<1.5`; none of `1.5.0` and `1.3.0` suits all"


def test_what_clashes_is_not_told_twice_and_nothing_is_left_out() -> None:
    """A dependent beside the clash that the deployed version does not suit has its own finding."""
    found = findings(asking({"version": "3.0.0"}, "^3", "^2", "^1"))

    assert [(problem.code, problem.about) for problem in found] == [
        ("TTG201", ("c", "db")),
        ("TTG202", ("db", "a", "b")),
    ]


def test_ranges_clash_also_where_no_version_is_known() -> None:
    """Nobody has to deploy anything to see that two ranges exclude each other."""
    (found,) = findings(asking({}, "^1", "^2"))

    assert (found.code, found.message) == (
        "TTG202",
        "`db`: `a` needs `^1`, `b` needs `^2`; no version can suit all",
    )
    assert len(found.related) == 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("^1.4", "write `^1.4 || 1.5.0-rc.1`, or deploy `1.5.0`"),
        ("*", "write `>=1.5.0-rc.1`, or deploy `1.5.0`"),
    ],
)
def test_a_prerelease_inside_of_the_bounds_is_explained(text: str, hint: str) -> None:
    """Who deploys a prerelease is told why a range that seems to have it does not, and what would."""
    (found, *_) = findings(asking({"version": "1.5.0-rc.1"}, text))

    assert found.code == "TTG205"
    assert (
        found.message == f"`a` needs `db` in `{text}`, found the prerelease `1.5.0-rc.1` of a version in it"
    )
    assert found.hint == f"a range only has prereleases of numbers that it names one of: {hint}"


def test_every_malformed_text_has_its_place() -> None:
    """Deployed and available versions, and the ranges of both, are all looked at."""
    system = {
        "a": {
            "version": "x",
            "available": ["1.0.0", "y", {"version": "2.0.0", "depends_on": {"b": "!=1"}}],
            "depends_on": {"b": "~=1.4"},
        },
        "b": {},
    }

    found = findings(system)

    assert [(problem.code, problem.place, problem.message.partition(":")[0]) for problem in found] == [
        ("TTG203", value_place("services", "a", "version"), "`a`"),
        ("TTG203", value_place("services", "a", "available", 1, "version"), "`a`"),
        ("TTG203", value_place("services", "a", "available", 2, "depends_on", "b"), "`a` on `b`"),
        ("TTG203", value_place("services", "a", "depends_on", "b", "version"), "`a` on `b`"),
    ]
    assert len({problem.about for problem in found}) == 4


def test_the_newest_of_several_newer_versions_is_told() -> None:
    """One finding a service, at the available version that could be deployed."""
    (found,) = findings(asking({"version": "1.4.0", "available": ["1.5.0", "1.6.0", "2.0.0"]}, "^1.4"))

    assert found.message == "`db` is deployed in `1.4.0`; `1.6.0` is available, and in all ranges"
    assert found.place == value_place("services", "db", "available", 1, "version")
    assert found.severity is Severity.INFO


@given(systems())
def test_what_is_chosen_breaks_no_rule(system: Raw) -> None:
    """Once the chosen versions are deployed, no range is left unmet, no clash and no uninvited prerelease."""
    resolution = resolve(graph_of(system))
    chosen = {choice.service: choice.chosen for choice in resolution.choices}

    done = {name: _deployed(system[name], version) for name, version in chosen.items() if version}

    assert not {"TTG201", "TTG202", "TTG205"} & {problem.code for problem in findings(done)}


@given(systems(), st.booleans())
def test_what_nothing_can_solve_without_a_change_is_an_error(system: Raw, is_deployed: bool) -> None:  # noqa: FBT001  # drawn
    """Where `resolve` finds no versions, `validate` fails: if all are deployed, or none that is not needs others."""
    for service in system.values():
        if is_deployed:
            service.setdefault("version", "1.0.0")
        for candidate in service["available"]:
            candidate["depends_on"] = candidate["depends_on"] if is_deployed else {}

    errors = [one for one in validate_graph(subject_of(system)) if one.severity is Severity.ERROR]

    assert errors or not resolve(graph_of(system)).contradictions
    assert errors or not resolve(graph_of(system), movable=()).contradictions


def test_an_available_version_must_be_in_the_range_where_none_is_deployed() -> None:
    """It is told which there are; one that suits is enough."""
    (found,) = findings(asking({"available": ["1.0.0", "1.1.0"]}, "^2"))

    assert (found.code, found.severity) == ("TTG201", Severity.ERROR)
    assert found.message == "`a` needs `db` in `^2`, found only `1.0.0` and `1.1.0`"
    assert found.hint == "make a version of `db` in this range `available`, or widen the range"
    assert findings(asking({"available": ["1.0.0", "2.0.0"]}, "^2")) == []


def _deployed(service: Raw, version: str) -> Raw:
    """Write a service as it is once a version of it is deployed."""
    if version == service.get("version"):
        return {**service, "available": []}
    changed = next(one["depends_on"] for one in service["available"] if one["version"] == version)
    edges = {
        name: edge
        for name, edge in service["depends_on"].items()
        if not (name in changed and changed[name] is None)
    }
    ranges = {
        name: {**edges.get(name, {}), "version": text} for name, text in changed.items() if text is not None
    }
    return {"version": version, "depends_on": {**edges, **ranges}}


def test_an_available_version_that_suits_only_one_dependent_is_told_as_such() -> None:
    """Nobody is sent to a version that the next dependent refuses."""
    system = asking({"version": "3.0.0", "available": ["1.4.0", "2.4.0"]}, "^1", "2.4.0 || 1.4.0", "^2", "^3")

    hints = {problem.about: problem.hint for problem in findings(system) if problem.code == "TTG201"}

    assert (
        hints["b", "db"]
        == "`2.4.0`, which is `available`, is in this range, but not in those of all dependents"
    )


@pytest.mark.parametrize(
    ("rule", "system", "message"),
    [
        (
            "TTG206",
            asking({"version": "1.0.0"}, ">=1", "*", "^1"),
            "2 ranges of `a` and `b` have no upper end",
        ),
        (
            "TTG207",
            {name: {"version": "1.0.0", "available": ["1.1.0"]} for name in ("a", "b")},
            "newer versions of `a` and `b` are available, and in all ranges",
        ),
    ],
)
def test_what_is_only_said_in_passing_is_said_once(rule: str, system: dict[str, Any], message: str) -> None:
    """A person is told of all of them in one sentence; the others are notes."""
    (applied,) = choose_rules([rule])

    (found,) = applied.gather(findings(system))

    assert found.message == message
    assert len(found.related) == 1


def test_a_range_that_cannot_be_read_allows_no_newer_version() -> None:
    """Nobody knows what a dependent with `~=1.2` can use: a newer version is not called good for all."""
    services = {"db": {"version": "1.2.0", "available": ["2.0.0"]}, "a": {"depends_on": {"db": "~=1.2"}}}

    assert "TTG207" not in {problem.code for problem in findings(services)}


def test_an_available_version_that_needs_others_itself_is_not_just_advised() -> None:
    """Whoever deploys it would be in the next conflict: `graph resolve` looks for all of it."""
    services = {
        "auth": {
            "version": "1.0.0",
            "available": [{"version": "2.0.0", "depends_on": {"cache": "^8"}}],
            "depends_on": {"cache": "^7"},
        },
        "cache": {"version": "7.1.0"},
        "web": {"depends_on": {"auth": "^2"}},
    }

    (found,) = (problem for problem in findings(services) if problem.code == "TTG201")

    assert found.hint == (
        "`2.0.0` is in the ranges of all dependents, but needs others itself: see `tiktoktoe graph resolve`"
    )


def test_what_cannot_be_read_is_known_by_names_whatever_these_are() -> None:
    """Services may be called as sections are; a version and two ranges are three findings."""
    found = findings(
        {
            "a": {"version": "one", "depends_on": {"services": "~~1", "depends_on": "!!"}},
            "services": {},
            "depends_on": {},
        }
    )

    assert [one.identity for one in found] == [
        ("TTG203", "a", "version"),
        ("TTG203", "a", "services", "version"),
        ("TTG203", "a", "depends_on", "version"),
    ]


def test_a_version_that_is_put_before_others_changes_nothing_that_is_known() -> None:
    """What is available is known by its version, not by where it stands in the list."""
    known = {"version": "1.4.2", "depends_on": {"b": "~~1"}}

    before, after = (
        {one.identity for one in findings({"a": {"available": available}, "b": {}})}
        for available in ([known, "two"], ["1.4.3", known, "two"])
    )

    assert (
        before == after == {("TTG203", "a", "b", "1.4.2", "available"), ("TTG203", "a", "two", "available")}
    )
