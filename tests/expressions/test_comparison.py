"""Equality between any two values, order within a type and among numbers, membership."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 == 1.0", True),
        ("1u == 1", True),
        ("1 == true", False),
        ("0 == false", False),
        ("'1' == 1", False),
        ("null == false", False),
        ("[1, 2.0] == [1.0, 2]", True),
        ("[1] == [true]", False),
        ("[1] == [1, 2]", False),
        ("{'a': 1} == {}", False),
        ("{'a': [1]} == {'a': [1u]}", True),
        ("{'a': 1} == {'b': 1}", False),
        ("'a' == b'a'", False),
        ("0.0 / 0.0 == 0.0 / 0.0", False),
        ("[0.0 / 0.0] == [0.0 / 0.0]", False),
        ("x != x", False),
        ("int == type(1)", True),
        ("duration('60s') == duration('1m')", True),
        ("1 < 1.5 && 2u > 1 && 1.5 < 2u", True),
        ("'Z' < 'a' && 'a' < 'ä' && '\\uffff' < '\\U00010000'", True),
        ("b'a' < b'b'", True),
        ("false < true", True),
        ("1.0 in [1, 2]", True),
        ("true in [1]", False),
        ("'b' in ['a', 'b']", True),
        ("1 in {1: 'x'}", True),
        ("[] in {1: 'x'}", False),
        ("[1] in [[1.0]]", True),
    ],
)
def test_values_compare_as_the_definition_says(text: str, value: Any) -> None:
    """Numbers meet across their types; values of different kinds are unequal and that is no error."""
    result = value_of(text, x="x")

    assert result is value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1 < 'a'", "no such overload: _<_(int, string)"),
        ("x > 100.0", "no such overload: _>_(bool, double)"),
        ("100 >= x", "no such overload: _>=_(int, bool)"),
        ("null <= null", "no such overload: _<=_(null_type, null_type)"),
        ("[1] < [2]", "no such overload: _<_(list, list)"),
        ("1 in 'abc'", "no such overload: @in(int, string)"),
        (
            "timestamp(0) < duration('1s')",
            "no such overload: _<_(google.protobuf.Timestamp, google.protobuf.Duration)",
        ),
    ],
)
def test_what_has_no_order_is_an_error(text: str, reason: str) -> None:
    """Order exists within a type and among numbers; a bool is no number."""
    error = failure_of(text, x=True)

    assert error.reason == reason


def test_a_hosts_times_compare_with_those_of_the_language() -> None:
    """A datetime is a timestamp and a timedelta a duration, whatever side they stand on."""
    moment = datetime(2024, 1, 1, tzinfo=UTC)

    same = value_of(
        "t == timestamp('2024-01-01T00:00:00Z') && timestamp('2024-01-01T00:00:00Z') == t", t=moment
    )
    shorter = value_of("d < duration('2s') && duration('2s') > d", d=timedelta(seconds=1))

    assert same is True
    assert shorter is True


def test_a_large_int_compares_with_a_double_as_a_double() -> None:
    """Beyond 2⁵³ an int is compared as the nearest double, as cel-go does."""
    result = value_of("x >= 9223372036854775808.0", x=2**63 - 1)

    assert result is True


def test_a_number_beyond_64_bits_is_compared_exactly() -> None:
    """A host's JSON may hold larger integers; they compare, though they do not compute."""
    result = value_of("x > 1.0 && x > 5 && x == x", x=10**400)

    assert result is True
    assert failure_of("x + 1", x=10**400).reason == "integer overflow"
