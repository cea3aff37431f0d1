"""Dead letters are written down and counted."""

from __future__ import annotations

import json

from tiktoktoe_cli.replay.events.letter import DeadLetter, Reason
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd
from tiktoktoe_cli.replay.letters import Letterbox


def letter(reason: Reason, file: int, number: int) -> DeadLetter:
    """Make a dead letter of a line."""
    return DeadLetter(reason, "input", Origin(file, number, 0, b"x", RecordEnd.WHOLE), ())


def test_writes_and_counts_what_it_gets() -> None:
    """Each letter is a line that names its file and the run; reasons are counted, and damaged places are known."""
    lines: list[bytes] = []
    box = Letterbox(["a.ndjson", "b.gz"], "run-1", lines.extend)

    box.post([letter(Reason.PARSE, 0, 1), letter(Reason.DAMAGED, 1, 7)])
    box.post([letter(Reason.PARSE, 1, 2)])

    assert box.reasons == {Reason.PARSE: 2, Reason.DAMAGED: 1}
    assert box.damaged == ["b.gz:7"]
    found = [json.loads(line) for line in lines]
    assert [(one["source"]["file"], one["source"]["line"], one["run"]) for one in found] == [
        ("a.ndjson", 1, "run-1"),
        ("b.gz", 7, "run-1"),
        ("b.gz", 2, "run-1"),
    ]
