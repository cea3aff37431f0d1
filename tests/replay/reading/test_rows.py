"""CSV files become objects of texts, one a row, however the bytes come in."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.making import cut, records
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.events.record import RecordEnd
from tiktoktoe_cli.replay.reading.rows import Header, RowCutter, read_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.events.record import Block, Origin

HEADER = Header(("a", "b"), ",", 0)
LIMIT = 10_000
CELLS = st.text(st.sampled_from('x, "\n\r;é'), max_size=5)
SIZES = st.lists(st.integers(1, 9), max_size=40)
PIECES = st.sampled_from([b"x", b",", b'"', b"\n", b"\r\n", b"\r", b"\xff", b"\0", b"xxxxx"])
CONTENT = st.lists(PIECES, max_size=25).map(b"".join)


def blocks_of(content: bytes, sizes: Sequence[int] = (), limit: int = LIMIT) -> list[Block]:
    """Cut rows that come in pieces of these sizes."""
    cutter = RowCutter(0, limit, HEADER, 0, 2)
    fed = [cutter.feed(bytes(piece)) for piece in cut(content, sizes)]
    return [block for block in (*fed, cutter.end(is_damaged=False)) if block]


def cut_up(content: bytes, sizes: Sequence[int] = (), limit: int = LIMIT) -> list[Origin]:
    """List the rows."""
    return [record for block in blocks_of(content, sizes, limit) for record in records(block)]


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=8), sizes=SIZES, end=st.sampled_from(["\n", "\r\n"]))
def test_reads_what_a_csv_library_writes(rows: list[tuple[str, str]], sizes: list[int], end: str) -> None:
    """Cells with quotes, delimiters and newlines are what they were; a row's offset is where it stands."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    content = text.getvalue().encode()

    found = cut_up(content, sizes)

    assert [tuple(json.loads(record.raw).values()) for record in found] == rows
    assert [record.number for record in found] == list(range(2, len(rows) + 2))
    assert all(record.offset == 0 or content[record.offset - 1 :].startswith(b"\n") for record in found)


@settings(max_examples=300)
@given(content=CONTENT, sizes=SIZES, limit=st.sampled_from([6, LIMIT]))
def test_rows_do_not_depend_on_how_the_bytes_come(content: bytes, sizes: list[int], limit: int) -> None:
    """The same bytes are the same rows, whole or in pieces, also where they fit no header."""
    assert cut_up(content, sizes, limit) == cut_up(content, (), limit)


@settings(max_examples=300)
@given(content=CONTENT, sizes=SIZES)
def test_goes_on_after_any_block(content: bytes, sizes: list[int]) -> None:
    """Whoever goes on at the position of a block finds the rows that follow it."""
    blocks = blocks_of(content, sizes)

    for at, block in enumerate(blocks[:-1]):
        _, offset, number, _ = block.position
        cutter = RowCutter(0, LIMIT, HEADER, offset, number)
        rest = [cutter.feed(content[offset:]), cutter.end(is_damaged=False)]
        assert [record for block in rest if block for record in records(block)] == [
            record for block in blocks[at + 1 :] for record in records(block)
        ]


def test_a_row_that_does_not_fit_is_given_as_it_stands() -> None:
    """Too many cells, bytes that are no UTF-8, and a last row that was cut are told, with their own bytes."""
    found = cut_up(b"1,2,3\n\xff,2\n1\n1")

    assert [(record.raw, record.end) for record in found] == [
        (b"1,2,3", RecordEnd.MISFIT),
        (b"\xff,2", RecordEnd.MISFIT),
        (b'{"a":"1"}', RecordEnd.WHOLE),
        (b"1", RecordEnd.MISFIT),
    ]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    """The rows after it are read."""
    found = cut_up(b'"1,2\n3,4\n5,6\n')

    assert [(record.raw, record.end) for record in found] == [
        (b'"1,2', RecordEnd.MISFIT),
        (b'{"a":"3","b":"4"}', RecordEnd.WHOLE),
        (b'{"a":"5","b":"6"}', RecordEnd.WHOLE),
    ]


@pytest.mark.parametrize(
    ("head", "names", "delimiter"),
    [
        (b"\xef\xbb\xbfa,b\r\n1,2", ("a", "b"), ","),
        (b'"a;x";b\n', ("a;x", "b"), ";"),
        (b"a\tb", ("a", "b"), "\t"),
        (b"a\n1", ("a",), ","),
    ],
)
def test_the_first_line_names_the_columns(head: bytes, names: tuple[str, ...], delimiter: str) -> None:
    """What stands between them is seen there too."""
    header = read_header(head, None, "a.csv")

    assert (header.names, header.delimiter) == (names, delimiter)
    assert header.size == (head.find(b"\n") + 1 or len(head))


@pytest.mark.parametrize("head", [b"a,a\n", b"a,\n", b"\n", b"\xff\n"])
def test_refuses_a_header_that_names_nothing(head: bytes) -> None:
    """Rows could not be told apart from each other's columns."""
    with pytest.raises(UsageError, match="no header"):
        read_header(head, None, "a.csv")
