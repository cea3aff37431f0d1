"""The functions of cel-go's math extension."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.arithmetic import checked_int
from tiktoktoe_cli.expressions.comparison import greater, less
from tiktoktoe_cli.expressions.dispatch import Operation, Overloads, no_such_overload
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import INT_MAX, UINT_MAX, UInt, Value, adopt

if TYPE_CHECKING:
    from collections.abc import Callable

_BITS: Final = 64
_NUMBERS: Final = (int, UInt, float)


def extreme(name: str, beats: Operation) -> Operation:
    """Make `math.greatest` or `math.least`: of its arguments, or of the one list it is given."""

    def find(*arguments: Value) -> Value:
        first = adopt(arguments[0])
        numbers = first if len(arguments) == 1 and type(first) is list else arguments
        if not numbers or not all(type(number) in _NUMBERS for number in numbers):
            raise no_such_overload(name, arguments)
        best = numbers[0]
        for number in numbers[1:]:
            best = number if beats(number, best) else best
        return best

    return find


greatest = extreme("math.greatest", greater)
least = extreme("math.least", less)


def rounded(rounding: Callable[[float], float]) -> Callable[[float], float]:
    """Make a rounding that keeps doubles doubles, and what is not finite as it is."""
    return lambda number: float(rounding(number)) if math.isfinite(number) else number


def half_away_from_zero(number: float) -> float:
    """Round to the nearest whole number, halves away from zero; Python's round takes them to the even one."""
    whole = math.trunc(number)
    return whole + math.copysign(1, number) if abs(number - whole) >= 0.5 else whole  # noqa: PLR2004  # a half


def sign(number: Value) -> Value:
    """Give -1, 0 or 1 in the type of the number; NaN stays NaN."""
    return type(number)((number > 0) - (number < 0)) if number == number else number  # noqa: PLR0124  # NaN


def square_root(number: float) -> float:
    """Give the square root, NaN of a negative number."""
    return math.sqrt(number) if number >= 0 else math.nan


def _signed(bits: int) -> int:
    bits &= UINT_MAX
    return bits - (UINT_MAX + 1) if bits > INT_MAX else bits


def bitwise(combine: Callable[[int, int], int]) -> Overloads:
    """List the overloads of a bit operation: of two ints or of two uints."""
    return {(int, int): combine, (UInt, UInt): lambda left, right: UInt(combine(left, right))}


def _shift(number: int, places: int, move: Callable[[int, int], int]) -> int:
    if places < 0:
        raise EvaluationError(f"negative shift: {places}")
    return move(number & UINT_MAX, places) & UINT_MAX if places < _BITS else 0


def shifting(move: Callable[[int, int], int]) -> Overloads:
    """List the overloads of a shift of 64 bits, which takes an int for its bits, without its sign."""
    return {
        (int, int): lambda number, places: _signed(_shift(number, places, move)),
        (UInt, int): lambda number, places: UInt(_shift(number, places, move)),
    }


bit_not: Final[Overloads] = {(int,): operator.invert, (UInt,): lambda number: UInt(number ^ UINT_MAX)}
absolute: Final[Overloads] = {
    (int,): lambda number: checked_int(abs(number)),
    (UInt,): lambda number: number,
    (float,): abs,
}
