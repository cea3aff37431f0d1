"""What clients of databases return → CEL values; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tiktoktoe_cli.expressions import Duration, EvaluationError, Timestamp

_INTEGERS = range(-(2**63), 2**63)


def cel_value(value: Any) -> Any:  # noqa: PLR0911  # a case for each type; Any: whatever a client makes of an answer
    """Translate a value: instants and spans of time stay such, other dates and times are text, as ISO 8601 writes it.

    A number that fits no integer of 64 bits, or is a decimal, becomes a double. What CEL has no type for is text.
    """
    match value:
        case None | bool() | float() | str() | bytes():
            return value
        case int():
            return value if value in _INTEGERS else float(value)
        case Decimal():
            return float(value)
        case bytearray() | memoryview():
            return bytes(value)
        case datetime() | timedelta():
            return _moment(value)
        case Mapping():
            return {str(cel_value(key)): cel_value(inner) for key, inner in value.items()}
        case Sequence() | AbstractSet():
            return [cel_value(inner) for inner in value]
        case _:
            return str(value)


def _moment(value: datetime | timedelta) -> Timestamp | Duration | str:
    try:
        if isinstance(value, datetime):
            return Timestamp.from_datetime(value)
        return Duration.from_timedelta(value)
    except EvaluationError:  # databases know longer spans than CEL, and years at the edge of its
        return str(value)
