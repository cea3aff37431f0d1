"""Paths that are made of the values of events."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.expressions import EvaluationError, ExpressionError
from tiktoktoe_cli.replay.delivering.path_template import PathTemplate, safe_name


def path_of(template: str, body: dict[str, object]) -> str:
    """Name the file of an event."""
    parsed = PathTemplate.parse(template)
    assert parsed
    return parsed.path(body)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("out/{data.country}/{type}.ndjson", "out/CH/order.placed.ndjson"),
        ("out/{n}.ndjson", "out/7.ndjson"),
        ("{paid}", "true"),
        ("{has(data.city) ? data.city : 'none'}/a", "none/a"),
        ("{n % 4}-{type.size()}", "3-12"),
    ],
)
def test_each_expression_becomes_its_value(template: str, path: str) -> None:
    """Fields and whole expressions alike."""
    body = {"type": "order.placed", "n": 7, "paid": True, "data": {"country": "CH"}}

    assert path_of(template, body) == path


def test_a_path_without_braces_is_none() -> None:
    """It names one file."""
    assert PathTemplate.parse("out/all.ndjson") is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        ("..", "%2E."),
        ("", "%"),
        ("%", "%25"),
        ("a b\n", "a%20b%0A"),
        ("Zürich", "Z%C3%BCrich"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_no_value_leads_out_of_its_folder(value: str, name: str) -> None:
    """What is no plain name is percent-encoded."""
    assert path_of("out/{v}", {"v": value}) == f"out/{name}"


@given(st.sets(st.text(st.characters(codec="utf-8")) | st.text("/.%a", max_size=400), max_size=20))
def test_different_values_are_different_names(values: set[str]) -> None:
    """And each is one part of a path that every file system takes."""
    names = {safe_name(value) for value in values}

    assert len(names) == len(values)
    assert all(name and os.path.basename(name) == name for name in names)  # noqa: PTH119  # texts, not files
    assert not names & {".", ".."}
    assert max(map(len, names), default=0) < 200


@pytest.mark.parametrize("body", [{}, {"v": None}, {"v": [1]}, {"v": {"a": 1}}])
def test_what_is_no_text_number_or_boolean_names_no_file(body: dict[str, object]) -> None:
    """There is nothing to call it."""
    with pytest.raises((EvaluationError, ValueError)):
        path_of("{v}", body)


def test_what_is_no_expression_is_told() -> None:
    """When the configuration is read."""
    with pytest.raises(ExpressionError):
        PathTemplate.parse("out/{data.}.ndjson")
