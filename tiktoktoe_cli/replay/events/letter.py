"""Dead letters: what could not be delivered, with every reason and the original bytes, one JSON object a line.

The record is a superset of what Kafka's KIP-1034 and KIP-1317 keep: `disposition` says whether the same event may
pass another time (`transient`) or is itself wrong (`poison`).
"""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.replay.events.record import RecordEnd
from tiktoktoe_cli.replay.events.times import write_rfc3339

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.fault import Fault
    from tiktoktoe_cli.replay.events.record import Origin

RECORD_VERSION = 1


class Reason(StrEnum):
    """Why an event could not be delivered."""

    PARSE = "parse"  # the record holds no JSON object
    DAMAGED = "damaged"  # the compressed file is cut or damaged here; what else it held is not known
    TIME = "time"  # no time, or not a valid one
    FUTURE = "future"  # too far ahead of the events before it
    INVALID = "invalid"  # against the schema, or CloudEvents
    LOOKUP = "lookup"  # nothing was found, or could not be put into the event
    EXPRESSION = "expression"  # an expression of a stage had no value for it
    SHAPE = "shape"  # a stage cannot put a field where it belongs
    LATE = "late"  # its window was closed before it came
    UNROUTED = "unrouted"  # no rule takes it
    ENCODING = "encoding"  # it cannot be written as JSON
    DELIVERY = "delivery"  # a destination refused it


class Disposition(StrEnum):
    """Whether trying again makes sense."""

    POISON = "poison"
    TRANSIENT = "transient"


_TRANSIENT = frozenset({Reason.LOOKUP, Reason.LATE, Reason.UNROUTED, Reason.DELIVERY})


@dataclass(frozen=True, slots=True)
class Attempt:
    """How the delivery of an event was tried: where, how often, and the last answer (a status, or a word for it)."""

    destination: str
    attempts: int
    status: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered: why, in which stage, and where it came from."""

    reason: Reason
    stage: str
    origin: Origin
    faults: tuple[Fault, ...]
    time_us: int | None = None
    attempt: Attempt | None = None
    replay_count: int = 0

    @property
    def disposition(self) -> Disposition:
        """Whether the same event may pass another time."""
        return Disposition.TRANSIENT if self.reason in _TRANSIENT else Disposition.POISON


def encode(letter: DeadLetter, file: str, run: str) -> bytes:
    """Write a dead letter as JSON; `file` names its input, `run` the run."""
    origin, attempt = letter.origin, letter.attempt
    record: dict[str, Any] = {  # Any: JSON
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
        "source": {"file": path_text(file), "line": origin.number, "offset": origin.offset},
        "event_time": None if letter.time_us is None else write_rfc3339(letter.time_us),
        "destination": attempt.destination if attempt else None,
        "attempts": attempt.attempts if attempt else 0,
        "status": attempt.status if attempt else None,
        "replay_count": letter.replay_count,
        "run": run,
    }
    return orjson.dumps(record | _original(origin))


def path_text(path: str) -> str:
    """Write a path as text; bytes in it that are not UTF-8 become escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _original(origin: Origin) -> dict[str, str | bool]:
    """Keep the bytes: as text if they are UTF-8, else as Base64; of a record that is too long only the beginning."""
    whole: dict[str, str | bool] = {"raw_is_cut": True} if origin.end is RecordEnd.TOO_LONG else {}
    try:
        return whole | {"raw": origin.raw.decode()}
    except UnicodeDecodeError:
        return whole | {"raw_base64": b64encode(origin.raw).decode()}
