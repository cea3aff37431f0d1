"""What is to be written, applied to the configuration and asked again."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import given

from tests.graph.resolution.puzzles import packages, systems
from tests.graph.systems import findings, graph_of
from tiktoktoe_cli.graph.resolution import resolve
from tiktoktoe_cli.graph.resolution.recipe import Edit, edits_of, edits_of_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.graph.resolution.puzzles import Raw

SERVICE: dict[str, Any] = {  # what YAML can hold
    "version": "3.0.0",
    "available": [
        {
            "version": "2.0.0",
            "depends_on": {"audit": "^1", "db": "^1", "old": None, "gone": None, "same": "^4"},
        }
    ],
    "depends_on": {"db": "^2", "old": {}, "same": "^4", "other": {}},
}


def applied(services: Raw, edits: Iterable[Edit]) -> Raw:
    """Write everything into a copy, as a person would into the file."""
    written = deepcopy(services)
    for edit in edits:
        service = written[edit.service]
        if edit.path[2] == "version":
            service["version"] = edit.value
        elif edit.value is None:
            del service["depends_on"][edit.path[3]]
        elif edit.is_new:
            assert edit.path[3] not in service.get("depends_on", {})
            service.setdefault("depends_on", {})[edit.path[3]] = edit.value
        elif isinstance(service["depends_on"][edit.path[3]], dict):
            service["depends_on"][edit.path[3]]["version"] = edit.value
        else:
            service["depends_on"][edit.path[3]] = edit.value
    return written


def test_a_version_is_written_with_what_it_needs_otherwise() -> None:
    """Another range, one more and one less are written; what is declared like that already is not."""
    graph = graph_of({"api": SERVICE})

    found = list(edits_of(graph.services["api"], "2.0.0"))

    assert found == [
        Edit("api", ("services", "api", "version"), "2.0.0"),
        Edit("api", ("services", "api", "depends_on", "audit", "version"), "^1", is_new=True),
        Edit("api", ("services", "api", "depends_on", "db", "version"), "^1"),
        Edit("api", ("services", "api", "depends_on", "old"), None),
    ]


def assert_settled(system: Raw) -> None:
    """Write what was found to be best, and look again: nothing is left to do, and no range is unmet."""
    first = resolve(graph_of(system))
    if first.choices:
        written = applied(system, edits_of_all(first.choices, first.graph))
        again = resolve(graph_of(written))

        assert again.changes == ()
        assert {one.service: one.chosen for one in again.choices} == {
            one.service: one.chosen for one in first.choices
        }
        assert not [
            one
            for one in findings(written)
            if one.code in {"TTG201", "TTG202"} and _is_run(one.about, written)
        ]


def _is_run(about: tuple[str, ...], system: Raw) -> bool:
    """Tell whether all that a finding is about is deployed: nobody asks what the others need."""
    return all(name not in system or "version" in system[name] for name in about)


@given(systems())
def test_what_is_to_be_written_settles_it(system: Raw) -> None:
    """Whatever the system, once the recipe is applied, what is deployed fits together, for `graph validate`, too."""
    assert_settled(system)


@given(packages())
def test_what_is_added_settles_it(system: Raw) -> None:
    """So it is where hardly anything is deployed yet."""
    assert_settled(system)


def test_what_is_no_longer_needed_stays_away() -> None:
    """A version that drops a service was its last user: once that is written down, nothing calls the service back."""
    assert_settled(
        {
            "a": {"version": "1.0.0"},
            "b": {"available": ["1.1.0"]},
            "c": {
                "available": ["1.1.0", {"version": "2.0.0-rc.1", "depends_on": {"a": "^1", "b": None}}],
                "depends_on": {"a": "^2", "b": {}},
            },
        }
    )
