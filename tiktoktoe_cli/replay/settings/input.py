"""What the YAML says about the input of a pipeline: which files, in which order, and when each event happened."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay.choices import Order, TimeFormat
from tiktoktoe_cli.replay.events.field_path import FieldPath

_LEAST_LINE = ByteSize.parse("64")
_LONGEST_LINE = ByteSize.parse("256Mi")


class TimeSettings(Settings):
    """Where an event says when it happened."""

    field: FieldPath = FieldPath(("time",))
    """The field that holds the time. An event without a valid one is a dead letter."""
    format: TimeFormat = TimeFormat.RFC3339
    """`rfc3339` text, or a number of seconds (`epoch_s`) or milliseconds (`epoch_ms`) since 1970."""
    max_future_jump: Duration | None = None
    """An event further than this ahead of the newest one before it is a dead letter, and moves no clock. Choose it
    longer than the longest quiet time; by default nothing is too far ahead."""


def _within_limits(value: ByteSize) -> ByteSize:
    if not _LEAST_LINE <= value <= _LONGEST_LINE:
        hint = f"choose a length from {_LEAST_LINE} to {_LONGEST_LINE}"
        raise PydanticCustomError(
            "out-of-range", "a line of `{value}` cannot be", {"value": str(value), "hint": hint}
        )
    return value


class InputSettings(Settings):
    """The files to read: one JSON object a line (NDJSON), also compressed with gzip."""

    paths: tuple[LocalPath, ...] = Field(min_length=1)
    """Files, or patterns such as `events/**/*.ndjson`; each file is read once, patterns in the order of names. If a
    compressed file is cut or damaged, what stands before is delivered, the rest is a dead letter, and the run ends
    with exit code 3."""
    time: TimeSettings = Field(default_factory=TimeSettings)
    """Where the time is."""
    order: Order = Order.EVENT_TIME
    """`event_time` sorts all events by time, then file, then line; `input` takes them as they stand."""
    max_line: Annotated[ByteSize, AfterValidator(_within_limits)] = ByteSize.parse("1Mi")
    """The longest line in bytes; a longer one is a dead letter."""
