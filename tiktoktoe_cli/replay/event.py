"""An event, and the line it came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

Body: TypeAlias = dict[str, Any]
"""The event's JSON object. Any: its values are whatever the producer wrote."""


class LineEnd(StrEnum):
    """How a line ended."""

    NEWLINE = "newline"
    END_OF_FILE = "end of file"  # fine if it holds a whole event; else the file was cut
    TOO_LONG = "too long"  # `raw` is only its beginning
    DAMAGED = "damaged"  # the compressed file cannot be read any further


class Line(NamedTuple):
    """A line of an input file, without its line end.

    `file` is the position of the file in the run, `number` counts from 1, `offset` is the position of `raw` in the
    (uncompressed) file in bytes. No two lines of a run have the same file and number: lines can be sorted.
    A named tuple, not a dataclass: one is made for every line, and tuples are made and sorted four times as fast.
    """

    file: int
    number: int
    offset: int
    raw: bytes
    end: LineEnd = LineEnd.NEWLINE


class Event(NamedTuple):
    """An event on its way through the stages; sorts by time, then file, then line.

    `time_us` is when it happened, in microseconds since 1970. `body` belongs to the event alone: stages write into it.
    """

    time_us: int
    line: Line
    body: Body


class Fault(NamedTuple):
    """One thing that is wrong with an event.

    `path` is where (a JSON Pointer into the event), `rule` which rule says so (a JSON Pointer into the schema, or the
    part of a specification), `keyword` a stable word for the kind of error.
    """

    path: str
    rule: str
    keyword: str
    message: str


def pointer(*steps: str | int) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
