"""Numbers with the limits of 64 bits, and none of Python's conveniences."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.expressions.cases import same
from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.expressions import UInt
from tiktoktoe_cli.expressions.arithmetic import MAX_SIZE


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("7 / -2", -3),
        ("7 % 2", 1),
        ("-7 % 2", -1),
        ("7 % -2", 1),
        ("7u / 2u", UInt(3)),
        ("7u % 4u", UInt(3)),
        ("2u + 3u", UInt(5)),
        ("7.0 / 2.0", 3.5),
        ("1.0 / 0.0", math.inf),
        ("-1.0 / 0.0", -math.inf),
        ("1.0 / -0.0", -math.inf),
        ("0.0 / 0.0", math.nan),
        ("1e308 * 10.0", math.inf),
        ("-(-5)", 5),
        ("-(1.5)", -1.5),
        ("'a' + 'b'", "ab"),
        ("[1] + ['x']", [1, "x"]),
        ("9223372036854775806 + 1", 2**63 - 1),
    ],
)
def test_operators_compute_in_the_type_of_their_operands(text: str, value: Any) -> None:
    """Integers divide toward zero, doubles as IEEE 754 says, and a result keeps the operands' type."""
    result = value_of(text)

    assert same(result, value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9223372036854775807 + 1", "integer overflow"),
        ("-9223372036854775808 - 1", "integer overflow"),
        ("-9223372036854775808 / -1", "integer overflow"),
        ("-(-9223372036854775807 - 1)", "integer overflow"),
        ("4294967296 * 4294967296", "integer overflow"),
        ("18446744073709551615u + 1u", "unsigned integer overflow"),
        ("1u - 2u", "unsigned integer overflow"),
        ("1 / 0", "division by zero"),
        ("1u / 0u", "division by zero"),
        ("1 % 0", "modulus by zero"),
        ("1 + 1.0", "no such overload: _+_(int, double)"),
        ("1 + 1u", "no such overload: _+_(int, uint)"),
        ("1.0 % 2.0", "no such overload: _%_(double, double)"),
        ("'a' * 3", "no such overload: _*_(string, int)"),
        ("true + true", "no such overload: _+_(bool, bool)"),
        ("-true", "no such overload: -_(bool)"),
        ("-(1u)", "no such overload: -_(uint)"),
        ("[] - []", "no such overload: _-_(list, list)"),
    ],
)
def test_what_has_no_result_is_an_error_with_its_reason(text: str, reason: str) -> None:
    """Overflow, division by zero and mixed types are errors, never a wrapped or converted number."""
    error = failure_of(text)

    assert error.reason == reason


def test_a_hosts_bool_is_no_number() -> None:
    """Python's True is 1; CEL's is not."""
    error = failure_of("x + 1", x=True)

    assert error.reason == "no such overload: _+_(bool, int)"


def test_a_string_cannot_be_doubled_until_the_memory_is_full() -> None:
    """What an operation builds has a longest size."""
    half = "x" * (MAX_SIZE // 2 + 1)

    error = failure_of("x + x", x=half)

    assert error.reason == f"a value of more than {MAX_SIZE} elements"
