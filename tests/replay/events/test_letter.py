"""Dead letters keep everything that is needed to try again."""

from __future__ import annotations

import base64
import json
import os

from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.letter import Attempt, DeadLetter, Reason, encode
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd

FAULT = Fault("/a", "/properties/a/type", "type", "wrong")


def test_writes_one_line_with_all_that_is_known() -> None:
    """Reason, stage, errors, source, time and the original bytes are in one JSON object."""
    letter = DeadLetter(Reason.INVALID, "validation", Origin(0, 3, 40, b'{"a": 1}'), (FAULT,), 1_500_000)

    record = encode(letter, "in.ndjson", "run-1")

    assert b"\n" not in record
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
        "destination": None,
        "attempts": 0,
        "status": None,
        "replay_count": 0,
        "run": "run-1",
        "raw": '{"a": 1}',
    }


def test_tells_how_delivery_was_tried() -> None:
    """Where, how often and with which answer, for an event that a destination did not take; it may pass later."""
    attempt = Attempt("billing", 3, "503")
    letter = DeadLetter(Reason.DELIVERY, "delivery", Origin(0, 1, 0, b"{}"), (FAULT,), attempt=attempt)

    record = json.loads(encode(letter, "f", "run-1"))

    told = [record[name] for name in ("disposition", "destination", "attempts", "status")]
    assert told == ["transient", "billing", 3, "503"]


def test_keeps_bytes_that_are_no_text() -> None:
    """Bytes that are not UTF-8 are kept as Base64, exactly."""
    raw = b'{"a":"\xff"}'

    record = json.loads(
        encode(DeadLetter(Reason.PARSE, "input", Origin(0, 1, 0, raw), (FAULT,)), "f", "run-1")
    )

    assert base64.b64decode(record["raw_base64"]) == raw
    assert (record["event_time"], "raw" in record) == (None, False)


def test_says_when_the_bytes_are_not_all() -> None:
    """Of a line that is too long only the beginning is kept, and the record says so."""
    origin = Origin(0, 1, 0, b"{" * 2_000, RecordEnd.TOO_LONG)

    record = json.loads(encode(DeadLetter(Reason.PARSE, "input", origin, (FAULT,)), "f", "run-1"))

    assert record["raw_is_cut"] is True


def test_names_a_file_whose_name_is_no_text() -> None:
    """A file name may hold any bytes; those that are not UTF-8 are written as escapes."""
    letter = DeadLetter(Reason.PARSE, "input", Origin(0, 1, 0, b"{"), (FAULT,))

    record = json.loads(encode(letter, os.fsdecode(b"caf\xe9.ndjson"), "run-1"))

    assert record["source"]["file"] == "caf\\xe9.ndjson"
