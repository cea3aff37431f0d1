"""Docker's sizes → quantities: its `512M` and `512mb` are powers of 1024, and so our `512Mi`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT, Notation, Quantity
from tiktoktoe_cli.config.units import UnitError
from tiktoktoe_cli.words import quoted

_SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?) ?([kmgtp]?)i?b?", re.ASCII | re.IGNORECASE)
_POWERS: Final = ("", "k", "m", "g", "t", "p")


def memory_of(text: str) -> Quantity:
    """Read a size as Docker does (docker/go-units, `RAMInBytes`), in whole bytes.

    Raises:
        UnitError: if it is none.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise UnitError(f"{quoted(text)} is no size", "write it as `512m` or `2g`")
    size = int(Decimal(match[1]) * 1024 ** _POWERS.index(match[2].lower()))
    return Quantity(size * NANOS_PER_UNIT, Notation.BINARY_SI)


def cores_of(text: str) -> Quantity:
    """Read a number of cores, a plain one.

    Raises:
        UnitError: if it is none.
    """
    if not text.replace(".", "", 1).isdecimal():
        raise UnitError(f"{quoted(text)} is no number of cores", "write it as `0.5` or `2`")
    return Quantity.parse(text)
