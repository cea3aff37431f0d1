"""Files become lines: their numbers, offsets and ends."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.event import LineEnd
from tiktoktoe_cli.replay.reader import find_files, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf

LIMIT = 64


def read(path: Path) -> list[tuple[int, int, bytes, LineEnd]]:
    """Read a file's lines: number, offset, bytes and end."""
    return [line[1:] for line in read_lines([path], LIMIT)]


def test_knows_where_each_line_stands(shelf: Shelf) -> None:
    """Lines are counted from 1, and their offsets are in bytes."""
    path = shelf.put("a", "é\r\n\nlast")

    assert read(path) == [
        (1, 0, "é".encode(), LineEnd.NEWLINE),
        (2, 4, b"", LineEnd.NEWLINE),
        (3, 5, b"last", LineEnd.END_OF_FILE),
    ]


def test_leaves_out_a_byte_order_mark(shelf: Shelf) -> None:
    """A byte order mark is no part of the first line, and its bytes count."""
    path = shelf.put("a", b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")

    assert read(path) == [(1, 3, b"one", LineEnd.NEWLINE), (2, 7, b"\xef\xbb\xbftwo", LineEnd.NEWLINE)]


def test_cuts_a_line_that_is_too_long(shelf: Shelf) -> None:
    """A line longer than the limit is marked, and the next one is whole."""
    path = shelf.put("a", b"x" * (LIMIT + 1) + b"\n" + b"y" * LIMIT + b"\n" + b"z" * 1_000_000)

    assert read(path) == [
        (1, 0, b"x" * (LIMIT + 1), LineEnd.TOO_LONG),
        (2, 66, b"y" * LIMIT, LineEnd.NEWLINE),
        (3, 131, b"z" * (LIMIT + 1), LineEnd.TOO_LONG),
    ]


def test_reads_gzip_whatever_the_name(shelf: Shelf) -> None:
    """Compressed files are known by their first bytes; offsets are those of the text."""
    path = shelf.put("a.ndjson", gzip.compress(b"one\n") + gzip.compress(b"two\n"))

    assert read(path) == [(1, 0, b"one", LineEnd.NEWLINE), (2, 4, b"two", LineEnd.NEWLINE)]


@given(keep=st.integers(min_value=2, max_value=60))
def test_tells_where_gzip_is_cut(tmp_path_factory: pytest.TempPathFactory, keep: int) -> None:
    """A compressed file that was cut gives the lines before, and one that says so."""
    text = bytes(range(48, 90)) + b"\n"
    path = tmp_path_factory.mktemp("gzip") / "a.gz"
    path.write_bytes(gzip.compress(text)[:keep])

    ends = [end for _, _, _, end in read(path)]

    assert ends[-1] is LineEnd.DAMAGED
    assert all(end is LineEnd.NEWLINE for end in ends[:-1])


def test_an_empty_file_has_no_lines(shelf: Shelf) -> None:
    """Nothing is in an empty file, also not an empty line."""
    assert read(shelf.put("a", "")) == []


@given(st.binary(max_size=300))
def test_loses_no_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in a file, it has as many lines as newlines, and one for a rest."""
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(b"{" + content)

    lines = read(path)

    assert len(lines) == content.count(b"\n") + (not content.endswith(b"\n") if content else 1)
    assert [number for number, *_ in lines] == list(range(1, len(lines) + 1))


def test_expands_patterns_in_order_and_reads_no_file_twice(shelf: Shelf) -> None:
    """Patterns are sorted by name, the order of the paths is kept, and repetitions are left out."""
    b, a, deep = shelf.put("b.x", ""), shelf.put("a.x", ""), shelf.put("sub/c.x", "")

    found = find_files([deep, shelf.folder / "*.x", shelf.folder / "**" / "*.x"])

    assert found == (deep, a, b)


def test_takes_brackets_in_an_existing_folder_literally(shelf: Shelf) -> None:
    """Only what does not exist is a pattern."""
    path = shelf.put("run[1]/a.x", "")

    assert find_files([shelf.folder / "run[1]" / "*.x"]) == (path,)


@pytest.mark.parametrize("name", ["missing.ndjson", "*.nothing", "."])
def test_refuses_what_names_no_file(shelf: Shelf, name: str) -> None:
    """A path to nothing, a pattern that matches nothing and a folder are mistakes, not empty inputs."""
    with pytest.raises(UsageError):
        find_files([shelf.folder / name])
