"""Times are read as RFC 3339 has them, and no otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.choices import TimeFormat
from tiktoktoe_cli.replay.events.times import (
    TIME_FORMATS,
    TimeColumn,
    read_epoch_ms,
    read_epoch_s,
    read_rfc3339,
    write_rfc3339,
)

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("text", "time_us"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5Z", 1_500_000),
        ("1970-01-01t00:00:01z", SECOND),  # RFC 3339, section 5.6: T and Z may be lower case
        ("1970-01-01T02:00:00+02:00", 0),
        ("1969-12-31T23:59:59-00:00", -SECOND),
        ("1985-04-12T23:20:50.52Z", 482_196_050_520_000),  # RFC 3339, section 5.8
        ("1996-12-19T16:39:57-08:00", 851_042_397_000_000),  # the same section
        ("1970-01-01T00:00:00.1234569Z", 123_456),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),  # a leap second is the second after it
        ("2016-12-31T15:59:60-08:00", 1_483_228_800_000_000),
    ],
)
def test_reads_what_the_rfc_allows(text: str, time_us: int) -> None:
    """A date and time with its offset has one place on the line of time."""
    assert read_rfc3339(text) == time_us


@pytest.mark.parametrize(
    "value",
    [
        "2018-04-05 17:31:00Z",
        "2018-04-05T17:31Z",
        "2018-04-05T17:31:00",
        "2018-04-05T17:31:00+0200",
        "2018-04-05T24:00:00Z",
        "2018-13-05T17:31:00Z",
        "2018-02-29T00:00:00Z",
        "2018-04-05T17:31:00Z\n",
        "20180405T173100Z",
        "2018-W14-4T00:00:00Z",
        "2018-04-05T17:31:60Z",
        "2018-04-05T17:31:00.Z",
        "٢٠١٨-04-05T17:31:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "",
        None,
        5,
        ["2018-04-05T17:31:00Z"],
    ],
)
def test_refuses_everything_else(value: object) -> None:
    """What Python or ISO 8601 would take, and RFC 3339 does not, is no time."""
    assert read_rfc3339(value) is None


@given(st.datetimes(timezones=st.just(UTC)))
def test_writes_what_it_reads(moment: datetime) -> None:
    """A time survives being written and read."""
    time_us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    text = write_rfc3339(time_us)

    assert read_rfc3339(text) == time_us


@pytest.mark.parametrize(
    ("value", "seconds", "milliseconds"),
    [
        (1_700_000_000, 1_700_000_000_000_000, 1_700_000_000_000),
        (0.25, 250_000, 250),
        (-1, -SECOND, -1_000),
        (1e308, None, None),
        (10**30, None, None),
        (True, None, None),
        ("5", None, None),
        (None, None, None),
    ],
)
def test_reads_numbers_since_1970(value: object, seconds: int | None, milliseconds: int | None) -> None:
    """Epoch times are numbers, within the calendar."""
    assert (read_epoch_s(value), read_epoch_ms(value)) == (seconds, milliseconds)


PARTS = st.sampled_from(["2026-03-02T08", "0001-01-01T00", "9999-12-31T23", "2026-02-29T08", "2026-03-02 08"])
CLOCKS = st.sampled_from([":00:00", ":59:59", ":59:60", ":60:00", ":5:00", ""])
RESTS = st.sampled_from(["Z", "z", ".25Z", ".1234567Z", "+02:00", "-23:59", "+24:00", ".Z", "", "Z\n"])
TEXTS = st.builds("".join, st.tuples(PARTS, CLOCKS, RESTS))


@given(
    columns=st.lists(st.lists(TEXTS | st.text(max_size=3) | st.none() | st.integers(), max_size=5)),
    form=st.sampled_from(TimeFormat),
)
def test_a_column_is_read_as_each_time_alone(columns: list[list[object]], form: TimeFormat) -> None:
    """Reading many times at once, in parts that are remembered, finds what reading each of them finds."""
    times = TimeColumn(form)

    found = [times.read(column) for column in columns]

    assert found == [[TIME_FORMATS[form](value) for value in column] for column in columns]


def test_what_is_beyond_the_calendar_is_written_as_its_end() -> None:
    """The end of a window may be; no event is."""
    assert write_rfc3339(1 << 61) == "9999-12-31T23:59:59.999999Z"
    assert write_rfc3339(-(1 << 61)) == "0001-01-01T00:00:00.000Z"
