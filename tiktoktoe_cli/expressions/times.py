"""Timestamps and durations as text and in parts: RFC 3339, Go's duration format, time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import NS_PER_S, Duration, Timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_MS: Final = 1_000_000
_NS_PER_US: Final = 1_000
_UNITS_NS: Final = {
    "ns": 1,
    "us": _NS_PER_US,
    "µs": _NS_PER_US,  # U+00B5, the micro sign
    "μs": _NS_PER_US,  # U+03BC, the Greek letter: Go takes both
    "ms": _NS_PER_MS,
    "s": NS_PER_S,
    "m": 60 * NS_PER_S,
    "h": 3600 * NS_PER_S,
}
_DURATION_PART: Final = re.compile(
    rf"(?=[0-9.])([0-9]{{0,20}})(?:\.([0-9]{{0,40}}))?({'|'.join(sorted(_UNITS_NS, key=len, reverse=True))})"
)
_HOURS: Final = {"d": 24, "w": 7 * 24}
_DAYS: Final = re.compile(rf"([0-9]{{1,9}})([{''.join(_HOURS)}])")
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_FIXED_ZONE: Final = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")
_MAX_ZONE_HOURS: Final = 23
_MAX_ZONE_MINUTES: Final = 59


def parse_duration(text: str) -> Duration:
    """Read a duration as Go writes it (`1h30m`, `-1.5s`, `300ms`, `0`); raises EvaluationError.

    What is finer than a nanosecond is cut off.
    """
    negative = text.startswith("-")
    position, size = (1 if text[:1] in ("-", "+") else 0), 0
    if text[position:] == "0":
        return Duration(0)
    while match := _DURATION_PART.match(text, position):
        whole, fraction, unit_ns = match[1], match[2] or "", _UNITS_NS[match[3]]
        if not whole and not fraction:
            break
        size += int(whole or "0") * unit_ns + int(fraction or "0") * unit_ns // 10 ** len(fraction)
        position = match.end()
    if position < len(text) or text in ("", "-", "+"):
        raise EvaluationError(f"invalid duration: `{text}`", hint=_duration_hint(text))
    return Duration(-size if negative else size)


def _duration_hint(text: str) -> str:
    if match := _DAYS.fullmatch(text):
        return f"CEL's longest unit is `h`: write `{int(match[1]) * _HOURS[match[2]]}h`"
    return "write it as `300ms`, `90s` or `1h30m`; CEL's longest unit is `h`"


def format_duration(span: Duration) -> str:
    """Write a duration in seconds: `90s`, `-1.5s`."""
    seconds, ns = divmod(abs(span.ns), NS_PER_S)
    return f"{'-' * (span.ns < 0)}{seconds}{_fraction(ns)}s"


def _fraction(ns: int) -> str:
    return f".{ns:09}".rstrip("0") if ns else ""


def parse_timestamp(text: str) -> Timestamp:
    """Read an RFC 3339 timestamp, to the nanosecond; raises EvaluationError."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise EvaluationError(f"invalid timestamp: `{text}`")
    try:
        local = datetime(*map(int, match.groups()[:6]), tzinfo=UTC)  # type: ignore[misc,arg-type]  # six fields
    except ValueError:
        raise EvaluationError(f"invalid timestamp: `{text}`") from None
    offset = _offset(match[8], match[9], match[10]) if match[8] else timedelta()
    ns = int((match[7] or "")[:9].ljust(9, "0"))
    return Timestamp(_whole_seconds(local - _EPOCH - offset) * NS_PER_S + ns)


def _whole_seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    if int(hours) > _MAX_ZONE_HOURS or int(minutes) > _MAX_ZONE_MINUTES:
        raise EvaluationError(f"invalid offset from UTC: `{sign}{hours}:{minutes}`")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return -offset if sign == "-" else offset


def format_timestamp(instant: Timestamp) -> str:
    """Write a timestamp in UTC as RFC 3339, with as many digits of the second as it has."""
    moment = _moment(instant, UTC)
    return f"{moment.year:04}{moment:-%m-%dT%H:%M:%S}{_fraction(instant.ns % NS_PER_S)}Z"


def _moment(instant: Timestamp, zone: tzinfo) -> datetime:
    try:
        return (_EPOCH + timedelta(seconds=instant.ns // NS_PER_S)).astimezone(zone)
    except OverflowError:
        raise EvaluationError("timestamp out of range in this time zone") from None


def _zone(name: str) -> tzinfo:
    """Find a time zone by its IANA name or its offset (`+05:45`, `02:00`); raises EvaluationError."""
    from zoneinfo import ZoneInfo

    if match := _FIXED_ZONE.fullmatch(name):
        return timezone(_offset(match[1], match[2], match[3]))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, a path, a folder of the database
        raise EvaluationError(f"unknown time zone: `{name}`") from None


def timestamp_part(part: Callable[[datetime], int]) -> Callable[..., int]:
    """Make an accessor of a timestamp that takes a time zone as an option."""
    return lambda instant, zone="UTC": part(_moment(instant, UTC if zone == "UTC" else _zone(zone)))


def timestamp_milliseconds(instant: Timestamp, zone: str = "UTC") -> int:
    """Give the milliseconds within the second; time zones differ by whole seconds, but must exist."""
    _moment(instant, _zone(zone))
    return instant.ns % NS_PER_S // _NS_PER_MS


def duration_in(unit: str) -> Callable[[Duration], int]:
    """Make the conversion of a duration to whole units, cut off toward zero."""
    unit_ns = _UNITS_NS[unit]
    return lambda span: abs(span.ns) // unit_ns * (-1 if span.ns < 0 else 1)


def duration_milliseconds(span: Duration) -> int:
    """Give the milliseconds portion of a duration, which alone of the accessors does not convert the whole."""
    portion = abs(span.ns) % NS_PER_S // _NS_PER_MS
    return -portion if span.ns < 0 else portion


def timestamp_from_seconds(seconds: int) -> Timestamp:
    """Make the instant that lies this many seconds after 1970."""
    return Timestamp(seconds * NS_PER_S)


def seconds_of(instant: Timestamp) -> int:
    """Give the whole seconds since 1970."""
    return instant.ns // NS_PER_S
