"""JSON values that are not one a line: found wherever they stand, however the bytes come in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replay.making import cut, records
from tiktoktoe_cli.replay.events.record import RecordEnd
from tiktoktoe_cli.replay.reading.values import Around, ValueCutter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.events.record import Block, Origin

LIMIT = 10_000
PIECES = st.sampled_from(
    [
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b"\\",
        b"\n",
        b",",
        b":",
        b" ",
        b"1",
        b'"Records":[',
        b'{"Records":[',
        b"\xef\xbb\xbf",
    ]
)
CONTENT = st.lists(PIECES, max_size=30).map(b"".join)
SIZES = st.lists(st.integers(1, 9), max_size=60)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
EVENTS = st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=6)


def blocks_of(
    content: bytes,
    sizes: Sequence[int] = (),
    limit: int = LIMIT,
    *,
    has_records: bool = True,
    is_damaged: bool = False,
) -> list[Block]:
    """Cut a text that comes in pieces of these sizes."""
    cutter = ValueCutter(0, limit, has_records)
    fed = [cutter.feed(bytes(piece)) for piece in cut(content, sizes)]
    return [block for block in (*fed, cutter.end(is_damaged=is_damaged)) if block]


def cut_up(content: bytes, *args: Any, **how: Any) -> list[Origin]:  # Any: as `blocks_of`
    """List the records of a text."""
    return [record for block in blocks_of(content, *args, **how) for record in records(block)]


def raws(content: bytes, **how: Any) -> list[bytes]:  # Any: as `blocks_of`
    """List the bytes of the records of a text."""
    return [record.raw for record in cut_up(content, **how)]


@given(events=EVENTS, sizes=SIZES, indent=st.sampled_from([None, 0, 2]))
def test_finds_every_element_of_an_array(events: list[Any], sizes: list[int], indent: int | None) -> None:
    """What a JSON library writes as an array comes out as its elements, also if it spans lines."""
    content = json.dumps(events, indent=indent).encode()

    found = cut_up(content, sizes)

    assert [json.loads(record.raw) for record in found] == events
    assert all(content[record.offset :].startswith(record.raw) for record in found)
    assert all(record.end is RecordEnd.WHOLE for record in found)


@given(
    events=EVENTS, sizes=SIZES, indent=st.sampled_from([None, 2]), between=st.sampled_from(["", "\n", " "])
)
def test_finds_values_one_after_the_other(
    events: list[Any], sizes: list[int], indent: int | None, between: str
) -> None:
    """Objects need nothing between them."""
    content = between.join(json.dumps(event, indent=indent) for event in events).encode()

    found = cut_up(content, sizes)

    assert [json.loads(record.raw) for record in found] == events


@given(
    events=EVENTS,
    sizes=SIZES,
    before=st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    after=st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
    times=st.integers(1, 3),
)
def test_finds_records_whatever_stands_beside_them(
    events: list[Any], sizes: list[int], before: dict[str, Any], after: dict[str, Any], times: int
) -> None:
    """`{"Records": [...]}` is unpacked, with other keys before and after, and more than once in a file."""
    content = (json.dumps({**before, "Records": events, **after}) + "\n").encode() * times

    found = cut_up(content, sizes)

    assert [json.loads(record.raw) for record in found] == events * times


@settings(max_examples=500)
@given(content=CONTENT, sizes=SIZES, limit=st.sampled_from([4, LIMIT]), has_records=st.booleans())
def test_records_do_not_depend_on_how_the_bytes_come(
    content: bytes,
    sizes: list[int],
    limit: int,
    has_records: bool,  # noqa: FBT001  # a parameter of the test
) -> None:
    """The same bytes are the same records, whole or in pieces, also where they are no JSON."""
    whole = cut_up(content, (), limit, has_records=has_records)

    assert cut_up(content, sizes, limit, has_records=has_records) == whole


@settings(max_examples=500)
@given(content=CONTENT, sizes=SIZES)
def test_nothing_is_lost_between_records(content: bytes, sizes: list[int]) -> None:
    """Every byte belongs to a record, or is one that may stand between records."""
    found = cut_up(content, sizes, has_records=False)

    at = 0
    for record in found:
        assert content[at : record.offset].strip(b" \n,[]\xef\xbb\xbf") == b""
        assert content[record.offset :].startswith(record.raw)
        at = record.offset + len(record.raw)
    assert content[at:].strip(b" \n,[]\xef\xbb\xbf") == b""


@settings(max_examples=300)
@given(content=CONTENT, sizes=SIZES, has_records=st.booleans())
def test_goes_on_after_any_block(content: bytes, sizes: list[int], has_records: bool) -> None:  # noqa: FBT001  # as above
    """Whoever goes on at the position of a block finds the records that follow it."""
    blocks = blocks_of(content, sizes, has_records=has_records)

    for at, block in enumerate(blocks[:-1]):
        file, offset, number, state = block.position
        cutter = ValueCutter(file, LIMIT, has_records, offset, number, state)
        rest = [cutter.feed(content[offset:]), cutter.end(is_damaged=False)]
        assert [record for block in rest if block for record in records(block)] == [
            record for block in blocks[at + 1 :] for record in records(block)
        ]


def test_a_newline_in_a_string_ends_a_broken_record() -> None:
    """An event that lacks a quote does not swallow those after it."""
    assert raws(b'{"a":"x}\n{"b":1}\n{"c":2}') == [b'{"a":"x}', b'{"b":1}', b'{"c":2}']


def test_what_is_no_object_is_a_record_up_to_the_end_of_its_line() -> None:
    """Words, numbers and stray brackets are told, not passed over."""
    assert raws(b'garbage, 1\n{"a":1} ] null\n') == [b"garbage, 1", b'{"a":1}', b"] null"]


@pytest.mark.parametrize(
    "content", [b'[{"a":1}', b'[{"a":1},', b"[", b'{"Records":[{"a":1}', b'{"Records":[]']
)
def test_an_array_that_is_not_closed_was_cut(content: bytes) -> None:
    """A file that ends between two records looks whole otherwise."""
    assert cut_up(content)[-1].end is RecordEnd.UNCLOSED


def test_a_record_that_is_cut_is_the_last_one() -> None:
    """A file that ends within a record says so once."""
    *before, last = cut_up(b'[{"a":1},{"a":')

    assert [record.end for record in before] == [RecordEnd.WHOLE]
    assert (last.raw, last.end) == (b'{"a":', RecordEnd.END_OF_FILE)


def test_a_damaged_file_says_so() -> None:
    """Where a compressed file cannot be read further, the record that was begun is the damaged one."""
    assert cut_up(b'[{"a":1},{"a":', is_damaged=True)[-1].end is RecordEnd.DAMAGED
    assert cut_up(b'[{"a":1},', is_damaged=True)[-1].end is RecordEnd.DAMAGED


def test_of_a_value_that_is_too_long_little_is_kept() -> None:
    """The next record is whole."""
    long = json.dumps({"a": ["x" * 3_000, {"b": 1}]}).encode()

    first, second = cut_up(long + b'{"c":1}', [100] * 40, 2_000)

    assert (first.raw, first.end) == (long[:1_024], RecordEnd.TOO_LONG)
    assert (second.raw, second.offset) == (b'{"c":1}', len(long))


def test_deep_nesting_is_followed() -> None:
    """Any depth is one record; whether it can be read is for the decoder to say."""
    deep = b"[" * 100_000 + b"]" * 100_000

    assert raws(b'[{"a":' + deep + b'},{"b":1}]', limit=1 << 20) == [b'{"a":' + deep + b"}", b'{"b":1}']


def test_an_object_without_records_is_a_record() -> None:
    """Only an array under the key `Records` is unpacked."""
    content = b'{"Records":1}{"a":{"Records":[1]}}{"a":"Records","b":[2]}'

    assert raws(content) == [b'{"Records":1}', b'{"a":{"Records":[1]}}', b'{"a":"Records","b":[2]}']


def test_a_block_knows_what_its_end_stands_in() -> None:
    """So that a run can go on within an array."""
    [block] = blocks_of(b'{"Records":[{"a":1},{"b"' + b" " * 70_000, [70_000])[:1]

    assert block.state == Around.RECORDS
