from __future__ import annotations

import pytest

from tiktoktoe_cli.report import Column, Json, Shows
from tiktoktoe_cli.report.cells import cell, leans_right
from tiktoktoe_cli.words import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (0.000_000_25, "250ns"),
        (0.000_12, "120us"),
        (0.0123, "12.3ms"),
        (0.85, "850ms"),
        (1.25, "1.25s"),
        (59.9, "59.9s"),
        (59.97, "1m"),
        (125, "2m5s"),
        (3600, "1h"),
        (11_400, "3h10m"),
        (187_200, "2d4h"),
        (-1.5, "-1.5s"),
    ],
)
def test_writes_durations_as_the_configuration_does(seconds: float, words: str) -> None:
    """Durations are short, have three digits at most, and could be pasted into the YAML."""
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("value", "shows", "words"),
    [
        (1234.5, Shows.MILLISECONDS, "1.23s"),
        (90, Shows.SECONDS, "1m30s"),
        (0.995, Shows.RATIO, "99.5%"),
        (1, Shows.RATIO, "100%"),
        (1_572_864, Shows.BYTES, "1.5Mi"),
        (1023, Shows.BYTES, "1023"),
        (3, Shows.NUMBER, "3"),
        (3.0, Shows.NUMBER, "3"),
        (0.25, Shows.NUMBER, "0.25"),
        (1234.5678, Shows.NUMBER, "1234.568"),
        (0.000012, Shows.NUMBER, "1.2e-05"),
        (float("nan"), Shows.SECONDS, "<unknown>"),
        (float("-inf"), Shows.NUMBER, "-inf"),
        (None, Shows.SECONDS, "<none>"),
        ("", Shows.TEXT, "<none>"),
        ([], Shows.TEXT, "<none>"),
        (True, Shows.TEXT, "true"),
        (["a", 1, None], Shows.TEXT, "a,1,<none>"),
        ({"cpu": 0.5, "ok": False}, Shows.TEXT, "cpu=0.5,ok=false"),
        ("slow", Shows.MILLISECONDS, "slow"),
    ],
)
def test_writes_values_for_persons(value: Json, shows: Shows, words: str) -> None:
    """A cell shows what its column means; what is missing is `<none>`, what is no number `<unknown>`."""
    assert cell({"x": value}, Column("x", "X", shows=shows)) == words


@pytest.mark.parametrize(
    ("key", "words"),
    [("a.b", "1"), ("a.c", "<none>"), ("a.b.c", "<none>"), ("no", "<none>"), ("x.y", "2"), ("a", "b=1")],
)
def test_reaches_into_items(key: str, words: str) -> None:
    """A dotted key finds the inner value; a key that really has a dot is found first."""
    assert cell({"a": {"b": 1}, "x.y": 2}, Column(key, "X")) == words


def test_numbers_lean_right() -> None:
    """Columns of numbers are aligned by their last digit, also if only asked to."""
    columns = [Column("x", "X", shows=Shows.NUMBER), Column("x", "X", shows=Shows.BYTES), Column("x", "X")]

    assert [leans_right(column) for column in columns] == [True, True, False]
