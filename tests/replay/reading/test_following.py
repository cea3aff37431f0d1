"""A file that grows is followed, whatever is done with it."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from tests.replay.making import records
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.reading.following import Patience, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.replay.conftest import Shelf


def followed(
    path: Path, *happenings: Callable[[], object], start: Sequence[int] | None = None
) -> list[tuple[int, bytes]]:
    """Follow a file; each time nothing is new something happens, and after the last the user stops."""
    left = list(happenings)
    stopped: list[bool] = []

    def pause() -> None:
        left.pop(0)() if left else stopped.append(True)

    blocks = follow(path, 1_000, Patience(pause, lambda: bool(stopped)), start=start)
    return [(record.number, record.raw) for block in blocks for record in records(block)]


def append(path: Path, data: bytes) -> Callable[[], object]:
    """Make what appends to a file."""

    def write() -> None:
        with path.open("ab") as file:
            file.write(data)

    return write


def test_gives_lines_when_they_are_whole(shelf: Shelf) -> None:
    """A line that comes in two parts is one line; at the end, the last one needs no newline."""
    path = shelf.put("a", b"one\ntw")

    found = followed(path, append(path, b"o\nthree\nfo"), append(path, b"ur"))

    assert found == [(1, b"one"), (2, b"two"), (3, b"three"), (4, b"four")]


def test_reads_the_rest_of_a_file_that_was_renamed(shelf: Shelf) -> None:
    """Then the new one, from its first line."""
    path = shelf.put("a", b"one\n")
    old = shelf.folder / "a.1"

    found = followed(
        path, lambda: path.rename(old), append(old, b"two\nthree"), lambda: shelf.put("a", b"four\n")
    )

    assert found == [(1, b"one"), (2, b"two"), (3, b"three"), (1, b"four")]


def test_begins_anew_when_the_file_becomes_shorter(shelf: Shelf) -> None:
    """As after `: > FILE`."""
    path = shelf.put("a", b"one\ntwo\n")

    assert followed(path, lambda: os.truncate(path, 0), append(path, b"new\n")) == [
        (1, b"one"),
        (2, b"two"),
        (1, b"new"),
    ]


def test_goes_on_from_a_position(shelf: Shelf) -> None:
    """What an earlier run has read is not read again."""
    path = shelf.put("a", b"one\ntwo\n")

    assert followed(path, start=(0, 4, 2, 0)) == [(2, b"two")]


def test_refuses_a_compressed_file(shelf: Shelf) -> None:
    """Nobody appends lines to one."""
    with pytest.raises(UsageError, match="compressed"):
        followed(shelf.put("a.gz", gzip.compress(b"one\n")))
