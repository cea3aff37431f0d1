"""Event times: text or number → microseconds since 1970, and back.

RFC 3339 is read strictly (Python's own parser takes more of ISO 8601, and other things in each version): a date, `T`,
a time, an offset. A leap second is the second after it. What is finer than a microsecond is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from tiktoktoe_cli.replay.choices import TimeFormat

ReadTime: TypeAlias = Callable[[object], int | None]

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_US = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST_US = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US


def read_rfc3339(value: object) -> int | None:
    """Read a date and time with an offset, such as `2026-03-02T08:00:00.250Z`; None if it is not one.

    The year is 1 to 9999, in UTC too. Second 60 is allowed where leap seconds are: at the end of a day in UTC.
    """
    if not isinstance(value, str):
        return None
    match = _RFC3339.fullmatch(value)
    if match is None:
        return None
    try:
        time_us = (datetime.fromisoformat(value.upper()) - _EPOCH) // _MICROSECOND
    except ValueError:
        return _read_leap_second(value)
    return time_us if _FIRST_US <= time_us <= _LAST_US else None


def _read_leap_second(value: str) -> int | None:
    """Read what the grammar allows and Python's calendar does not know: second 60 at the end of a day in UTC."""
    if ":60" not in value:
        return None
    time_us = read_rfc3339(value.replace(":60", ":59", 1))
    if time_us is None or (time_us + _SECOND_US) % _DAY_US >= _SECOND_US:
        return None
    return _within_calendar(time_us + _SECOND_US)


def read_epoch_s(value: object) -> int | None:
    """Read a number of seconds since 1970; None if it is not one, or beyond the year 9999."""
    return _scaled(value, _SECOND_US)


def read_epoch_ms(value: object) -> int | None:
    """Read a number of milliseconds since 1970; None if it is not one, or beyond the year 9999."""
    return _scaled(value, 1_000)


TIME_FORMATS: dict[TimeFormat, ReadTime] = {
    TimeFormat.RFC3339: read_rfc3339,
    TimeFormat.EPOCH_S: read_epoch_s,
    TimeFormat.EPOCH_MS: read_epoch_ms,
}


def write_rfc3339(time_us: int) -> str:
    """Write a time in UTC, with milliseconds, or with microseconds where it has them."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    precision = "microseconds" if time_us % 1_000 else "milliseconds"
    return f"{moment.replace(tzinfo=None).isoformat(timespec=precision)}Z"


def _scaled(value: object, unit_us: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LAST_US:
        return None
    return _within_calendar(round(value * unit_us))


def _within_calendar(time_us: int) -> int | None:
    return time_us if _FIRST_US <= time_us <= _LAST_US else None
