from __future__ import annotations

import pytest

from tiktoktoe_cli.report.palette import BAD, GOOD, IDLE, PLAIN, WARN, Tone, paint, tone_of


@pytest.mark.parametrize(
    ("state", "tone"),
    [("healthy", GOOD), ("Half_Open", WARN), ("not started", IDLE), ("unhealthy", BAD), ("purple", PLAIN)],
)
def test_knows_the_words_of_the_field(state: str, tone: Tone) -> None:
    """A state has its look in any spelling; an unknown word is shown plainly."""
    assert tone_of(state) is tone


@pytest.mark.parametrize(
    ("became", "mark"), [("added", "+"), ("removed", "\N{MINUS SIGN}"), ("changed", "~")]
)
def test_what_became_of_something_is_no_judgement(became: str, mark: str) -> None:
    """An addition is not ticked, and a removal is not crossed: either may be good or bad."""
    assert tone_of(became).symbol == mark


def test_paints_only_if_asked() -> None:
    """Without colour, style or text nothing is added."""
    assert [
        paint("x", "bold red", color=True),
        paint("x", "red", color=False),
        paint("", "red", color=True),
    ] == [
        "\x1b[1;31mx\x1b[0m",
        "x",
        "",
    ]
