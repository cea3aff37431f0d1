"""Durations, rates and shares as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.quantity import ByteSize, Quantity
from tiktoktoe_cli.config.units import Duration, Rate, Ratio, UnitError, Written


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("1ns", 1),
        ("5us", 5_000),
        ("5µs", 5_000),
        ("200ms", 200_000_000),
        ("1.5s", 1_500_000_000),
        ("2m", 120_000_000_000),
        ("1h30m", 5_400_000_000_000),
        ("7d", 604_800_000_000_000),
    ],
)
def test_reads_durations(text: str, nanoseconds: int) -> None:
    """A duration is a number with a unit, or several of them in a row."""
    assert Duration.parse(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "5 s", "-1s", "1.s.", "s", "5sec", "1e3s", "٣s", "400000d"])
def test_refuses_what_is_not_a_duration(text: str) -> None:
    """What is not a duration, or lasts longer than 292 years, is refused with a hint."""
    with pytest.raises(UnitError) as caught:
        Duration.parse(text)

    assert caught.value.hint


def test_an_endless_text_is_refused_at_once() -> None:
    """A text of a hundred thousand digits costs no time: it is no unit's text."""
    with pytest.raises(PydanticCustomError, match="too long"):
        Duration.accept("1" * 100_000 + "x")


@pytest.mark.parametrize("unit", [Duration, Rate, Ratio, Quantity, ByteSize])
@pytest.mark.parametrize("ending", ["", "s", "/s", "%", "Mi"])
def test_a_number_that_python_would_not_read_is_refused_wherever_it_comes_from(
    unit: type[Written], ending: str
) -> None:
    """More digits than Python reads are refused like any other wrong text, on the command line as in a file."""
    with pytest.raises(UnitError, match="is too long for"):
        unit.parse("1" * 5_000 + ending)


def test_says_which_unit_is_missing() -> None:
    """A bare number gets the advice to add its unit."""
    with pytest.raises(UnitError) as caught:
        Duration.parse("5")

    assert "`5s`" in caught.value.hint


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_printed_duration_reads_back(nanoseconds: int) -> None:
    """Every duration prints as text that means the same duration."""
    assert Duration.parse(str(Duration(nanoseconds))) == nanoseconds


@pytest.mark.parametrize(
    ("text", "per_second"), [("200/s", 200.0), ("30/m", 0.5), ("2/ms", 2000.0), ("0.5 / h", 0.5 / 3600)]
)
def test_reads_rates(text: str, per_second: float) -> None:
    """A rate is a number per unit of time, kept as per second."""
    assert Rate.parse(text) == pytest.approx(per_second)


def test_a_rate_needs_its_per() -> None:
    """A bare number is not a rate; the hint shows how to write it."""
    with pytest.raises(UnitError) as caught:
        Rate.parse("200")

    assert "`200/s`" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "share", "ppm"),
    [("0.5", 0.5, 500_000), ("50%", 0.5, 500_000), ("0", 0, 0), ("100%", 1, 1_000_000)],
)
def test_reads_shares(text: str, share: float, ppm: int) -> None:
    """A share is written as a fraction or in percent."""
    ratio = Ratio.parse(text)

    assert (ratio, ratio.ppm) == (share, ppm)


@pytest.mark.parametrize("text", ["50", "1.5", "101%", "-0.1", "half", ""])
def test_refuses_shares_beyond_the_whole(text: str) -> None:
    """A share lies between nothing and the whole."""
    with pytest.raises(UnitError):
        Ratio.parse(text)


@pytest.mark.parametrize(
    ("limit_ns", "shown"),
    [(300_000_000, "300ms"), (299_998_870, "300ms"), (4_899_700_000, "4.9s"), (1, "1ms"), (0, "1ms")],
)
def test_what_is_left_is_shown_in_round_numbers(limit_ns: int, shown: str) -> None:
    """A message says how long was waited, not how many nanoseconds were left."""
    assert str(Duration(limit_ns).rounded) == shown
