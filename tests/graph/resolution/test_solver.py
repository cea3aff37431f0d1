"""The choice of versions: as good as the best one there is, and what the field's own solvers expect."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from tests.graph.resolution.puzzles import Raw, best_cost, cost_of, systems, wanted
from tests.graph.systems import graph_of
from tiktoktoe_cli.graph.choices import Preference
from tiktoktoe_cli.graph.resolution.budget import Budget, GaveUpError
from tiktoktoe_cli.graph.resolution.question import question_of
from tiktoktoe_cli.graph.resolution.solver import solve

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

NOT_PORTABLE = {
    "pub/use-latest-allowed-prerelease-if-no-stable-versions-match": "pub lets in prereleases where no release fits",
    "pub/backtracking-pre-release-fails-with-indirect-dependency": "as above",
    "resolvelib-cocoapods/circular": "a cycle that every choice has is `graph validate`'s to tell (TTG101)",
}
"""Where the source means something else than node-semver; beside these, PEP 440 cases whose ranges have no npm form."""


def chosen_in(
    system: Raw, preference: Preference = Preference.DEPLOYED, movable: Collection[str] | None = None
) -> dict[str, str | None] | None:
    """Choose the versions of a system."""
    question = question_of(graph_of(system), preference, movable)
    answer = solve(question, Budget())
    if answer.chosen is None:
        return None
    return {name: question.options[name][place].text for name, place in answer.chosen.items()}


def cases(vectors: Path) -> list[dict[str, Any]]:  # JSON
    """Read the cases of pub, PubGrub, packse and resolvelib."""
    found: list[dict[str, Any]] = json.loads((vectors / "graph" / "resolver_cases.json").read_text())["cases"]
    return found


def system_of(case: dict[str, Any]) -> Raw:  # JSON
    """Write a case as a system: what is locked is deployed, everything else is available."""
    locked = case.get("locked", {})
    system: Raw = {"root": {"version": "1.0.0", "depends_on": case["root"]}}
    for name, versions in case["packages"].items():
        others = [
            {"version": one, "depends_on": needs}
            for one, needs in versions.items()
            if one != locked.get(name)
        ]
        system[name] = {"available": others}
        if name in locked:
            system[name] |= {"version": locked[name], "depends_on": versions[locked[name]]}
    return system


def reached(case: dict[str, Any], chosen: dict[str, str | None]) -> dict[str, str | None]:  # JSON
    """Leave out what is deployed, but nothing needs: package managers would not install it."""
    waiting, found = [*case["root"]], set(case["root"])
    while waiting:
        name = waiting.pop()
        new = case["packages"][name][chosen[name]].keys() - found
        found |= new
        waiting += new
    return {name: chosen[name] for name in found}


def test_portable_cases_come_out_as_their_source_expects(vectors: Path) -> None:
    """Every case that means the same under npm's ranges has the source's solution, or is a conflict as there."""
    portable = [case for case in cases(vectors) if case.get("portable")]

    wrong = []
    for case in portable:
        chosen = chosen_in(system_of(case), Preference.NEWEST)
        found = chosen and reached(case, chosen)
        if found != case["expect"].get("solution"):
            wrong.append((case["id"], found))

    assert len(portable) == 29
    assert wrong == []


def test_every_other_case_is_listed_with_its_reason(vectors: Path) -> None:
    """No case is left out in silence."""
    others = [case for case in cases(vectors) if not case.get("portable")]

    assert {case["id"] for case in others if not case.get("pep440_only")} == NOT_PORTABLE.keys()
    assert all("packages" not in case for case in others if case.get("pep440_only"))


def test_what_a_source_keeps_locked_is_kept(vectors: Path) -> None:
    """With deployed versions preferred, a case with locked packages has the same solution."""
    locked = [case for case in cases(vectors) if case.get("locked")]

    found = {case["id"]: chosen_in(system_of(case)) for case in locked}

    assert len(found) == 2
    assert found["pub/locked-unrelated-ignored"] == {
        "root": "1.0.0",
        "foo": "1.0.2",
        "bar": "1.0.2",
        "baz": "1.0.0",
    }
    assert found["pub/locked-only-version-message"] is None


@settings(max_examples=400)
@given(systems())
def test_the_choice_is_the_best_there_is(system: Raw) -> None:
    """A choice is found exactly if there is one, and none changes fewer services, or has newer versions."""
    chosen = chosen_in(system)

    assert (None if chosen is None else cost_of(system, chosen)) == best_cost(system)


@settings(max_examples=200)
@given(systems())
def test_the_newest_choice_is_the_newest_there_is(system: Raw) -> None:
    """Where new versions are preferred, no other choice has newer ones."""
    chosen = chosen_in(system, Preference.NEWEST)

    cost = None if chosen is None else cost_of(system, chosen, newest=True)
    assert cost == best_cost(system, newest=True)


@given(systems())
def test_the_same_question_has_the_same_answer(system: Raw) -> None:
    """Whatever order the services are written in, the choice is as good; in the same order, it is the same."""
    turned = dict(reversed(system.items()))

    chosen, other = chosen_in(system), chosen_in(turned)

    assert chosen == chosen_in(system)
    assert (chosen and cost_of(system, chosen)) == (other and cost_of(system, other))


@given(systems())
def test_what_has_to_run_runs_and_nothing_else_that_nobody_needs(system: Raw) -> None:
    """Services with a version are there; others only if something chosen needs them."""
    chosen = chosen_in(system) or {}

    assert not chosen or wanted(system) <= chosen.keys()


def test_one_change_is_better_than_two() -> None:
    """Rather than to take back two services that need the new one, the one that cannot is brought forward."""
    system = {
        "old": {
            "version": "1.0.0",
            "available": [{"version": "2.0.0", "depends_on": {"db": "^2"}}],
            "depends_on": {"db": "^1"},
        },
        "a": {
            "version": "1.0.0",
            "available": [{"version": "0.9.0", "depends_on": {"db": "^1"}}],
            "depends_on": {"db": "^2"},
        },
        "db": {"version": "2.0.0", "available": ["1.0.0"]},
    }

    assert chosen_in(system) == {"old": "2.0.0", "a": "1.0.0", "db": "2.0.0"}


def test_among_new_versions_the_newest_is_taken_and_prereleases_come_last() -> None:
    """If the deployed version will not do, the newest release that will is chosen, before any prerelease."""
    versions = ["1.4.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.11.0-rc.1"]
    system = {
        "a": {"version": "1.0.0", "depends_on": {"b": "^1.4"}},
        "b": {"version": "1.0.0", "available": versions},
    }

    assert chosen_in(system) == {"a": "1.0.0", "b": "1.10.0"}


def test_ranges_hold_on_edges_of_every_kind() -> None:
    """Soft and optional dependencies say what happens without them, not that any version will do."""
    for edge in ({"kind": "soft"}, {"kind": "runtime"}, {"required": False}):
        system = {
            "a": {"version": "1.0.0", "depends_on": {"b": {"version": "^1", **edge}}},
            "b": {"version": "2.0.0", "available": ["1.0.0"]},
        }

        assert chosen_in(system) == {"a": "1.0.0", "b": "1.0.0"}


def test_an_unknown_version_will_do_everywhere() -> None:
    """A service of which no version is known is not in anybody's way."""
    assert chosen_in({"a": {"depends_on": {"b": "^1"}}, "b": {}}) == {"a": None, "b": None}


