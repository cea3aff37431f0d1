from __future__ import annotations

import sys
from html import escape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.report.hostile import ANY_TEXT
from tiktoktoe_cli.report.text import many_lines, one_line, pad, shorten, width_of, without_ansi


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain `words`", "plain `words`"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\ud800", r"\ud800"),
        ("\ufffe\uffff", r"\ufffe\uffff"),
        ("\U000e0041", r"\U000e0041"),
        ("日本語 é 🎉", "日本語 é 🎉"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_shows_what_cannot_be_seen(text: str, shown: str) -> None:
    """Control and invisible characters are written out; every script and emoji stays as it is."""
    assert one_line(text) == shown


@given(text=ANY_TEXT)
def test_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    """Whatever comes in, one encodable line without controls comes out."""
    shown = one_line(text)

    shown.encode()
    assert shown.splitlines() in ([], [shown])
    assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in shown)


def test_what_is_shown_can_stand_in_xml() -> None:
    """Of every character there is, an XML parser reads back what is shown of it: XML 1.0 forbids some altogether."""
    shown = many_lines("".join(map(chr, range(sys.maxunicode + 1))))

    assert ET.fromstring(f"<x>{escape(shown)}</x>").text == shown


def test_keeps_the_line_feeds_of_a_longer_text() -> None:
    """A hint of several lines keeps them; a carriage return cannot overwrite one."""
    assert many_lines("one\r\ntwo\nthree\rfour") == "one\ntwo\nthree\\rfour"


@pytest.mark.parametrize(
    "text",
    ["\x1b[1;31mred\x1b[0m", "\x1b]8;;http://x\x1b\\red\x1b]8;;\x1b\\", "\x1b]0;title\x07red", "\x1bMred"],
)
def test_drops_escape_sequences_as_a_whole(text: str) -> None:
    """Colours, links and titles disappear with everything that belongs to them."""
    assert without_ansi(text) == "red"


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("🎉", 2), ("ｱ", 1), ("\uff21", 2), ("", 0)],
)
def test_measures_terminal_columns(text: str, columns: int) -> None:
    """Wide characters take two columns, combining marks none (Unicode UAX 11)."""
    assert width_of(text) == columns == cell_len(text)


@given(text=st.text("ab日🎉é", max_size=30), width=st.integers(1, 20))
def test_shortens_to_the_width(text: str, width: int) -> None:
    """A shortened text never exceeds its width, starts as the original and says that it was cut."""
    short = shorten(text, width)

    assert width_of(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


def test_pads_by_columns() -> None:
    """Wide characters get fewer spaces, on either side."""
    assert (pad("日本", 6), pad("日本", 6, right=True)) == ("日本  ", "  日本")
