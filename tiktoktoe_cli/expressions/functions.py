"""The table of functions: name, how it is called, and an implementation for each list of types."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions import conversions, numeric, strings, times
from tiktoktoe_cli.expressions.arithmetic import checked_int, checked_uint
from tiktoktoe_cli.expressions.dispatch import Operation, Overloads, overloaded
from tiktoktoe_cli.expressions.formatting import format_text
from tiktoktoe_cli.expressions.regex import matches
from tiktoktoe_cli.expressions.values import (
    TYPE_VALUES,
    Duration,
    Timestamp,
    TypeValue,
    UInt,
    Value,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class Style(StrEnum):
    """How a function is called."""

    FUNCTION = "f(x)"
    METHOD = "x.f()"
    EITHER = "f(x) or x.f()"


@dataclass(frozen=True, slots=True)
class Function:
    """A row of the table; `arities` count a method's target, and are empty if any number will do."""

    name: str
    style: Style
    call: Operation
    arities: frozenset[int] = frozenset()
    is_bool: bool = False

    def takes(self, count: int) -> bool:
        """Say whether the function takes this number of arguments, a method's target included."""
        return count in self.arities if self.arities else count > 0


def _row(name: str, style: Style, overloads: Overloads, *, is_bool: bool = False) -> Function:
    return Function(name, style, overloaded(name, overloads), frozenset(map(len, overloads)), is_bool)


def _for_each(implementation: Operation, *kinds: type) -> Overloads:
    return {(kind,): implementation for kind in kinds}


def _accessor(name: str, of_timestamp: Operation, of_duration: Operation | None = None) -> Function:
    overloads: dict[tuple[type, ...], Operation] = {
        (Timestamp,): of_timestamp,
        (Timestamp, str): of_timestamp,
    }
    if of_duration:
        overloads[Duration,] = of_duration
    return _row(name, Style.METHOD, overloads)


def _type_of(value: Value) -> TypeValue:
    return TYPE_VALUES[type_name(value)]