def test_an_available_version_may_need_one_service_more_or_one_less() -> None:
    """What is not deployed comes with the version that needs it; what a version does without does not bind it."""
    system: Raw = {
        "web": {"version": "1.0.0", "depends_on": {"api": "^2"}},
        "api": {
            "version": "1.0.0",
            "available": [{"version": "2.0.0", "depends_on": {"audit": "^1", "legacy": None}}],
            "depends_on": {"legacy": "^1"},
        },
        "legacy": {"version": "3.0.0"},
        "audit": {"available": ["1.0.0", "1.2.0"]},
    }

    assert chosen_in(system) == {"web": "1.0.0", "api": "2.0.0", "legacy": "3.0.0", "audit": "1.2.0"}
    system["web"]["depends_on"] = {"api": "^1"}
    system["legacy"]["version"] = "1.0.0"
    assert chosen_in(system) == {"web": "1.0.0", "api": "1.0.0", "legacy": "1.0.0"}


def test_no_choice_makes_services_wait_for_each_other() -> None:
    """A version that would close a cycle of start dependencies is not chosen, though its ranges hold."""
    system = {
        "web": {"version": "1.0.0", "depends_on": {"api": "^2"}},
        "api": {"version": "1.0.0", "available": [{"version": "2.1.0", "depends_on": {"db": "*"}}, "2.0.0"]},
        "db": {"version": "1.0.0", "depends_on": {"api": "*"}},
    }

    assert chosen_in(system) == {"web": "1.0.0", "api": "2.0.0", "db": "1.0.0"}


def test_a_cycle_that_every_choice_has_is_no_obstacle() -> None:
    """What is wrong whatever the versions are is for `graph validate` to tell."""
    system = {
        "a": {"version": "1.0.0", "depends_on": {"b": "^1"}},
        "b": {
            "version": "1.0.0",
            "available": [{"version": "1.1.0", "depends_on": {"a": "^1.0"}}],
            "depends_on": {"a": "*"},
        },
    }

    assert chosen_in(system) == {"a": "1.0.0", "b": "1.0.0"}


def test_only_services_that_may_change_do() -> None:
    """With `movable`, the others keep what is deployed, and the answer may be that there is none."""
    system = {
        "a": {"version": "1.0.0", "available": ["1.5.0"], "depends_on": {"b": "^2"}},
        "b": {"version": "1.0.0", "available": ["2.0.0"]},
    }

    assert chosen_in(system, Preference.NEWEST, ["b"]) == {"a": "1.0.0", "b": "2.0.0"}
    assert chosen_in(system, Preference.NEWEST, ["a"]) is None


def test_a_search_beyond_its_budget_gives_up() -> None:
    """Pigeons and holes are hard for every exact solver: this one says so instead of running on."""
    pigeons, holes = range(10), range(9)
    system: Raw = {"loft": {"version": "1.0.0", "depends_on": {f"pigeon{one}": "*" for one in pigeons}}}
    for hole in holes:
        system[f"hole{hole}"] = {"available": [f"1.{one}.0" for one in pigeons]}
    for one in pigeons:
        nests = [{"version": f"1.{hole}.0", "depends_on": {f"hole{hole}": f"1.{one}.0"}} for hole in holes]
        system[f"pigeon{one}"] = {"available": nests}

    with pytest.raises(GaveUpError):
        solve(question_of(graph_of(system)), Budget(left=100_000))
