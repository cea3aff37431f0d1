"""The functions of the math extension."""

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
        ("math.greatest(1, 2.5, 2u)", 2.5),
        ("math.least([3, 1u, 2])", UInt(1)),
        ("math.greatest(7)", 7),
        ("math.round(2.5)", 3.0),
        ("math.round(-2.5)", -3.0),
        ("math.round(0.49999999999999994)", 0.0),
        ("math.ceil(1.0 / 0.0)", math.inf),
        ("math.trunc(-1.9)", -1.0),
        ("math.sign(-3)", -1),
        ("math.sign(0.0 / 0.0)", math.nan),
        ("math.sqrt(16)", 4.0),
        ("math.sqrt(-1.0)", math.nan),
        ("math.abs(-2.5)", 2.5),
        ("math.bitAnd(6, 3)", 2),
        ("math.bitNot(0u)", UInt(2**64 - 1)),
        ("math.bitShiftLeft(1, 63)", -(2**63)),
        ("math.bitShiftLeft(1, 64)", 0),
        ("math.bitShiftRight(-1, 63)", 1),
        ("math.bitShiftRight(8u, 2)", UInt(2)),
    ],
)
def test_math_functions(text: str, value: Any) -> None:
    """Each function does what cel-go's math extension documents, in the type it documents."""
    result = value_of(text)

    assert same(result, value)


@pytest.mark.parametrize(
    "text",
    [
        "math.greatest('a', 'b')",
        "math.greatest([])",
        "math.least(1, true)",
        "math.ceil(1)",
        "math.bitAnd(1, 1u)",
        "math.bitShiftLeft(1, -1)",
        "math.abs(-9223372036854775808)",
    ],
)
def test_math_functions_refuse_other_types(text: str) -> None:
    """There is no conversion between numeric types."""
    failure_of(text)
