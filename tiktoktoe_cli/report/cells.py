"""One item and one column → the words in a table's cell, as a person wants to read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.facts import Column, Shows
from tiktoktoe_cli.report.sparkline import sparkline
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Json

NONE = "<none>"
UNKNOWN = "<unknown>"

_BYTE_UNITS = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")


def cell(item: Mapping[str, Json], column: Column, *, unicode: bool = True) -> str:
    """Write the value that a column shows of an item; a missing or empty one is `<none>`, as in kubectl."""
    value = reach(item, column.key)
    if column.shows is Shows.TREND and isinstance(value, Sequence):
        return sparkline(value, unicode=unicode) if _has_course(value) else NONE
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(value, column.shows)
    return _words(value)


def _has_course(values: Sequence[Json]) -> bool:
    """Ask whether there is anything to compare: a single value says nothing."""
    return sum(value is not None for value in values) > 1


def reach(item: Mapping[str, Json], key: str) -> Json:
    """Find a value by its dotted key; a key that itself holds dots wins; None if there is none."""
    if key in item:
        return item[key]
    head, _, rest = key.partition(".")
    inner = item.get(head)
    return reach(inner, rest) if rest and isinstance(inner, Mapping) else None


def is_missing(item: Mapping[str, Json], column: Column) -> bool:
    """Tell whether an item has nothing to show in a column."""
    return _is_nothing(reach(item, column.key))


def leans_right(column: Column) -> bool:
    """Tell whether a column holds numbers, whose digits should stand under each other."""
    return column.shows not in {Shows.TEXT, Shows.STATE, Shows.TREND}


def _number(value: float, shows: Shows) -> str:
    if math.isnan(value):
        return UNKNOWN
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return _NUMBERS[shows](value)


def _is_nothing(value: Json) -> bool:
    return value is None or value in ("", (), [], {})


def _words(value: Json) -> str:
    if _is_nothing(value):
        return NONE
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_inner(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(_inner, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _inner(value: Json) -> str:
    return cell({"": value}, Column("", ""))


def count(value: float) -> str:
    """Write a number as short as it is readable: `3`, `0.25`, `1234.5`, `1.2e-05`."""
    if isinstance(value, int) or value == round(value, 0):
        return str(int(value)) if abs(value) < 1e16 else f"{value:g}"  # noqa: PLR2004  # beyond: digits mean nothing
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.3f}".rstrip("0").rstrip(".")


def size(value: float, *, digits: int = 4) -> str:
    """Write a number of bytes as the configuration does: `512`, `1.5Mi`, `16Gi`."""
    unit = 0
    while abs(value) >= 1024 and unit < len(_BYTE_UNITS) - 1:  # noqa: PLR2004  # a Ki is 1024
        value, unit = value / 1024, unit + 1
    return f"{value:.{digits}g}{_BYTE_UNITS[unit]}"


_NUMBERS: dict[Shows, Callable[[float], str]] = {
    Shows.TEXT: count,
    Shows.STATE: count,
    Shows.NUMBER: count,
    Shows.MILLISECONDS: lambda value: duration(value / 1e3),
    Shows.SECONDS: duration,
    Shows.RATIO: lambda value: f"{value * 100:.4g}%",
    Shows.BYTES: size,
    Shows.TREND: count,
}
