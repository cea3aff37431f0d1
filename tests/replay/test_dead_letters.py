"""Dead letters keep everything that is needed to try again."""

from __future__ import annotations

import base64
import json
import os

from tiktoktoe_cli.replay.dead_letters import DeadLetter, Reason, encode
from tiktoktoe_cli.replay.event import Fault, Line, LineEnd

FAULT = Fault("/a", "/properties/a/type", "type", "wrong")


def test_writes_one_line_with_all_that_is_known() -> None:
    """Reason, stage, errors, source, time and the original bytes are in one JSON object."""
    letter = DeadLetter(Reason.INVALID, "validation", Line(0, 3, 40, b'{"a": 1}'), (FAULT,), 1_500_000)

    record = encode(letter, "in.ndjson")

    assert record.count(b"\n") == 1
    assert json.loads(record) == {
        "v": 1,
        "reason": "invalid",
        "disposition": "poison",
        "stage": "validation",
        "errors": [
            {"path": "/a", "schema_path": "/properties/a/type", "keyword": "type", "message": "wrong"}
        ],
        "source": {"file": "in.ndjson", "line": 3, "offset": 40},
        "event_time": "1970-01-01T00:00:01.500Z",
        "raw": '{"a": 1}',
    }


def test_keeps_bytes_that_are_no_text() -> None:
    """Bytes that are not UTF-8 are kept as Base64, exactly."""
    raw = b'{"a":"\xff"}'

    record = json.loads(encode(DeadLetter(Reason.PARSE, "input", Line(0, 1, 0, raw), (FAULT,)), "f"))

    assert base64.b64decode(record["raw_base64"]) == raw
    assert (record["event_time"], "raw" in record) == (None, False)


def test_says_when_the_bytes_are_not_all() -> None:
    """Of a line that is too long only the beginning is kept, and the record says so."""
    line = Line(0, 1, 0, b"{" * 2_000, LineEnd.TOO_LONG)

    record = json.loads(encode(DeadLetter(Reason.PARSE, "input", line, (FAULT,)), "f"))

    assert record["raw_is_cut"] is True


def test_names_a_file_whose_name_is_no_text() -> None:
    """A file name may hold any bytes; those that are not UTF-8 are written as escapes."""
    letter = DeadLetter(Reason.PARSE, "input", Line(0, 1, 0, b"{"), (FAULT,))

    record = json.loads(encode(letter, os.fsdecode(b"caf\xe9.ndjson")))

    assert record["source"]["file"] == "caf\\xe9.ndjson"
