"""A line in what a program prints, however it is cut."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.processes import LineWatch

TEXT = b"booting\r\nno: ready soon\nready to serve\nmore\n"


def sees(*chunks: bytes) -> bool:
    """Tell whether a watch for a line that begins with `ready` finds one."""

    async def watch() -> bool:
        lines = LineWatch(lambda line: line.startswith("ready"))
        feed = lines.stream()
        for chunk in chunks:
            feed(chunk)
        return lines.found.is_set()

    return asyncio.run(watch())


@given(st.lists(st.integers(0, len(TEXT)), max_size=6))
def test_a_line_is_found_however_the_bytes_are_cut(cuts: list[int]) -> None:
    """Pipes cut where they like, also in the middle of a line."""
    ends = sorted({0, *cuts, len(TEXT)})

    assert sees(*(TEXT[start:end] for start, end in pairwise(ends)))


def test_a_line_counts_once_it_has_ended() -> None:
    """`ready` may be the beginning of `ready? not yet`."""
    assert not sees(b"read", b"y to serve")
    assert sees(b"ready to serve", b"\n")


def test_two_streams_are_not_mixed() -> None:
    """The end of one stream's line is not the end of the other's."""

    async def watch() -> bool:
        lines = LineWatch(lambda line: line == "ready")
        output, errors = lines.stream(), lines.stream()
        output(b"rea")
        errors(b"dy\n")
        return lines.found.is_set()

    assert not asyncio.run(watch())


def test_an_endless_line_takes_little_memory() -> None:
    """Of a line without an end only the beginning is kept, and looked at."""
    assert sees(b"ready", *[b"x" * 10_000] * 1_000, b"\n")
