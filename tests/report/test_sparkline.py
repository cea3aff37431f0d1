from __future__ import annotations

import pytest

from tiktoktoe_cli.report import Column, OutputFormat, Report, Shows, View, render
from tiktoktoe_cli.report.sparkline import sparkline


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([0, 4, 8], "▁▅█"),
        ([5, None, 5], "█·█"),
        ([0.0, 0.0], "▁▁"),
        ([None, None], ""),
        ([], ""),
        ([1, float("inf"), float("nan"), "x"], "█···"),
        ([-3, 8], "▁█"),
    ],
)
def test_draws_a_bar_a_number(values: list[float | str | None], bars: str) -> None:
    """Zero is the lowest bar and the largest number the highest; what is no number is a gap."""
    assert sparkline(values) == bars


def test_draws_what_ascii_can() -> None:
    """A terminal without Unicode sees fewer heights."""
    assert sparkline([0, 4, 8, None], unicode=False) == "_=#."


@pytest.mark.parametrize(("unicode", "shown"), [(True, "▁█"), (False, "_#")])
def test_a_column_of_trends_shows_bars(shown: str, *, unicode: bool) -> None:
    """Programs read the numbers, and people the bars."""
    report = Report(
        "x", ok=True, verdict="", items=[{"t": [0, 7]}], columns=(Column("t", "T", shows=Shows.TREND),)
    )

    assert render(report, OutputFormat.TABLE, View(unicode=unicode)) == f"T\n{shown}\n"
