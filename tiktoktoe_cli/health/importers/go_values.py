"""Numbers and durations as Go reads them, which is how Gatus reads both sides of a condition."""

from __future__ import annotations

import re
from typing import Final

from tiktoktoe_cli.config.units import NS_PER_MS
from tiktoktoe_cli.expressions import Duration, EvaluationError
from tiktoktoe_cli.expressions.times import parse_duration

_UNITS: Final = (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
_INTEGER: Final = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)"
)
_OCTAL: Final = re.compile(r"([+-]?)0([_0-7]+)")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INT64: Final = range(-(2**63), 2**63)


def integer(text: str) -> int | None:
    """Read an integer as strconv.ParseInt does in base 0: `200`, `0x1F`, `0b10`, `0o17`, `017`, `1_000`."""
    if not _INTEGER.fullmatch(text):
        return None
    octal = _OCTAL.fullmatch(text)
    value = int(octal[1] + octal[2].replace("_", ""), 8) if octal else int(text, 0)
    return value if value in _INT64 else None


def milliseconds(text: str) -> int | None:
    """Read a duration of Go (`1h30m`, without days) in whole milliseconds; None for zero, as Gatus has it."""
    try:
        span = parse_duration(text)
    except EvaluationError:
        return None
    cut = abs(span.ns) // NS_PER_MS
    return None if span == Duration(0) else cut if span.ns > 0 else -cut


def number(text: str) -> int | None:
    """Read what Gatus compares by size: a duration in milliseconds, an integer, a float without its fraction."""
    span, whole = milliseconds(text), integer(text)
    if span is not None or whole is not None:
        return whole if span is None else span
    return int(float(text)) if _FLOAT.fullmatch(text) and abs(float(text)) < _INT64.stop else None


def has_fraction(text: str) -> bool:
    """Tell whether a number loses something where Gatus makes an integer of it."""
    return milliseconds(text) is None and bool(_FLOAT.fullmatch(text)) and float(text) != number(text)


def duration_text(span_ms: int) -> str:
    """Write milliseconds as a duration of CEL: `48h`, `1m30s`, `300ms`."""
    sign, rest, words = ("-" if span_ms < 0 else ""), abs(span_ms), ""
    for unit, size_ms in _UNITS:
        count, rest = divmod(rest, size_ms)
        words += f"{count}{unit}" if count else ""
    return f"{sign}{words or '0s'}"
