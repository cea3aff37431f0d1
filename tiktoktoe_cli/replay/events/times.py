"""Event times: text or number → microseconds since 1970, and back.

RFC 3339 is read strictly (Python's own parser takes more of ISO 8601, and other things in each version): a date, `T`,
a time, an offset. A leap second is the second after it. What is finer than a microsecond is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

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
_MINUTE_US = 60 * _SECOND_US
_DAY_US = 86_400 * _SECOND_US
_MOST_PARTS = 10_000
_SECONDS = [f":{second:02d}." for second in range(60)]
_MILLISECONDS = [f"{millisecond:03d}Z" for millisecond in range(1_000)]
_EDGE_YEARS = frozenset({"0001", "9999"})


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
    return within_calendar(time_us + _SECOND_US)


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
    """Write a time in UTC, with milliseconds, or with microseconds where it has them.

    What is beyond the calendar, as the end of a window may be, is its end.
    """
    time_us = min(max(time_us, _FIRST_US), _LAST_US)
    minute, rest_us = divmod(time_us, _MINUTE_US)
    second, fraction_us = divmod(rest_us, _SECOND_US)
    if fraction_us % 1_000:
        return f"{_minute_text(minute)}{_SECONDS[second]}{fraction_us:06d}Z"
    return _minute_text(minute) + _SECONDS[second] + _MILLISECONDS[fraction_us // 1_000]


WRITE_TIME: dict[TimeFormat, Callable[[int], str | float]] = {
    TimeFormat.RFC3339: write_rfc3339,
    TimeFormat.EPOCH_S: lambda time_us: _whole(time_us / _SECOND_US),
    TimeFormat.EPOCH_MS: lambda time_us: _whole(time_us / 1_000),
}
"""Writes times as events have them."""


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


@lru_cache(maxsize=1_024)
def _minute_text(minute: int) -> str:
    moment = _EPOCH + timedelta(minutes=minute)
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def _scaled(value: object, unit_us: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LAST_US:
        return None
    return within_calendar(round(value * unit_us))


def within_calendar(time_us: int) -> int | None:
    """Give the time back; None if it is before the year 1 or after the year 9999, in UTC."""
    return time_us if _FIRST_US <= time_us <= _LAST_US else None


class TimeColumn:
    """Reads the times of many events. RFC 3339 in three parts, each of which repeats, so that it is read only once.

    A part is read by `read_rfc3339`, with plain others; what that refuses (leap seconds, the first and the last year,
    what is no time at all) is read whole.
    """

    def __init__(self, form: TimeFormat) -> None:
        self._read_one = TIME_FORMATS[form]
        self._is_text = form is TimeFormat.RFC3339
        self._hours, self._clocks, self._rests = (
            _Parts(read) for read in (_read_hour, _read_clock, _read_rest)
        )

    def read(self, values: list[Any]) -> list[int | None]:  # Any: JSON
        """Read a column; None where there is no valid time."""
        if self._is_text:
            hours, clocks, rests = self._hours, self._clocks, self._rests
            try:
                return [hours[text[:13]] + clocks[text[13:19]] + rests[text[19:]] for text in values]
            except (TypeError, ValueError):
                pass
        return list(map(self._read_one, values))


class _Parts(dict[str, int]):
    """Remembers what parts of times mean; of so many that they do not repeat, it forgets them all."""

    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> int:
        if len(self) >= _MOST_PARTS:
            self.clear()
        self[text] = value = self._read(text)
        return value


def _read_hour(text: str) -> int:
    return _sure(read_rfc3339(f"{text}:00:00Z") if text[:4] not in _EDGE_YEARS else None)


def _read_clock(text: str) -> int:
    return _sure(read_rfc3339(f"1970-01-01T00{text}Z"))


def _read_rest(text: str) -> int:
    return _sure(read_rfc3339(f"1970-01-01T00:00:00{text}"))


def _sure(value: int | None) -> int:
    if value is None:
        raise ValueError
    return value
