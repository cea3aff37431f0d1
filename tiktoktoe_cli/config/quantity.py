"""Resource quantities with Kubernetes' grammar: `250m`, `1.5`, `128Mi`, `2e3`.

Follows `k8s.io/apimachinery/pkg/api/resource/quantity.go`: a sign, digits, one suffix; no spaces, letter case
matters; what is finer than a nano is rounded away from zero. Where Kubernetes cuts a binary value that is more than
2⁶³ - 1, it stays exact here: whoever takes it says that it is too large.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Self

from tiktoktoe_cli.config.units import UnitError, Written
from tiktoktoe_cli.words import shortened

_GRAMMAR = re.compile(r"([+-]?)(\d+)?(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?", re.ASCII)
_OTHER_SUFFIX = re.compile(r"(\d+(?:\.\d+)?)(?:([kmgtp])i?b?|b)", re.ASCII | re.IGNORECASE)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
NANOS_PER_UNIT = 10**9
LARGEST = (2**63 - 1) * NANOS_PER_UNIT
"""In nanos; the most that Kubernetes can hold."""
_MAX_EXPONENT = 100


class Notation(StrEnum):
    """The family of suffixes a quantity was written in; its canonical form keeps it."""

    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


class Quantity(Written, int):
    """An exact amount in whole billionths (nano), with the notation it was written in."""

    notation: Notation
    pattern = r"^[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$"
    example = "a quantity such as `250m`, `1.5` or `128Mi`"

    def __new__(cls, nano: int, notation: Notation = Notation.DECIMAL_SI) -> Self:
        """Take the amount in nanos and the notation to print it in."""
        self = super().__new__(cls, nano)
        self.notation = notation
        return self

    @classmethod
    def _read(cls, text: str) -> Self:
        """Read a sign, digits and a suffix."""
        match = _GRAMMAR.fullmatch(text)
        if match is None or not (match[2] or match[3]):
            raise UnitError(f"`{shortened(text)}` is not a quantity", _hint(text))
        sign, whole, fraction, suffix = match[1], match[2] or "", match[3] or "", match[4] or ""
        notation, scale, divisor = _scale(text, suffix)
        magnitude = _round_up(int(whole + fraction) * scale, divisor * 10 ** len(fraction))
        if notation is Notation.BINARY_SI and 0 < magnitude < NANOS_PER_UNIT:
            notation = Notation.DECIMAL_SI
        return cls(-magnitude if sign == "-" else magnitude, notation)

    @property
    def value(self) -> float:
        """The amount in its own unit: cores, bytes, pieces."""
        return self / NANOS_PER_UNIT

    def rounded_up(self, exponent: int) -> Self:
        """Round away from zero to a multiple of 10 to the `exponent`, which is at least -9."""
        step = 10 ** (9 + exponent)
        magnitude = _round_up(abs(self), step) * step
        return type(self)(magnitude if self >= 0 else -magnitude, self.notation)

    def __str__(self) -> str:
        """Print the canonical form: the largest suffix of its family that leaves no fraction."""
        is_whole = self % NANOS_PER_UNIT == 0 and abs(self) >= 1024 * NANOS_PER_UNIT
        return self._binary() if is_whole and self.notation is Notation.BINARY_SI else self._decimal()

    def _binary(self) -> str:
        units = self // NANOS_PER_UNIT
        for suffix, shift in reversed(_BINARY.items()):
            if units % (1 << shift) == 0:
                return f"{units >> shift}{suffix}"
        return str(units)

    def _decimal(self) -> str:
        if self == 0:
            return "0"
        suffix, exponent = next(
            entry for entry in reversed(_DECIMAL.items()) if self % 10 ** (9 + entry[1]) == 0
        )
        count = self // 10 ** (9 + exponent)
        exponential = self.notation is Notation.DECIMAL_EXPONENT and exponent
        return f"{count}e{exponent}" if exponential else f"{count}{suffix}"

    __repr__ = __str__


class ByteSize(Quantity):
    """A quantity of whole bytes: `250m`, a quarter of a byte, is none."""

    pattern = r"^\+?\d+(\.\d*)?([kMGTPE]|[KMGTPE]i|[eE]\+?\d+)?$"
    example = "a number of bytes such as `1Mi`, `64Ki` or `500k`"

    @classmethod
    def _read(cls, text: str) -> Self:
        """Read a quantity that is a whole number of bytes."""
        size = super()._read(text)
        if size % NANOS_PER_UNIT or size < 0:
            raise UnitError(f"`{text}` is not a whole number of bytes", f"write {cls.example}")
        return size

    @property
    def whole(self) -> int:
        """The number of bytes."""
        return self // NANOS_PER_UNIT


def _scale(text: str, suffix: str) -> tuple[Notation, int, int]:
    """Return the notation, and the factor and divisor from the written number to nanos."""
    if suffix in _DECIMAL:
        return Notation.DECIMAL_SI, 10 ** (9 + _DECIMAL[suffix]), 1
    if suffix in _BINARY:
        return Notation.BINARY_SI, NANOS_PER_UNIT << _BINARY[suffix], 1
    exponent = int(suffix[1:])
    if abs(exponent) > _MAX_EXPONENT:
        raise UnitError(
            f"the exponent of `{shortened(text)}` is out of range", "use an exponent between -9 and 18"
        )
    return Notation.DECIMAL_EXPONENT, 10 ** max(9 + exponent, 0), 10 ** max(-9 - exponent, 0)


def _round_up(amount: int, step: int) -> int:
    return -(-amount // step)


def _hint(text: str) -> str:
    """Guess what was meant: a space, another letter case, or Compose's `128mb`, which counts in powers of 1024."""
    together = "".join(text.split())
    if together != text and _GRAMMAR.fullmatch(together):
        return f"write it as `{shortened(together)}`, without spaces"
    if match := _OTHER_SUFFIX.fullmatch(together):
        number, letter = shortened(match[1]), (match[2] or "").upper()
        if not letter:
            return f"write `{number}`: bytes have no suffix"
        decimal = letter.lower() if letter == "K" else letter
        return f"write `{number}{letter}i` (powers of 1024, as in Compose) or `{number}{decimal}` (powers of 1000)"
    return "write it as `250m`, `1.5`, `128Mi` or `2G`; no spaces, letter case matters"
