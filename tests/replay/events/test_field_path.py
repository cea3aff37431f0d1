"""Paths lead to a field of an event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.events.field_path import FieldPath

Json = dict[str, Any]
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=2) | st.floats(allow_nan=False)
INNER = st.dictionaries(st.sampled_from("ab"), VALUES)
BODIES = st.lists(st.dictionaries(st.sampled_from("ab"), VALUES | INNER | st.lists(VALUES)), max_size=5)


@given(bodies=BODIES, text=st.sampled_from(["a", "a.b", "a.b.a"]))
def test_a_column_holds_what_each_event_has(bodies: list[Json], text: str) -> None:
    """Reading a field of many events at once finds what reading each of them finds."""
    path = FieldPath.parse(text)

    assert path.column(bodies) == [path.read(body) for body in bodies]
    assert path.text_column(bodies) == [path.read_text(body) for body in bodies]


@pytest.mark.parametrize(
    ("value", "key"),
    [("x", "x"), (17, "17"), (1.5, "1.5"), (True, "true"), (None, None), ([], None), ({}, None)],
)
def test_keys_are_compared_by_their_text(value: object, key: str | None) -> None:
    """Numbers and booleans are the same key as their text in JSON; what has parts is no key."""
    assert FieldPath(("k",)).read_text({"k": value}) == key


@pytest.mark.parametrize(
    ("body", "is_written", "after"),
    [
        ({}, True, {"a": {"b": 1}}),
        ({"a": {"c": 2}}, True, {"a": {"c": 2, "b": 1}}),
        ({"a": "text"}, False, {"a": "text"}),
        ({"a": None}, False, {"a": None}),
    ],
)
def test_writes_only_within_objects(body: Json, is_written: bool, after: Json) -> None:  # noqa: FBT001  # a parameter of the test
    """Objects on the way are made; what is something else is not overwritten."""
    assert FieldPath.parse("a.b").write(body, 1) is is_written
    assert body == after


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b"])
def test_refuses_an_empty_name(text: str) -> None:
    """There is a name before and after each dot."""
    with pytest.raises(ValueError, match="is not a path"):
        FieldPath.parse(text)
