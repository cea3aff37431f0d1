"""Numbers where a text is expected: versions that other readers of YAML would change."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import graph_of, value_place
from tiktoktoe_cli.graph.rules import Finding, Subject
from tiktoktoe_cli.graph.rules.texts import find_bare_numbers


def found_in(services: dict[str, Any]) -> list[Finding]:  # what YAML can hold
    """Look at services of which no text stands in quotes."""
    return list(find_bare_numbers(Subject(graph_of(services), is_bare=lambda *_: True)))


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.10", "1.1"), ("1.0", "1"), ("010", "10"), ("1e3", "1000"), ("0x1F", "31"), ("1.", "1")],
)
def test_a_number_that_is_not_written_back_the_same_is_found(text: str, number: str) -> None:
    """What others make of it is told, and how it is written so that they do not."""
    (found,) = found_in({"a": {"version": text}})

    assert (
        found.message
        == f"`{text}` stands without quotes: other readers of YAML make the number {number} of it"
    )
    assert found.place == value_place("services", "a", "version")
    assert found.hint == f'write `"{text}"`'


@pytest.mark.parametrize("text", ["1.10.0", "2", "1.5", "^1.10", ">=1.0 <2", "1.x", "latest", "", "-", "1_0"])
def test_what_stays_as_it_is_written_is_not_found(text: str) -> None:
    """A text that is no number, and a number that reads the same, need no quotes."""
    assert found_in({"a": {"version": text}}) == []


def test_versions_candidates_and_ranges_are_looked_at() -> None:
    """Each at its own place."""
    found = found_in({"a": {"version": "1.10", "available": ["1.20"], "depends_on": {"b": "1.30"}}, "b": {}})

    assert [one.about for one in found] == [
        ("a", "version"),
        ("a", "1.20", "available"),
        ("a", "b", "version"),
    ]


def test_what_stands_in_quotes_is_a_text() -> None:
    """Nobody takes it for a number."""
    graph = graph_of({"a": {"version": "1.10"}})

    assert list(find_bare_numbers(Subject(graph, is_bare=lambda *_: False))) == []
