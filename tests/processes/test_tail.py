"""The last lines of a stream, however it arrives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.processes.tail import LINE_BYTES, Tail


def fed(*chunks: bytes, limit: int = 20) -> tuple[str, ...]:
    """Feed the chunks to a new tail and return what it shows."""
    tail = Tail(limit)
    for chunk in chunks:
        tail.feed(chunk)
    return tail.lines


def test_keeps_the_last_lines_only() -> None:
    """Of five lines with room for two, the last two are shown."""
    assert fed(b"1\n2\n3\n4\n5\n", limit=2) == ("4", "5")


def test_shows_a_line_that_has_no_end_yet() -> None:
    """What a program printed before it died without a line feed is shown too, within the limit."""
    assert fed(b"1\n2\n3", limit=2) == ("2", "3")


def test_keeps_empty_lines_and_drops_carriage_returns() -> None:
    """Lines are what stands between line feeds, also on a program that writes CR LF."""
    assert fed(b"a\r\n\nb\n") == ("a", "", "b")


def test_replaces_bytes_that_are_not_text() -> None:
    """Bytes that are not UTF-8 become the replacement character."""
    assert fed(b"\xff\xfeok\n") == ("\ufffd\ufffdok",)


def test_cuts_an_endless_line() -> None:
    """A line without an end neither fills the memory nor hides that it was cut."""
    (line,) = fed(*[b"x" * 1000] * 100)

    assert line == "x" * LINE_BYTES + "…"


def test_a_line_that_just_fits_is_not_marked_as_cut() -> None:
    """The mark of the cut stands only where something is missing."""
    assert fed(b"x" * LINE_BYTES + b"\n") == ("x" * LINE_BYTES,)


@pytest.mark.parametrize(
    ("data", "is_cut"),
    [
        (b"a\nb\n", False),
        (b"a\nb", False),
        (b"a\nb\nc", True),
        (b"a\nb\nc\n", True),
        (b"x" * LINE_BYTES + b"\n", False),
        (b"x" * LINE_BYTES + b"y\n", True),
        (b"x" * LINE_BYTES + b"y\na\nb\n", True),
    ],
)
def test_it_is_known_whether_there_was_more(data: bytes, *, is_cut: bool) -> None:
    """Lines before the last ones, or the rest of a long line."""
    tail = Tail(limit=2)

    tail.feed(data)

    assert tail.is_cut is is_cut


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)), st.integers(1, 5))
def test_chunks_do_not_matter(data: bytes, cuts: list[int], limit: int) -> None:
    """Any way to cut the same bytes leads to the same lines."""
    edges = [0, *sorted(cuts), len(data)]
    chunks = [data[begin:end] for begin, end in pairwise(edges)]

    assert fed(*chunks, limit=limit) == fed(data, limit=limit)
