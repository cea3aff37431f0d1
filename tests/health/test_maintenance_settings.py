from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.health.maintenance import Once, Weekly, Window
from tiktoktoe_cli.health.maintenance_settings import MaintenanceSettings, WeeklySettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config import Document


def read(write: Callable[[str, str], str], window: str) -> tuple[list[Window], Document]:
    """Read one window in a system with the service `ledger`."""
    text = f"services: {{ledger: {{}}}}\nm:\n  - {window}\n"
    document = load([write("t.yaml", text)], {})
    node = document.node(("m",))
    assert node
    settings = Shape(MaintenanceSettings).read(document, node, ("m",))
    return [one.window for one in settings or ()], document


def test_a_window_that_comes_back_is_read(write: Callable[[str, str], str]) -> None:
    """Everything that can be said about it has its meaning."""
    windows, document = read(
        write,
        '{start: "23:00", duration: 1h30m, timezone: Europe/Berlin, every: [saturday, Sun], '
        "services: [ledger], groups: [core]}",
    )

    assert not document.problems
    times = Weekly(time(23), timedelta(minutes=90), ZoneInfo("Europe/Berlin"), frozenset({5, 6}))
    assert windows == [Window(times, frozenset({"ledger"}), frozenset({"core"}))]


def test_the_shortest_window_is_every_day_in_utc_for_all(write: Callable[[str, str], str]) -> None:
    """A time without quotes is one all the same."""
    windows, document = read(write, "{start: 09:30, duration: 1d}")

    assert not document.problems
    assert windows == [Window(Weekly(time(9, 30), timedelta(days=1), UTC, frozenset(range(7))))]


def test_a_single_window_is_read(write: Callable[[str, str], str]) -> None:
    """Dates are as YAML users write them, with or without quotes."""
    windows, document = read(write, '{from: 2026-12-01T20:00:00Z, until: "2026-12-01 22:00:00+01:00"}')

    assert not document.problems
    assert windows == [
        Window(Once(datetime(2026, 12, 1, 20, tzinfo=UTC), datetime(2026, 12, 1, 21, tzinfo=UTC)))
    ]


HOW_LONG = (
    "`duration`: how long it lasts, a week at most; a window that goes over midnight belongs to the day on "
    "which it starts"
)
ON_WHICH_DAYS = (
    "`every`: the days of the week on which it starts, in full or their first three letters; "
    "every day by default"
)


@pytest.mark.parametrize(
    ("window", "code", "message", "hint"),
    [
        (
            "{start: 23:00}",
            "missing-key",
            "the key `duration` is missing",
            HOW_LONG,
        ),
        (
            "{from: 2026-12-01T20:00:00Z}",
            "missing-key",
            "the key `until` is missing",
            "`until`: when it is over",
        ),
        (
            "{start: 2300, duration: 1h}",
            "wrong-form",
            "expected a time of day, found `2300`",
            "write hours and minutes, `00:00` to `23:59`",
        ),
        (
            "{start: 24:00, duration: 1h}",
            "wrong-form",
            "expected a time of day, found `24:00`",
            "write hours and minutes, `00:00` to `23:59`",
        ),
        (
            "{start: 23:00, duration: 8d}",
            "out-of-range",
            "`8d` is too large: the most is 7d",
            HOW_LONG,
        ),
        (
            "{start: 23:00, duration: 0}",
            "out-of-range",
            "`0` is too small: it must be more than 0",
            HOW_LONG,
        ),
        (
            "{start: 23:00, duration: 1h, timezone: Europe/Berln}",
            "unknown-value",
            "there is no time zone `Europe/Berln`",
            "did you mean `Europe/Berlin`?",
        ),
        (
            "{start: 23:00, duration: 1h, timezone: ../secret}",
            "unknown-value",
            "there is no time zone `../secret`",
            "write it as `Europe/Berlin`",
        ),
        (
            "{start: 23:00, duration: 1h, every: []}",
            "too-few",
            "expected at least 1, found 0",
            ON_WHICH_DAYS,
        ),
        (
            "{start: 23:00, duration: 1h, services: [leger]}",
            "unknown-name",
            "`services` has no `leger`",
            "did you mean `ledger`?",
        ),
        (
            "{from: 2026-12-01T20:00:00, until: 2026-12-01T22:00:00Z}",
            "wrong-form",
            "`2026-12-01T20:00:00` does not say in which time zone",
            "add `Z` for UTC, or an offset such as `+01:00`",
        ),
        (
            "{from: tomorrow, until: 2026-12-01T22:00:00Z}",
            "wrong-form",
            "expected a date with a time, found `tomorrow`",
            "write it as `2026-12-01T20:00:00Z`",
        ),
        (
            "{from: 2026-12-01T20:00:00Z, until: 2026-12-01T20:00:00Z}",
            "out-of-range",
            "`until` is not after `from`",
            "it is over before it begins",
        ),
        (
            "{from: 2026-12-01T20:00:00Z, until: 2026-12-01T22:00:00Z, every: [sat]}",
            "unknown-key",
            "a window that comes once has no `every`",
            "leave it out, or write `start` and `duration` instead of `from` and `until`",
        ),
    ],
)
def test_what_is_wrong_is_told_once(
    write: Callable[[str, str], str], window: str, code: str, message: str, hint: str | None
) -> None:
    """Each mistake in a window is one problem at its line, with advice where there is some."""
    windows, document = read(write, window)

    assert windows == []
    assert [(one.code, one.message, one.hint) for one in document.problems] == [(code, message, hint)]
    assert document.problems[0].place
    assert document.problems[0].place.line == 3


def test_an_unknown_day_is_told_with_the_known_ones(write: Callable[[str, str], str]) -> None:
    """A day that is misspelt is met with the nearest one."""
    _, document = read(write, "{start: 23:00, duration: 1h, every: [saturdy]}")

    (problem,) = document.problems
    assert (problem.code, problem.hint) == ("unknown-value", "did you mean `saturday`?")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)


@given(st.fixed_dictionaries(dict.fromkeys(("start", "duration", "timezone", "every"), ANYTHING)))
def test_anything_is_a_window_or_refused(given_: dict[str, Any]) -> None:
    """Whatever stands there, there is a window or a list of what is wrong."""
    with suppress(ValidationError):
        assert isinstance(WeeklySettings.model_validate(given_).window, Window)
