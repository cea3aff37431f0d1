"""Conversions between types, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.expressions.cases import same
from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.expressions import UInt


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("int('-42')", -42),
        ("int(-1.9)", -1),
        ("int(9u)", 9),
        ("uint('42')", UInt(42)),
        ("uint(4.7)", UInt(4)),
        ("double('1e3')", 1000.0),
        ("double('-Infinity')", -math.inf),
        ("double('NaN')", math.nan),
        ("double(2)", 2.0),
        ("string(true)", "true"),
        ("string(7u)", "7"),
        ("string(0.1)", "0.1"),
        ("string(-0.0)", "-0"),
        ("string(100.0)", "100"),
        ("string(1000000.0)", "1e+06"),
        ("string(1.5e-7)", "1.5e-07"),
        ("string(123456.5)", "123456.5"),
        ("string(1.0 / 0.0)", "+Inf"),
        ("string(b'\\xc3\\xa9')", "é"),
        ("bytes('é')", b"\xc3\xa9"),
        ("bool('True')", True),
        ("bool('0')", False),
        ("dyn(1)", 1),
    ],
)
def test_values_convert(text: str, value: Any) -> None:
    """A conversion keeps the value as far as the other type can; texts are those of Go's strconv."""
    result = value_of(text)

    assert same(result, value)


@pytest.mark.parametrize(
    "text",
    [
        "int('1.5')",
        "int('')",
        "int(' 1')",
        "int('1_000')",
        "int('٣')",
        "int('9223372036854775808')",
        "int(9223372036854775808.0)",
        "int(0.0 / 0.0)",
        "int(18446744073709551615u)",
        "int(true)",
        "uint(-1)",
        "uint('-1')",
        "uint(-0.5)",
        "uint(0.0 / 0.0)",
        "double('1_0')",
        "double('1e999')",
        "double('')",
        "bool('yes')",
        "bool(1)",
        "string(b'\\xff')",
        "string(null)",
        "string([1])",
    ],
)
def test_what_does_not_convert_is_an_error(text: str) -> None:
    """A conversion that would lose or invent something is refused."""
    failure_of(text)
