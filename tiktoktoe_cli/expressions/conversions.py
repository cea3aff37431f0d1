"""Conversions between types, with the texts that Go's strconv reads and writes, as the reference does."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.arithmetic import checked_int, checked_uint
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import UInt, Value

if TYPE_CHECKING:
    from decimal import Decimal

_INT: Final = re.compile(r"[+-]?[0-9]{1,40}")
_UINT: Final = re.compile(r"[0-9]{1,40}")
_DOUBLE: Final = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf|infinity)|nan", re.IGNORECASE
)
_BOOLS: Final = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}
_PLAIN_EXPONENTS: Final = (-4, 6)  # from, below: where Go writes a double without an exponent


def _invalid(kind: str, text: str) -> EvaluationError:
    return EvaluationError(f"invalid {kind}: `{text}`")


def bool_of_text(text: str) -> bool:
    """Read a bool; raises EvaluationError."""
    if text not in _BOOLS:
        raise _invalid("bool", text)
    return _BOOLS[text]


def int_of_text(text: str) -> int:
    """Read a decimal int; raises EvaluationError."""
    if not _INT.fullmatch(text):
        raise _invalid("int", text)
    return checked_int(int(text))


def uint_of_text(text: str) -> UInt:
    """Read a decimal uint; raises EvaluationError."""
    if not _UINT.fullmatch(text):
        raise _invalid("uint", text)
    return checked_uint(int(text))


def double_of_text(text: str) -> float:
    """Read a double, `Infinity` and `NaN` included; raises EvaluationError."""
    if not _DOUBLE.fullmatch(text):
        raise _invalid("double", text)
    number = float(text)
    if math.isinf(number) and "inf" not in text.lower():
        raise _invalid("double", text)
    return number


def int_of_double(number: float) -> int:
    """Cut off the fraction; raises EvaluationError at and beyond the limits of int64, as the definition wants."""
    if not -(2.0**63) < number < 2.0**63:
        raise EvaluationError("integer overflow")
    return int(number)


def uint_of_double(number: float) -> UInt:
    """Cut off the fraction; raises EvaluationError for a negative number or one beyond uint64."""
    if not 0 <= number < 2.0**64:
        raise EvaluationError("unsigned integer overflow")
    return UInt(number)


def text_of_double(number: float) -> str:
    """Write the shortest decimal that reads back as this double, as Go's `%g` does: `0.1`, `1e+06`, `+Inf`."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else f"{number:+}".title()
    exact = _shortest(number)
    exponent = exact.adjusted()
    if not exact or _PLAIN_EXPONENTS[0] <= exponent < _PLAIN_EXPONENTS[1]:
        return plain_text(number)
    return f"{exact.scaleb(-exponent).normalize():f}e{exponent:+03}"


def plain_text(number: float) -> str:
    """Write the same decimal without an exponent and without a fraction of zero: `1000000`, `0.1`."""
    return f"{_shortest(number):f}".removesuffix(".0")


def _shortest(number: float) -> Decimal:
    from decimal import Decimal

    return Decimal(repr(number))


def text_of_bytes(octets: bytes) -> str:
    """Read bytes as UTF-8; raises EvaluationError."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid UTF-8") from None


def bytes_of_text(text: str) -> bytes:
    """Write a string as UTF-8; raises EvaluationError for a lone surrogate, which a host's JSON may hold."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvaluationError("invalid Unicode: a lone surrogate") from None


def unchanged(value: Value) -> Value:
    """Give a value of the right type back."""
    return value
