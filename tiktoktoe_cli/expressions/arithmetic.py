"""The arithmetic operators with CEL's limits: 64-bit integers that do not wrap, IEEE doubles, exact times."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Final, TypeVar

from tiktoktoe_cli.expressions.dispatch import overloaded
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import INT_MAX, INT_MIN, UINT_MAX, Duration, Timestamp, UInt, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

_Sized = TypeVar("_Sized", bound="Sized")

MAX_SIZE: Final = 2**24
"""The longest string, bytes or list an operation may build, so that doubling cannot fill the memory."""


def checked_int(number: int) -> int:
    """Give the number if it fits CEL's `int`; raises EvaluationError."""
    if INT_MIN <= number <= INT_MAX:
        return number
    raise EvaluationError("integer overflow")


def checked_uint(number: int) -> UInt:
    """Give the number if it fits CEL's `uint`; raises EvaluationError."""
    if 0 <= number <= UINT_MAX:
        return UInt(number)
    raise EvaluationError("unsigned integer overflow")


def checked_size(value: _Sized) -> _Sized:
    """Give the string, bytes or list unless it is longer than MAX_SIZE; raises EvaluationError."""
    if len(value) <= MAX_SIZE:
        return value
    raise EvaluationError(f"a value of more than {MAX_SIZE} elements")


def _int(compute: Callable[[int, int], int]) -> Callable[[int, int], int]:
    return lambda left, right: checked_int(compute(left, right))


def _uint(compute: Callable[[int, int], int]) -> Callable[[int, int], UInt]:
    return lambda left, right: checked_uint(compute(left, right))


def _concatenate(left: Value, right: Value) -> Value:
    return checked_size(left + right)


def _quotient(left: int, right: int) -> int:
    """Divide toward zero, as CEL does; Python's `//` rounds down."""
    if right == 0:
        raise EvaluationError("division by zero")
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _remainder(left: int, right: int) -> int:
    """Give the remainder with the sign of the dividend, as CEL does."""
    if right == 0:
        raise EvaluationError("modulus by zero")
    size = abs(left) % abs(right)
    return -size if left < 0 else size


def _ratio(left: float, right: float) -> float:
    """Divide as IEEE 754 does, where zero is a divisor like any other."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _later(instant: Timestamp, span: Duration) -> Timestamp:
    return Timestamp(instant.ns + span.ns)


add = overloaded(
    "_+_",
    {
        (int, int): _int(operator.add),
        (UInt, UInt): _uint(operator.add),
        (float, float): operator.add,
        (str, str): _concatenate,
        (bytes, bytes): _concatenate,
        (list, list): _concatenate,
        (Timestamp, Duration): _later,
        (Duration, Timestamp): lambda span, instant: _later(instant, span),
        (Duration, Duration): lambda left, right: Duration(left.ns + right.ns),
    },
)
subtract = overloaded(
    "_-_",
    {
        (int, int): _int(operator.sub),
        (UInt, UInt): _uint(operator.sub),
        (float, float): operator.sub,
        (Timestamp, Timestamp): lambda left, right: Duration(left.ns - right.ns),
        (Timestamp, Duration): lambda instant, span: Timestamp(instant.ns - span.ns),
        (Duration, Duration): lambda left, right: Duration(left.ns - right.ns),
    },
)
multiply = overloaded(
    "_*_",
    {(int, int): _int(operator.mul), (UInt, UInt): _uint(operator.mul), (float, float): operator.mul},
)
divide = overloaded(
    "_/_", {(int, int): _int(_quotient), (UInt, UInt): _uint(_quotient), (float, float): _ratio}
)
modulo = overloaded("_%_", {(int, int): _int(_remainder), (UInt, UInt): _uint(_remainder)})
negate = overloaded("-_", {(int,): lambda number: checked_int(-number), (float,): operator.neg})
