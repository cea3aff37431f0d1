"""Files are cut into blocks of lines, the same lines however the bytes come in."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import cut, records
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd
from tiktoktoe_cli.replay.reading.blocks import cut as cut_source
from tiktoktoe_cli.replay.reading.lines import LineCutter

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.reading.sources import Source

LIMIT = 8
BOM = b"\xef\xbb\xbf"
PIECES = st.sampled_from([b"\n", b"\r\n", b"\r", BOM, b"{}", b"\0", b"1234567", b"12345678", b"123456789"])
CONTENT = st.lists(PIECES, max_size=12).map(b"".join)
SIZES = st.lists(st.integers(1, 6), max_size=40)


@dataclass
class Pieces:
    """A file whose bytes come in pieces."""

    pieces: list[bytes]
    is_damaged: bool = False

    def read(self, _size: int) -> bytes:
        """Give the next piece; nothing at the end."""
        return self.pieces.pop(0) if self.pieces else b""


def blocks_of(
    content: bytes, sizes: list[int], limit: int = LIMIT, *, is_damaged: bool = False
) -> list[Block]:
    """Cut a file that comes in pieces of these sizes."""
    source = cast("Source", Pieces(list(map(bytes, cut(content, sizes))), is_damaged))
    return list(cut_source(source, LineCutter(0, limit)))


def lines_of(content: bytes) -> list[Origin]:
    """Say which lines there are, slowly."""
    found, offset = [], 0
    for number, line in enumerate(BytesIO(content), 1):
        body = line.removesuffix(b"\n")
        end = RecordEnd.WHOLE if line.endswith(b"\n") else RecordEnd.END_OF_FILE
        raw, at = body, offset
        if len(body) > LIMIT:
            raw, end = body[: LIMIT + 1], RecordEnd.TOO_LONG
        if number == 1 and raw.startswith(BOM):
            raw, at = raw.removeprefix(BOM), len(BOM)
        found.append(Origin(0, number, at, raw.rstrip(b"\r"), end))
        offset += len(line)
    return found


@given(content=CONTENT, sizes=SIZES)
def test_lines_do_not_depend_on_how_the_bytes_come(content: bytes, sizes: list[int]) -> None:
    """Numbers, offsets, bytes and ends are those of a reader that goes line by line."""
    blocks = blocks_of(content, sizes)

    assert [line for block in blocks for line in records(block)] == lines_of(content)


@given(content=CONTENT, sizes=SIZES)
def test_blocks_follow_each_other(content: bytes, sizes: list[int]) -> None:
    """A block begins where the one before ended, and the last one ends where the file does."""
    blocks = blocks_of(content, sizes)

    starts = [(block.first_offset, block.first_number) for block in blocks]
    ends = [(block.next_offset, block.first_number + len(block)) for block in blocks]
    if blocks:
        assert starts == [(0, 1), *ends[:-1]]
        assert ends[-1][0] == len(content)


@given(content=CONTENT, sizes=SIZES)
def test_damage_is_a_line_of_its_own_kind(content: bytes, sizes: list[int]) -> None:
    """Whole lines are as they are; what stands after the last newline, be it nothing, is the damaged line."""
    lines = [line for block in blocks_of(content, sizes, is_damaged=True) for line in records(block)]

    *before, last = lines
    assert last.end is RecordEnd.DAMAGED
    assert before == [line for line in lines_of(content) if line.end is not RecordEnd.END_OF_FILE]


def test_of_a_very_long_line_little_is_kept() -> None:
    """A dead letter needs no megabyte to be recognised."""
    [block] = blocks_of(b"x" * 5_000 + b"\n", [], limit=2_000)

    [line] = records(block)
    assert (len(line.raw), line.end) == (1_024, RecordEnd.TOO_LONG)