_CONVERSIONS: Final = (
    _row(
        "bool",
        Style.FUNCTION,
        {(bool,): conversions.unchanged, (str,): conversions.bool_of_text},
        is_bool=True,
    ),
    _row("bytes", Style.FUNCTION, {(bytes,): conversions.unchanged, (str,): conversions.bytes_of_text}),
    _row(
        "double",
        Style.FUNCTION,
        {**_for_each(float, int, UInt, float), (str,): conversions.double_of_text},
    ),
    _row("duration", Style.FUNCTION, {(Duration,): conversions.unchanged, (str,): times.parse_duration}),
    Function("dyn", Style.FUNCTION, conversions.unchanged, frozenset({1})),
    _row(
        "int",
        Style.FUNCTION,
        {
            (int,): conversions.unchanged,
            (UInt,): lambda number: checked_int(int(number)),
            (float,): conversions.int_of_double,
            (str,): conversions.int_of_text,
            (Timestamp,): times.seconds_of,
        },
    ),
    _row(
        "string",
        Style.FUNCTION,
        {
            **_for_each(str, str, int, UInt),
            (bool,): lambda truth: str(truth).lower(),
            (float,): conversions.text_of_double,
            (bytes,): conversions.text_of_bytes,
            (Timestamp,): times.format_timestamp,
            (Duration,): times.format_duration,
        },
    ),
    _row(
        "timestamp",
        Style.FUNCTION,
        {
            (Timestamp,): conversions.unchanged,
            (str,): times.parse_timestamp,
            (int,): times.timestamp_from_seconds,
        },
    ),
    Function("type", Style.FUNCTION, _type_of, frozenset({1})),
    _row(
        "uint",
        Style.FUNCTION,
        {
            (UInt,): conversions.unchanged,
            (int,): checked_uint,
            (float,): conversions.uint_of_double,
            (str,): conversions.uint_of_text,
        },
    ),
)
_STRINGS: Final = (
    _row("size", Style.EITHER, _for_each(len, str, bytes, list, dict)),
    _row("startsWith", Style.METHOD, {(str, str): str.startswith}, is_bool=True),
    _row("endsWith", Style.METHOD, {(str, str): str.endswith}, is_bool=True),
    _row("contains", Style.METHOD, {(str, str): operator.contains}, is_bool=True),
    _row("matches", Style.EITHER, {(str, str): matches}, is_bool=True),
    _row("charAt", Style.METHOD, {(str, int): strings.char_at}),
    _row("indexOf", Style.METHOD, {(str, str): strings.index_of, (str, str, int): strings.index_of}),
    _row(
        "lastIndexOf",
        Style.METHOD,
        {(str, str): strings.last_index_of, (str, str, int): strings.last_index_of},
    ),
    _row("lowerAscii", Style.METHOD, {(str,): strings.lower_ascii}),
    _row("upperAscii", Style.METHOD, {(str,): strings.upper_ascii}),
    _row(
        "replace",
        Style.METHOD,
        {(str, str, str): strings.replace, (str, str, str, int): strings.replace},
    ),
    _row("split", Style.METHOD, {(str, str): strings.split, (str, str, int): strings.split}),
    _row("substring", Style.METHOD, {(str, int): strings.substring, (str, int, int): strings.substring}),
    _row("trim", Style.METHOD, {(str,): strings.trim}),
    _row("reverse", Style.METHOD, {(str,): strings.reverse}),
    _row("join", Style.METHOD, {(list,): strings.join, (list, str): strings.join}),
    _row("format", Style.METHOD, {(str, list): format_text}),
    _row("strings.quote", Style.FUNCTION, {(str,): strings.quote}),
    _row("base64.encode", Style.FUNCTION, {(bytes,): strings.base64_encode}),
    _row("base64.decode", Style.FUNCTION, {(str,): strings.base64_decode}),
)
_TIMES: Final = (
    _accessor("getFullYear", times.timestamp_part(lambda moment: moment.year)),
    _accessor("getMonth", times.timestamp_part(lambda moment: moment.month - 1)),
    _accessor("getDate", times.timestamp_part(lambda moment: moment.day)),
    _accessor("getDayOfMonth", times.timestamp_part(lambda moment: moment.day - 1)),
    _accessor("getDayOfWeek", times.timestamp_part(lambda moment: moment.isoweekday() % 7)),
    _accessor("getDayOfYear", times.timestamp_part(lambda moment: moment.timetuple().tm_yday - 1)),
    _accessor("getHours", times.timestamp_part(lambda moment: moment.hour), times.duration_in("h")),
    _accessor("getMinutes", times.timestamp_part(lambda moment: moment.minute), times.duration_in("m")),
    _accessor("getSeconds", times.timestamp_part(lambda moment: moment.second), times.duration_in("s")),
    _accessor("getMilliseconds", times.timestamp_milliseconds, times.duration_milliseconds),
)
_MATH: Final = (
    Function("math.greatest", Style.FUNCTION, numeric.greatest),
    Function("math.least", Style.FUNCTION, numeric.least),
    _row("math.ceil", Style.FUNCTION, {(float,): numeric.rounded(math.ceil)}),
    _row("math.floor", Style.FUNCTION, {(float,): numeric.rounded(math.floor)}),
    _row("math.round", Style.FUNCTION, {(float,): numeric.rounded(numeric.half_away_from_zero)}),
    _row("math.trunc", Style.FUNCTION, {(float,): numeric.rounded(math.trunc)}),
    _row("math.abs", Style.FUNCTION, numeric.absolute),
    _row("math.sign", Style.FUNCTION, _for_each(numeric.sign, int, UInt, float)),
    _row("math.sqrt", Style.FUNCTION, _for_each(numeric.square_root, int, UInt, float)),
    _row("math.isNaN", Style.FUNCTION, {(float,): math.isnan}, is_bool=True),
    _row("math.isInf", Style.FUNCTION, {(float,): math.isinf}, is_bool=True),
    _row("math.isFinite", Style.FUNCTION, {(float,): math.isfinite}, is_bool=True),
    _row("math.bitAnd", Style.FUNCTION, numeric.bitwise(operator.and_)),
    _row("math.bitOr", Style.FUNCTION, numeric.bitwise(operator.or_)),
    _row("math.bitXor", Style.FUNCTION, numeric.bitwise(operator.xor)),
    _row("math.bitNot", Style.FUNCTION, numeric.bit_not),
    _row("math.bitShiftLeft", Style.FUNCTION, numeric.shifting(operator.lshift)),
    _row("math.bitShiftRight", Style.FUNCTION, numeric.shifting(operator.rshift)),
)

FUNCTIONS: Final[Mapping[str, Function]] = {
    function.name: function for function in (*_CONVERSIONS, *_STRINGS, *_TIMES, *_MATH)
}
