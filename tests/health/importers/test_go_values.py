from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.health.importers.go_values import (
    duration_text,
    has_fraction,
    integer,
    milliseconds,
    number,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200", 200),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0b10", 2),
        ("0o17", 15),
        ("017", 15),
        ("-017", -15),
        ("1_000", 1000),
        ("0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("-9223372036854775808", -(2**63)),
        ("08", None),
        ("1__0", None),
        ("_1", None),
        ("1.0", None),
        ("", None),
        ("٣", None),
    ],
)
def test_integers_are_those_of_go(text: str, value: int | None) -> None:
    """`strconv.ParseInt` in base 0: the prefix says the base, and underscores stand between digits."""
    assert integer(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1h30m", 5_400_000),
        ("300ms", 300),
        ("1500us", 1),
        ("-1500us", -1),
        ("1.5s", 1500),
        ("0s", None),
        ("1d", None),
        ("300", None),
        ("", None),
    ],
)
def test_durations_are_whole_milliseconds(text: str, value: int | None) -> None:
    """What is below one is cut towards zero; Gatus takes a duration of nothing for none."""
    assert milliseconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2s", 2000),
        ("0x10", 16),
        ("1.9", 1),
        ("-1.9", -1),
        (".5", 0),
        ("1e3", 1000),
        ("1e400", None),
        ("ok", None),
    ],
)
def test_what_is_compared_by_size_is_a_whole_number(text: str, value: int | None) -> None:
    """A duration in milliseconds, an integer, or a float without its fraction."""
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "lost"), [("1.5", True), ("2.0", False), ("200", False), ("1.5s", False), ("ok", False)]
)
def test_a_fraction_that_is_lost_is_known(text: str, *, lost: bool) -> None:
    """It is to be told: here it would count."""
    assert has_fraction(text) is lost


@pytest.mark.parametrize(
    ("span_ms", "text"),
    [(172_800_000, "48h"), (90_000, "1m30s"), (300, "300ms"), (0, "0s"), (-61_001, "-1m1s1ms")],
)
def test_spans_are_written_in_the_largest_units(span_ms: int, text: str) -> None:
    """As CEL reads them, which knows no days."""
    assert duration_text(span_ms) == text


@given(st.integers(-(2**40), 2**40).filter(bool))
def test_what_is_written_is_read_back(span_ms: int) -> None:
    """No millisecond is lost."""
    assert milliseconds(duration_text(span_ms)) == span_ms
