"""A line becomes an event, or one exact reason why it does not."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.replay.decoding import decode, parse
from tiktoktoe_cli.replay.event import Fault, Line, LineEnd
from tiktoktoe_cli.replay.field_path import FieldPath
from tiktoktoe_cli.replay.station import Drop, Station
from tiktoktoe_cli.replay.times import read_rfc3339

if TYPE_CHECKING:
    from tests.replay.conftest import Letters


def line(raw: bytes, end: LineEnd = LineEnd.NEWLINE) -> Line:
    """Make a line."""
    return Line(0, 1, 0, raw, end)


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
    cut = parse(line(b'{"a":', LineEnd.END_OF_FILE))
    whole = parse(line(b'{"a":1}', LineEnd.END_OF_FILE))

    assert isinstance(cut, Fault)
    assert cut.keyword == "cut"
    assert whole == {"a": 1}


def test_every_line_has_one_outcome(station: Station, letters: Letters) -> None:
    """Events pass, empty lines are dropped, the others are rejected with their reason."""
    lines = [
        line(b'{"at":"1970-01-01T00:00:00Z"}'),
        line(b" \t"),
        line(b"{"),
        line(b'{"at":"yesterday"}'),
        line(b'{"at":' + b"[" * 300 + b"]" * 300 + b"}"),
        line(b"{}"),
        line(b"{}", LineEnd.TOO_LONG),
        line(b"", LineEnd.DAMAGED),
    ]

    events = list(decode(lines, FieldPath(("at",)), read_rfc3339, station))

    assert [event.time_us for event in events] == [0]
    assert station.dropped == {Drop.EMPTY: 1}
    keywords = [(letter.reason, letter.faults[0].keyword) for letter in letters]
    assert keywords == [
        ("parse", "json"),
        ("time", "invalid"),
        ("time", "invalid"),
        ("time", "missing"),
        ("parse", "too-long"),
        ("damaged", "damaged"),
    ]


@pytest.mark.parametrize("filling", [b"x", b"\\n"])
def test_a_long_text_needs_little_memory(filling: bytes) -> None:
    """Looking for large integers passes over a text of any length without remembering each character."""
    raw = b'{"n":1234567890123456789,"a":"' + filling * 1_000_000 + b'"}'

    tracemalloc.start()
    parse(line(raw))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 20 * len(raw)  # orjson's own buffer is 12 times the text
