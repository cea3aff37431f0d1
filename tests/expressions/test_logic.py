"""`&&` and `||` absorb errors where the other operand decides, in any order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("false && 1 / 0 > 0", False),
        ("1 / 0 > 0 && false", False),
        ("true || 1 / 0 > 0", True),
        ("1 / 0 > 0 || true", True),
        ("missing.field && false", False),
        ("missing || true", True),
        ("'text' && false", False),
        ("1 / 0 > 0 && missing && false", False),
        ("(1 / 0 > 0 || true) && true", True),
        ("!(1 / 0 > 0 && false)", True),
        ("true ? 1 : 1 / 0", 1),
        ("(1 / 0 > 0 || true) ? 'a' : 'b'", "a"),
        ("[1, 0].exists(x, 1 / x == 1)", True),
        ("[0, 1].exists(x, 1 / x == 1)", True),
        ("[0, 1].all(x, 1 / x == 2)", False),
        ("[1].exists(x, missing || x == 1)", True),
    ],
)
def test_an_error_is_absorbed_where_another_operand_decides(text: str, value: Any) -> None:
    """One false decides `&&` and one true decides `||`, whatever the others are."""
    result = value_of(text)

    assert result is value or result == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("true && 1 / 0 > 0", "division by zero"),
        ("1 / 0 > 0 && true", "division by zero"),
        ("false || 1 / 0 > 0", "division by zero"),
        ("1 % 0 > 0 || 1 / 0 > 0", "modulus by zero"),
        ("1 && true", "no such overload: expected bool, found int"),
        ("!1", "no such overload: expected bool, found int"),
        ("1 ? 2 : 3", "no such overload: expected bool, found int"),
        ("1 / 0 > 0 ? 2 : 2", "division by zero"),
        ("false ? 1 : 1 / 0", "division by zero"),
        ("[1, 0].all(x, 1 / x == 1)", "division by zero"),
        ("[1, 0, 1].exists_one(x, 1 / x == 1)", "division by zero"),
    ],
)
def test_an_error_is_the_result_where_nothing_decides(text: str, reason: str) -> None:
    """An error that no operand outweighs is the result, the first one of several."""
    error = failure_of(text)

    assert error.reason == reason


def test_a_missing_field_never_passes() -> None:
    """No comparison with an absent field is true: neither equality nor its opposite."""
    event = {"data": {"id": 1}}

    errors = [failure_of(text, **event) for text in ("data.x == 1", "data.x != 1", "!(data.x == 1)")]

    assert [error.missing for error in errors] == ["data.x"] * 3
