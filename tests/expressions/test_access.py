"""Reading data: what is there, and an error with a path for what is not."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of

EVENT: dict[str, Any] = {"data": {"items": [{"price": 5}], "content-type": "json", "note": None}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("data.items[0].price", 5),
        ("data['items'][0]['price']", 5),
        ("data.`content-type`", "json"),
        ("data.items[0u].price", 5),
        ("data.items[0.0].price", 5),
        ("data.note == null", True),
        ("has(data.note)", True),
        ("has(data.nothing)", False),
        ("'items' in data", True),
        ("size(data)", 3),
    ],
)
def test_fields_and_elements_are_read(text: str, value: Any) -> None:
    """Maps are read by field and by key, lists by index."""
    result = value_of(text, **EVENT)

    assert result == value


@pytest.mark.parametrize(
    ("text", "reason", "missing"),
    [
        ("data.amount > 1", "no such key: amount", "data.amount"),
        ("data.a.b.c", "no such key: a", "data.a"),
        ("data['amount']", "no such key: amount", 'data["amount"]'),
        ("data.items[0].cost", "no such key: cost", "data.items[0].cost"),
        ("data.items[3]", "index out of bounds: 3", "data.items[3]"),
        ("data.items[-1]", "index out of bounds: -1", "data.items[-1]"),
        ("data.items.map(i, i.cost)", "no such key: cost", "i.cost"),
        ("nothing.amount", "no such variable: nothing", "nothing"),
        ("data.note.text", "no such overload: null_type.text (of `data.note.text`)", None),
        ("data.items.price", "no such overload: list.price (of `data.items.price`)", None),
        ("data.items['0']", "no such overload: _[_](list, string)", None),
        ("data.items[0.5]", "no such overload: _[_](list, double)", None),
        ("has(data.note.text)", "no such overload: has(null_type)", None),
        ("data[b'']", "no such overload: _[_](map, bytes)", None),
    ],
)
def test_an_absent_field_is_an_error_that_names_it(text: str, reason: str, missing: str | None) -> None:
    """What is missing is named by its path; reading from something that has no fields is another error."""
    error = failure_of(text, **EVENT)

    assert (error.reason, error.missing) == (reason, missing)


def test_numeric_keys_are_equal_across_their_types() -> None:
    """A map finds 1 by `1`, `1u` and `1.0`, and does not take `true` for it."""
    assert value_of("[{1: 'x'}[1], {1u: 'x'}[1], {1: 'x'}[1.0]]") == ["x", "x", "x"]
    assert failure_of("{1: 'x'}[true]").reason == "no such key: true"


def test_true_and_one_are_different_keys() -> None:
    """A map can have both keys, though Python takes them for the same."""
    text = "{true: 'bool', 1: 'int'}"

    assert value_of(f"[{text}[true], {text}[1]]") == ["bool", "int"]
    assert value_of(f"size({text})") == 2
    assert value_of(f"{text} == {{1: 'int', true: 'bool'}}") is True
    assert value_of(f"{text}.map(k, k)") == [True, 1]


@pytest.mark.parametrize(
    "text", ["{1: 'a', 1u: 'b'}", "{'a': 1, 'a': 2}", "{null: 1}", "{1.5: 1}", "{[]: 1}"]
)
def test_a_map_takes_each_key_once_and_no_odd_ones(text: str) -> None:
    """A repeated key is an error, and so is one that is no string, int, uint or bool."""
    error = failure_of(text)

    assert "key" in error.reason


def test_any_mapping_can_be_read() -> None:
    """A host may bind a mapping other than dict."""
    result = value_of("data.a.b == 1 && has(data.a.b)", data=OrderedDict(a=OrderedDict(b=1)))

    assert result is True
