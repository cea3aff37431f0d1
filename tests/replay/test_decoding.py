"""A line becomes an event, or one exact reason why it does not."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.choices import TimeFormat
from tiktoktoe_cli.replay.decoding import Decoder, parse
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.events.record import Block, Origin, RecordEnd
from tiktoktoe_cli.replay.events.times import TimeColumn
from tiktoktoe_cli.replay.ordering.sort import SortedBlock

if TYPE_CHECKING:
    from collections.abc import Sequence


def line(raw: bytes, end: RecordEnd = RecordEnd.WHOLE) -> Origin:
    """Make a line."""
    return Origin(0, 1, 0, raw, end)


def decoded(lines: Sequence[tuple[bytes, RecordEnd]]) -> Batch:
    """Decode the lines of a block, with the time in `at`."""
    ends = {row: end for row, (_, end) in enumerate(lines) if end is not RecordEnd.WHOLE}
    block = Block(0, 1, 0, [raw for raw, _ in lines], 0, ends=ends)
    return Decoder(FieldPath(("at",)), TimeColumn(TimeFormat.RFC3339)).decode(block)


@pytest.mark.parametrize(
    ("raw", "keyword"),
    [
        (b"[]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"5", "not-an-object"),
        (b"null", "not-an-object"),
        (b"{} {}", "json"),
        (b'{"a":NaN}', "json"),
        (b'{"a":1e400}', "json"),
        (b'{"a":"\\ud800"}', "json"),
        (b'{"a":"\xff"}', "utf-8"),
        (b'{"a":"\0"}', "nul"),
        (b"\0\0\0", "nul"),
        (b'{"a":18446744073709551616}', "integer-range"),
        (b'{"a":-9223372036854775809}', "integer-range"),
        (b'{"a":[' + b"9" * 300 + b"]}", "integer-range"),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, "json"),
    ],
)
def test_names_what_is_wrong(raw: bytes, keyword: str) -> None:
    """Every kind of broken line has its own word."""
    fault = parse(line(raw))

    assert isinstance(fault, Fault)
    assert fault.keyword == keyword


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (b'{"a":18446744073709551615}', {"a": 2**64 - 1}),
        (b'{"a":-9223372036854775808}', {"a": -(2**63)}),
        (b'{"a":"99999999999999999999999"}', {"a": "99999999999999999999999"}),
        (b'{"a":"\\"99999999999999999999999"}', {"a": '"99999999999999999999999'}),
        (b'{"a":0.1234567890123456789012}', {"a": 0.12345678901234568}),
        (b'{"a":1,"a":2}', {"a": 2}),  # of repeated keys the last one counts
        (b' {"a":"\\u0000"} ', {"a": "\0"}),
    ],
)
def test_reads_what_json_allows(raw: bytes, body: object) -> None:
    """The edges of JSON are read without loss, or as the docstring says."""
    assert parse(line(raw)) == body


def test_knows_a_file_that_was_cut() -> None:
    """A last line that has no newline and is no whole JSON text was cut in the middle."""
    cut = parse(line(b'{"a":', RecordEnd.END_OF_FILE))
    whole = parse(line(b'{"a":1}', RecordEnd.END_OF_FILE))

    assert isinstance(cut, Fault)
    assert cut.keyword == "cut"
    assert whole == {"a": 1}


LINES = (
    (b'{"at":"1970-01-01T00:00:00Z"}', RecordEnd.WHOLE),
    (b" \t", RecordEnd.WHOLE),
    (b"{", RecordEnd.WHOLE),
    (b'{"at":"yesterday"}', RecordEnd.WHOLE),
    (b'{"at":' + b"[" * 300 + b"]" * 300 + b"}", RecordEnd.WHOLE),
    (b"{}", RecordEnd.WHOLE),
    (b'{"at":"1970-01-01T00:00:01Z"}', RecordEnd.END_OF_FILE),
    (b'{"at":"1970-01-01T00:00:02Z","n":18446744073709551616}', RecordEnd.WHOLE),
    (b"[]", RecordEnd.WHOLE),
    (b"{}", RecordEnd.TOO_LONG),
    (b"", RecordEnd.DAMAGED),
)


def test_every_line_has_one_outcome() -> None:
    """Events pass, empty lines are dropped, the others are rejected with their reason."""
    batch = decoded(LINES)

    assert batch.times == [0, 1_000_000]
    assert [batch.origin(index).number for index in range(len(batch))] == [1, 7]
    assert batch.dropped == {Drop.EMPTY: 1}
    found = {letter.origin.number: (letter.reason, letter.faults[0].keyword) for letter in batch.letters}
    assert found == {
        3: ("parse", "json"),
        4: ("time", "invalid"),
        5: ("time", "invalid"),
        6: ("time", "missing"),
        8: ("parse", "integer-range"),
        9: ("parse", "not-an-object"),
        10: ("parse", "too-long"),
        11: ("damaged", "damaged"),
    }
    assert len(batch.letters) == len(found)


@given(lines=st.lists(st.sampled_from(LINES), max_size=8))
def test_a_line_is_decoded_the_same_beside_any_others(lines: list[tuple[bytes, RecordEnd]]) -> None:
    """A block of usual lines is read at once, one with others line by line: what becomes of a line is the same."""
    together, alone = decoded(lines), [decoded([one]) for one in lines]

    assert together.bodies == [body for batch in alone for body in batch.bodies]
    assert together.times == [time for batch in alone for time in batch.times]
    assert sorted(letter.faults for letter in together.letters) == sorted(
        letter.faults for batch in alone for letter in batch.letters
    )
    assert together.dropped == sum((batch.dropped for batch in alone), Counter())


def test_what_comes_out_of_the_sort_passes_the_input_only_once() -> None:
    """Events that were held by the sort are taken no second time; they pass now."""
    decoder = Decoder(FieldPath(("at",)), TimeColumn(TimeFormat.RFC3339))

    batch, passage = decoder.again(SortedBlock([(5, 1, 2, 3, b'{"n":1}')]), lambda: 0)

    assert (batch.bodies, batch.times, batch.origin(0)) == ([{"n": 1}], [5], Origin(1, 2, 3, b'{"n":1}'))
    assert (passage.taken, passage.passed, passage.letters) == (0, 1, ())


@pytest.mark.parametrize("filling", [b"x", b"\\n"])
def test_a_long_text_needs_little_memory(filling: bytes) -> None:
    """Looking for large integers passes over a text of any length without remembering each character."""
    raw = b'{"n":1234567890123456789,"a":"' + filling * 1_000_000 + b'"}'

    tracemalloc.start()
    parse(line(raw))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 20 * len(raw)  # orjson's own buffer is 12 times the text
