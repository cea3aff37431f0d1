"""Files become lines: their numbers, offsets and ends."""

from __future__ import annotations

import gzip
import os
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import records
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.events.record import RecordEnd
from tiktoktoe_cli.replay.reading.blocks import read_blocks
from tiktoktoe_cli.replay.reading.files import STDIN, find_files, spool
from tiktoktoe_cli.replay.reading.formats import Reading

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.events.record import Origin

LIMIT = 64
READING = Reading(LIMIT)


def read(path: Path) -> list[tuple[int, int, bytes, RecordEnd]]:
    """Read a file's lines: number, offset, bytes and end."""
    return [line[1:] for line in lines_of(path)]


def lines_of(path: Path) -> list[Origin]:
    """Read all lines of a file."""
    return [line for block in read_blocks([path], READING) for line in records(block)]


def test_knows_where_each_line_stands(shelf: Shelf) -> None:
    """Lines are counted from 1, and their offsets are in bytes."""
    path = shelf.put("a", "é\r\n\nlast")

    assert read(path) == [
        (1, 0, "é".encode(), RecordEnd.WHOLE),
        (2, 4, b"", RecordEnd.WHOLE),
        (3, 5, b"last", RecordEnd.END_OF_FILE),
    ]


def test_leaves_out_a_byte_order_mark(shelf: Shelf) -> None:
    """A byte order mark is no part of the first line, and its bytes count."""
    path = shelf.put("a", b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")

    assert read(path) == [(1, 3, b"one", RecordEnd.WHOLE), (2, 7, b"\xef\xbb\xbftwo", RecordEnd.WHOLE)]


def test_cuts_a_line_that_is_too_long(shelf: Shelf) -> None:
    """A line longer than the limit is marked, and the next one is whole."""
    path = shelf.put("a", b"x" * (LIMIT + 1) + b"\n" + b"y" * LIMIT + b"\n" + b"z" * 1_000_000)

    assert read(path) == [
        (1, 0, b"x" * (LIMIT + 1), RecordEnd.TOO_LONG),
        (2, 66, b"y" * LIMIT, RecordEnd.WHOLE),
        (3, 131, b"z" * (LIMIT + 1), RecordEnd.TOO_LONG),
    ]


def test_reads_gzip_whatever_the_name(shelf: Shelf) -> None:
    """Compressed files are known by their first bytes; offsets are those of the text."""
    path = shelf.put("a.ndjson", gzip.compress(b"one\n") + gzip.compress(b"two\n"))

    assert read(path) == [(1, 0, b"one", RecordEnd.WHOLE), (2, 4, b"two", RecordEnd.WHOLE)]


@given(keep=st.integers(min_value=2, max_value=60))
def test_tells_where_gzip_is_cut(tmp_path_factory: pytest.TempPathFactory, keep: int) -> None:
    """A compressed file that was cut gives the lines before, and one that says so."""
    text = bytes(range(48, 90)) + b"\n"
    path = tmp_path_factory.mktemp("gzip") / "a.gz"
    path.write_bytes(gzip.compress(text)[:keep])

    ends = [end for _, _, _, end in read(path)]

    assert ends[-1] is RecordEnd.DAMAGED
    assert all(end is RecordEnd.WHOLE for end in ends[:-1])


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


WHOLE = b"".join(b'{"n":%d}\n' % number for number in range(20_000))


def _with_a_wrong_checksum(packed: bytes) -> bytes:
    return packed[:-8] + bytes(8)


@pytest.mark.parametrize(
    ("packed", "is_whole"),
    [
        (gzip.compress(WHOLE)[:-8], True),
        (gzip.compress(WHOLE) + b"garbage", True),
        (_with_a_wrong_checksum(gzip.compress(WHOLE)), True),
        (gzip.compress(WHOLE)[: len(gzip.compress(WHOLE)) // 2], False),
    ],
    ids=["no trailer", "garbage", "checksum", "half"],
)
def test_gives_every_line_before_the_damage(shelf: Shelf, packed: bytes, is_whole: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """What could be decompressed is not lost: whole lines come as such, the rest in the line that is damaged."""
    lines = lines_of(shelf.put("a.gz", packed))

    *before, last = lines
    assert last.end is RecordEnd.DAMAGED
    assert b"".join(line.raw + b"\n" for line in before) + last.raw == WHOLE[: last.offset + len(last.raw)]
    assert all(line.end is RecordEnd.WHOLE for line in before)
    assert (len(before) == 20_000) is is_whole
    assert len(before) > 5_000


def test_gives_what_stands_before_a_wrong_byte(shelf: Shelf) -> None:
    """Bytes that no gzip writes end the file there, and not a buffer earlier."""
    packed = gzip.compress(WHOLE)
    middle = len(packed) // 2
    before = zlib.decompressobj(31).decompress(packed[:middle]).count(b"\n")

    lines = lines_of(shelf.put("a.gz", packed[:middle] + b"\xff" * 64 + packed[middle + 64 :]))

    assert b"".join(line.raw + b"\n" for line in lines[:before]) == b"".join(
        WHOLE.splitlines(keepends=True)[:before]
    )
    assert before > 5_000
    assert lines[-1].end is RecordEnd.DAMAGED


def test_padding_after_gzip_is_no_damage(shelf: Shelf) -> None:
    """Zeros fill the last block of a tape; every gzip passes over them."""
    path = shelf.put("a.gz", gzip.compress(b"one\n") + bytes(600_000))

    assert read(path) == [(1, 0, b"one", RecordEnd.WHOLE)]


def test_refuses_a_pipe(shelf: Shelf) -> None:
    """Reading from a pipe that nobody writes to would never end."""
    os.mkfifo(shelf.folder / "pipe")

    with pytest.raises(UsageError, match="not a regular file"):
        find_files([shelf.folder / "pipe"])


def test_reads_what_a_file_held_when_it_was_opened(shelf: Shelf) -> None:
    """What is appended while the file is read belongs to the next run: a run ends, however fast others write."""
    path = shelf.put("a", b"one\n")
    blocks = read_blocks([path], READING)

    first = next(blocks)
    with path.open("ab") as file:
        file.write(b"two\n" * 100_000)

    assert (first.raws, list(blocks)) == ([b"one"], [])


def test_a_file_that_shrinks_cannot_be_read_to_its_end(shelf: Shelf) -> None:
    """Events that were cut away while the file was read are not passed over in silence."""
    path = shelf.put("a", b"one\n" * 100_000)
    blocks = read_blocks([path], READING)

    next(blocks)
    os.truncate(path, 0)

    with pytest.raises(UnfinishedError, match="it became shorter while it was read"):
        list(blocks)


def test_goes_on_where_an_earlier_run_has_stopped(shelf: Shelf) -> None:
    """From the start of any block on, the blocks are those that follow it, also inside a compressed file."""
    files = [shelf.put("a.gz", gzip.compress(WHOLE)), shelf.put("b", WHOLE)]
    blocks = list(read_blocks(files, READING))

    for at in (0, 1, len(blocks) - 1):
        start = blocks[at - 1].position if at else None
        rest = [line for block in read_blocks(files, READING, start) for line in records(block)]

        assert rest == [line for block in blocks[at:] for line in records(block)]


def test_standard_input_is_kept_for_a_run_that_goes_on(shelf: Shelf) -> None:
    """`-` is read once, into a file that stands in its place; a run that goes on takes that file."""
    copy = shelf.folder / "state" / "stdin"
    files = find_files([STDIN, shelf.put("a", ""), STDIN])

    first = spool(files, BytesIO(b"one\n"), copy)
    again = spool(files, BytesIO(b"two\n"), copy)

    assert files == (STDIN, shelf.folder / "a")
    assert first == again == (copy, shelf.folder / "a")
    assert copy.read_bytes() == b"one\n"
