from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.report import ColorChoice
from tiktoktoe_cli.report.capabilities import carries_symbols, is_ci, wants_color, width_from

# from strongest to weakest: what decides, and how
COLOR_ORDER = [
    ("NO_COLOR", "1", False),
    ("FORCE_COLOR", "1", True),
    ("CLICOLOR_FORCE", "1", True),
    ("TERM", "dumb", False),
]


@given(chosen=st.sets(st.integers(0, len(COLOR_ORDER) - 1)), is_terminal=st.booleans())
def test_decides_about_colour_in_the_documented_order(chosen: set[int], *, is_terminal: bool) -> None:
    """Of all the variables that are set, the first in the order decides; without any, the terminal does."""
    environ = {COLOR_ORDER[index][0]: COLOR_ORDER[index][1] for index in chosen}
    expected = COLOR_ORDER[min(chosen)][2] if chosen else is_terminal

    assert wants_color(ColorChoice.AUTO, environ, is_terminal=is_terminal) is expected


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "0", "TERM": "dumb"}, False),
        ({"FORCE_COLOR": "", "TERM": "dumb"}, False),
        ({"CLICOLOR_FORCE": "0", "TERM": "dumb"}, False),
    ],
)
def test_ignores_variables_that_say_nothing(environ: dict[str, str], *, expected: bool) -> None:
    """An empty NO_COLOR and a FORCE_COLOR of 0 decide nothing."""
    assert wants_color(ColorChoice.AUTO, environ, is_terminal=True) is expected


def test_the_option_beats_the_environment() -> None:
    """`--color` is what the user typed just now."""
    always = wants_color(ColorChoice.ALWAYS, {"NO_COLOR": "1"}, is_terminal=False)
    never = wants_color(ColorChoice.NEVER, {"FORCE_COLOR": "1"}, is_terminal=True)

    assert (always, never) == (True, False)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"CI": "true"}, True),
        ({"CI": "false"}, False),
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"CI": ""}, False),
    ],
)
def test_recognises_ci(environ: dict[str, str], *, expected: bool) -> None:
    """CI systems say that they are one."""
    assert is_ci(environ) is expected


@pytest.mark.parametrize(
    ("columns", "width"), [("120", 120), ("0", None), ("", None), ("-5", None), ("wide", None), ("²", None)]
)
def test_reads_the_width_if_it_is_one(columns: str, width: int | None) -> None:
    """COLUMNS counts only as a positive number."""
    assert width_from({"COLUMNS": columns}) == width


@pytest.mark.parametrize("columns", ["1000", "1001", "100000000000", "9" * 5_000])
def test_no_screen_is_wider_than_the_widest(columns: str) -> None:
    """Whatever COLUMNS says, a line has a thousand columns at most."""
    assert width_from({"COLUMNS": columns}) == 1_000


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", True), ("ascii", False), ("cp1252", False), ("no-such", False), (None, True)],
)
def test_knows_which_encodings_have_symbols(encoding: str | None, *, expected: bool) -> None:
    """A check mark is drawn only where it can be encoded."""
    assert carries_symbols(encoding) is expected
