from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health.maintenance import Once, Weekly, Window, find_unknown_groups, find_window

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
BERLIN, HAVANA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
EVERY_DAY = frozenset(range(7))


def at(text: str) -> datetime:
    """Read a time in UTC: `2026-12-05 23:00` is a Saturday."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(start: str, hours: float, *days: int, zone: ZoneInfo | None = None) -> Weekly:
    """Make a window of so many hours, on every day if none is named."""
    return Weekly(
        time.fromisoformat(start), timedelta(hours=hours), zone or UTC, frozenset(days) or EVERY_DAY
    )


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-12-05 22:59:59", False),
        ("2026-12-05 23:00", True),
        ("2026-12-06 00:59:59", True),
        ("2026-12-06 01:00", False),
        ("2026-12-05 00:30", False),
        ("2026-12-06 23:30", False),
    ],
)
def test_a_window_over_midnight_belongs_to_its_first_day(now: str, *, is_open: bool) -> None:
    """On Saturdays at eleven for two hours: it goes on into the Sunday, and Friday's night has none."""
    assert weekly("23:00", 2, SATURDAY).hold(at(now)) is is_open


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-12-04 17:59", False),
        ("2026-12-04 18:00", True),
        ("2026-12-06 12:00", True),
        ("2026-12-07 05:59", True),
        ("2026-12-07 06:00", False),
    ],
)
def test_a_window_may_last_for_days(now: str, *, is_open: bool) -> None:
    """From Friday evening until Monday morning is one window."""
    assert weekly("18:00", 60, FRIDAY).hold(at(now)) is is_open


@pytest.mark.parametrize(
    ("now", "is_open"), [("2026-07-01 20:59", False), ("2026-07-01 21:00", True), ("2026-12-01 21:00", False)]
)
def test_the_clock_is_that_of_the_zone(now: str, *, is_open: bool) -> None:
    """Eleven in the evening in Berlin is 21:00 UTC in summer and 22:00 in winter."""
    assert weekly("23:00", 1, zone=BERLIN).hold(at(now)) is is_open


@pytest.mark.parametrize(
    ("now", "is_open"), [("2026-03-29 01:29", False), ("2026-03-29 01:30", True), ("2026-03-29 02:30", False)]
)
def test_a_start_that_the_clocks_leave_out_is_read_as_before_them(now: str, *, is_open: bool) -> None:
    """On 29 March 2026 there is no 02:30 in Berlin: it is an hour and a half after one, when clocks show 03:30."""
    assert weekly("02:30", 1, zone=BERLIN).hold(at(now)) is is_open


@pytest.mark.parametrize(
    ("now", "is_open"), [("2026-10-25 00:30", True), ("2026-10-25 01:29", True), ("2026-10-25 01:30", False)]
)
def test_a_start_that_comes_twice_is_the_first(now: str, *, is_open: bool) -> None:
    """On 25 October 2026, 02:30 in Berlin is at 00:30 UTC and again at 01:30: an hour is over by then."""
    assert weekly("02:30", 1, zone=BERLIN).hold(at(now)) is is_open


def test_a_window_lasts_as_long_as_it_says() -> None:
    """From 01:30 for an hour ends at 03:30 by the clock if an hour is left out, at 02:30 for the first time else."""
    spring, autumn = weekly("01:30", 1, zone=BERLIN), weekly("01:30", 2, zone=BERLIN)

    assert spring.hold(at("2026-03-29 01:29"))
    assert not spring.hold(at("2026-03-29 01:30"))
    assert autumn.hold(at("2026-10-25 01:29"))
    assert not autumn.hold(at("2026-10-25 01:30"))


def test_clocks_that_go_back_over_midnight_lose_no_window() -> None:
    """In St. John's in 2010, it was 00:00 on 7 November, a minute later 23:01 on the 6th: Sunday had begun."""
    window = weekly("00:00", 1, SUNDAY, zone=ZoneInfo("America/St_Johns"))

    assert window.hold(at("2010-11-07 02:30"))
    assert window.hold(at("2010-11-07 03:29"))
    assert not window.hold(at("2010-11-07 03:30"))


def test_a_midnight_that_is_left_out_starts_the_day() -> None:
    """In Havana on 8 March 2026 clocks go from midnight to one: a window at 00:00 starts then."""
    window = weekly("00:00", 1, SUNDAY, zone=HAVANA)

    assert not window.hold(at("2026-03-08 04:59"))
    assert window.hold(at("2026-03-08 05:00"))
    assert not window.hold(at("2026-03-08 06:00"))


def test_a_single_window_is_open_between_its_times() -> None:
    """Its beginning is part of it, its end is not."""
    window = Once(at("2026-12-01 20:00"), at("2026-12-01 22:00"))

    assert [window.hold(at(f"2026-12-01 {clock}")) for clock in ("19:59", "20:00", "21:59", "22:00")] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("services", "groups", "is_covered"),
    [
        ((), (), True),
        (("ledger",), (), True),
        (("other",), (), False),
        ((), ("core",), True),
        (("other",), ("core",), True),
        ((), ("edge",), False),
    ],
)
def test_a_window_is_for_those_it_names(
    services: tuple[str, ...], groups: tuple[str, ...], *, is_covered: bool
) -> None:
    """A service is in it by its own name or by that of its group; a window that names nobody is for all."""
    window = Window(weekly("00:00", 24), frozenset(services), frozenset(groups))

    found = find_window([window], "ledger", "core", at("2026-12-01 12:00"))

    assert found == (window if is_covered else None)


def test_a_service_without_a_group_is_in_none() -> None:
    """A window for groups is not for what has no group."""
    window = Window(weekly("00:00", 24), groups=frozenset({"core"}))

    assert find_window([window], "ledger", None, at("2026-12-01 12:00")) is None


def test_a_group_that_nobody_is_in_is_told() -> None:
    """A window for it would never open; the nearest group is suggested."""
    problems = list(find_unknown_groups([["core"], ["cor", "x"]], {"core"}, lambda *_: None))

    assert [(one.code, one.message, one.hint) for one in problems] == [
        ("unknown-name", "no service is in the group `cor`", "did you mean `core`?"),
        ("unknown-name", "no service is in the group `x`", "the groups are `core`"),
    ]


@given(
    now=st.integers(946_684_800, 2_114_380_800).map(lambda since: datetime.fromtimestamp(since, UTC)),
    start=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    minutes=st.integers(1, 7 * 24 * 60),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    zone=st.sampled_from([BERLIN, HAVANA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), UTC]),
)
def test_a_window_is_open_for_its_time_after_each_start(
    now: datetime, start: time, minutes: int, days: frozenset[int], zone: ZoneInfo
) -> None:
    """It is open exactly if one of the starts of the last days lies less than its duration back."""
    window = Weekly(start, timedelta(minutes=minutes), zone, days)
    local = now.astimezone(zone).date()
    dates = [local + timedelta(days=offset) for offset in range(-10, 3)]
    starts = [datetime.combine(date, start, zone).timestamp() for date in dates if date.weekday() in days]

    assert window.hold(now) == any(0 <= now.timestamp() - one < minutes * 60 for one in starts)
