"""Timestamps and durations, exact to the nanosecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.expressions import Duration, Timestamp

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("300ms", 300_000_000),
        ("5m", 300 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("-1.5h", -5400 * SECOND),
        ("+1s", SECOND),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("1us2ns", 1002),
        ("1µs", 1000),
        ("1μs", 1000),
        ("0", 0),
        ("1.0000000019s", SECOND + 1),
    ],
)
def test_durations_are_read_as_go_writes_them(text: str, ns: int) -> None:
    """The units are h, m, s, ms, us and ns, with fractions and in any combination."""
    result = value_of("duration(x)", x=text)

    assert result == Duration(ns)


@pytest.mark.parametrize(
    "text", ["", "5", "s", ".s", "1d", "1s 2s", "--1s", "1e3s", "-", "99999999999h", "\u0661s"]
)
def test_what_is_no_duration_is_an_error(text: str) -> None:
    """Days, blanks, bare numbers and spans beyond 292 years are refused."""
    failure_of("duration(x)", x=text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("string(duration('90m'))", "5400s"),
        ("string(duration('-1500ms'))", "-1.5s"),
        ("string(timestamp('2024-02-29T12:00:00.120+02:00'))", "2024-02-29T10:00:00.12Z"),
        ("string(timestamp('0001-01-01T00:00:00Z'))", "0001-01-01T00:00:00Z"),
        ("string(timestamp(-1))", "1969-12-31T23:59:59Z"),
        ("int(timestamp('1970-01-01T00:01:00Z'))", 60),
        ("timestamp('2024-01-01T00:00:01Z') - timestamp('2024-01-01T00:00:00Z') == duration('1s')", True),
        ("timestamp('2024-01-01T00:00:00Z') - duration('1ns')", Timestamp(1704067200 * SECOND - 1)),
        ("duration('1s') + timestamp(0)", Timestamp(SECOND)),
        ("timestamp('2024-12-31T23:00:00Z').getFullYear('Europe/Paris')", 2025),
        ("timestamp('2024-12-31T23:30:00Z').getHours('-03:30')", 20),
        ("timestamp('2024-12-31T23:30:00Z').getDayOfYear()", 365),
        ("timestamp('2024-12-29T00:00:00Z').getDayOfWeek()", 0),
        ("timestamp('2024-12-29T00:00:00.987654Z').getMilliseconds()", 987),
        ("duration('-90m').getHours()", -1),
        ("duration('90m').getMinutes()", 90),
        ("duration('1.234s').getMilliseconds()", 234),
    ],
)
def test_times_are_written_computed_and_taken_apart(text: str, expected: Any) -> None:
    """Texts are RFC 3339 in UTC, arithmetic is exact, parts are counted from zero as the definition says."""
    result = value_of(text)

    assert result == expected


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01",
        "2024-01-01 00:00:00Z",
        "2024-02-30T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00.Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_timestamp_is_an_error(text: str) -> None:
    """Only RFC 3339 with an offset is read, from year 1 to year 9999."""
    failure_of("timestamp(x)", x=text)


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "", "Europe", "+25:00", "\x00", "+1:00"])
def test_an_unknown_time_zone_is_an_error(zone: str) -> None:
    """A zone is a name of the IANA database or an offset."""
    error = failure_of("timestamp(0).getHours(x)", x=zone)

    assert "zone" in error.reason or "offset" in error.reason


def test_the_ends_of_time_have_no_local_time_beyond_them() -> None:
    """A zone cannot move the first instant into the year 0."""
    error = failure_of("timestamp('0001-01-01T00:00:00Z').getHours('-05:00')")

    assert error.reason == "timestamp out of range in this time zone"


def test_a_hosts_datetime_is_a_timestamp() -> None:
    """A datetime is taken in its own zone, a naive one in UTC, and a timedelta is a duration."""
    aware = datetime(2024, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    text = (
        "[aware == naive, aware.getHours(), string(aware + span), string(type(aware) == type(timestamp(0)))]"
    )

    result = value_of(text, aware=aware, naive=datetime(2024, 1, 1), span=timedelta(microseconds=1))  # noqa: DTZ001

    assert result == [True, 0, "2024-01-01T00:00:00.000001Z", "true"]
    assert Timestamp.from_datetime(datetime(1970, 1, 1, tzinfo=UTC)) == Timestamp(0)
