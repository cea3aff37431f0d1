"""A block knows where each of its records stood."""

from __future__ import annotations

from tests.replay.making import records
from tiktoktoe_cli.replay.events.record import Block, Origin, RecordEnd


def test_lines_stand_one_after_the_other() -> None:
    """Where each record is a line with one newline, its length says where the next one stands."""
    block = Block(2, 7, 100, [b"one", b"", b"three"], 111)

    assert records(block) == [Origin(2, 7, 100, b"one"), Origin(2, 8, 104, b""), Origin(2, 9, 105, b"three")]


def test_others_stand_where_they_are_said_to() -> None:
    """A record that ended in another way says so, and its offset is its own."""
    block = Block(0, 1, 0, [b"one", b"two"], 9, [3, 6], {1: RecordEnd.END_OF_FILE})

    assert records(block) == [Origin(0, 1, 3, b"one"), Origin(0, 2, 6, b"two", RecordEnd.END_OF_FILE)]
