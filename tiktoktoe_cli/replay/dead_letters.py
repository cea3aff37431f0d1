"""Dead letters: what could not be delivered, with every reason and the original bytes, one JSON object a line.

The record is a superset of what Kafka's KIP-1034 and KIP-1317 keep: `disposition` says whether the same event may
pass another time (`transient`) or is itself wrong (`poison`).
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.replay.event import LineEnd
from tiktoktoe_cli.replay.times import write_rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.event import Fault, Line

RECORD_VERSION = 1


class Reason(StrEnum):
    """Why an event could not be delivered."""

    PARSE = "parse"  # the line holds no JSON object
    DAMAGED = "damaged"  # the compressed file is cut or damaged here; what else it held is not known
    TIME = "time"  # no time, or not a valid one
    FUTURE = "future"  # too far ahead of the events before it
    INVALID = "invalid"  # against the schema, or CloudEvents
    LOOKUP = "lookup"  # nothing was found, or could not be put into the event
    LATE = "late"  # its session was closed before it came
    UNROUTED = "unrouted"  # no rule takes it
    ENCODING = "encoding"  # it cannot be written as JSON


class Disposition(StrEnum):
    """Whether trying again makes sense."""

    POISON = "poison"
    TRANSIENT = "transient"


_TRANSIENT = frozenset({Reason.LOOKUP, Reason.LATE, Reason.UNROUTED})


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered: why, in which stage, and the line it came from."""

    reason: Reason
    stage: str
    line: Line
    faults: tuple[Fault, ...]
    time_us: int | None = None

    @property
    def disposition(self) -> Disposition:
        """Whether the same event may pass another time."""
        return Disposition.TRANSIENT if self.reason in _TRANSIENT else Disposition.POISON


@dataclass(slots=True)
class DeadLetters:
    """Writes dead letters down and counts them by reason; `files` names the inputs."""

    files: Sequence[str]
    write: Callable[[bytes], None]
    reasons: Counter[Reason] = field(default_factory=Counter)
    damaged: list[str] = field(default_factory=list)  # where files are: `FILE:LINE`

    def put(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        file = self.files[letter.line.file]
        self.reasons[letter.reason] += 1
        if letter.reason is Reason.DAMAGED:
            self.damaged.append(f"{path_text(file)}:{letter.line.number}")
        self.write(encode(letter, file))


def encode(letter: DeadLetter, file: str) -> bytes:
    """Write a dead letter as one line."""
    line = letter.line
    record = {
        "v": RECORD_VERSION,
        "reason": letter.reason,
        "disposition": letter.disposition,
        "stage": letter.stage,
        "errors": [
            {
                "path": fault.path,
                "schema_path": fault.rule,
                "keyword": fault.keyword,
                "message": fault.message,
            }
            for fault in letter.faults
        ],
        "source": {"file": path_text(file), "line": line.number, "offset": line.offset},
        "event_time": None if letter.time_us is None else write_rfc3339(letter.time_us),
    }
    return orjson.dumps(record | _original(line), option=orjson.OPT_APPEND_NEWLINE)


def path_text(path: str) -> str:
    """Write a path as text; bytes in it that are not UTF-8 become escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _original(line: Line) -> dict[str, str | bool]:
    """Keep the bytes: as text if they are UTF-8, else as Base64; of a line that is too long only the beginning."""
    whole: dict[str, str | bool] = {"raw_is_cut": True} if line.end is LineEnd.TOO_LONG else {}
    try:
        return whole | {"raw": line.raw.decode()}
    except UnicodeDecodeError:
        return whole | {"raw_base64": b64encode(line.raw).decode()}
