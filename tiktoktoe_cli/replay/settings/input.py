"""What the YAML says about the input of a pipeline: which files, in which order, and when each event happened."""

from __future__ import annotations

import os
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, LocalPath, Settings, Text, folder_of
from tiktoktoe_cli.config.quantity import ByteSize
from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.choices import Format, Order, TimeFormat
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.events.times import read_rfc3339
from tiktoktoe_cli.replay.reading.files import STDIN

_LEAST_LINE = ByteSize.parse("64")
_LONGEST_LINE = ByteSize.parse("256Mi")
_PLACE = r"^.+:[1-9][0-9]*$"


class TimeSettings(Settings):
    """Where an event says when it happened."""

    field: FieldPath = FieldPath(("time",))
    """The field that holds the time. An event without a valid one is a dead letter."""
    format: TimeFormat = TimeFormat.RFC3339
    """`rfc3339` text, or a number of seconds (`epoch_s`) or milliseconds (`epoch_ms`) since 1970."""
    max_future_jump: Duration | None = None
    """An event further than this ahead of the newest one before it is a dead letter, and moves no clock. Choose it
    longer than the longest quiet time; by default nothing is too far ahead."""


class CsvSettings(Settings):
    """How the rows of CSV files are written; the first one names the columns."""

    delimiter: Annotated[Text, Field(min_length=1, max_length=1)] | None = None
    """What stands between cells; by default the comma, semicolon, tab or `|`, whichever the header has most of."""


def _is_a_time(value: str) -> str:
    if read_rfc3339(value) is None:
        hint = "write it as `2026-03-02T08:00:00Z`"
        raise PydanticCustomError("wrong-form", "`{value}` is not a time", {"value": value, "hint": hint})
    return value


def _as_place(value: str, info: ValidationInfo) -> str:
    """Read `FILE:LINE`; the file is beside the configuration, as other paths are."""
    if re.fullmatch(_PLACE, value) is None:
        context = {"value": value, "hint": "write it as `FILE:LINE`"}
        raise PydanticCustomError("wrong-form", "`{value}` names no line of a file", context)
    return os.path.join(folder_of(value, info) or "", value)  # noqa: PTH118  # the line is no part of the path


class SelectSettings(Settings):
    """Which events are taken; the others are counted, nothing else. All conditions have to hold."""

    from_: Annotated[Text, AfterValidator(_is_a_time)] | None = Field(None, alias="from")
    """The earliest time, such as `2026-03-02T08:00:00Z`."""
    until: Annotated[Text, AfterValidator(_is_a_time)] | None = None
    """The time before which events are taken; those at this very time are not."""
    where: Annotated[Expression, Cel()] | None = None
    """A condition as CEL over the event's own fields; an event for which it has no value is not taken."""
    sample: Ratio | None = Field(None, gt=0)
    """About which share of the events is taken, such as `10%`; the same ones whenever the seed is the same."""
    sample_by: FieldPath = FieldPath(("id",))
    """The field that decides whether an event is in the sample: events that share it are taken together, or not. One
    without it is chosen by its bytes."""
    limit: int | None = Field(None, ge=1)
    """How many events are taken at most; after them the run ends."""
    offset: Annotated[Text, AfterValidator(_as_place)] | None = Field(
        None, json_schema_extra={"pattern": _PLACE}
    )
    """Where reading begins, as `FILE:LINE`; the files before it, and the lines above, are not read."""

    @property
    def is_given(self) -> bool:
        """Whether events have to be looked at."""
        return bool(self.model_fields_set - {"offset", "sample_by"})


def _within_limits(value: ByteSize) -> ByteSize:
    if not _LEAST_LINE <= value <= _LONGEST_LINE:
        hint = f"choose a length from {_LEAST_LINE} to {_LONGEST_LINE}"
        raise PydanticCustomError(
            "out-of-range", "a line of `{value}` cannot be", {"value": str(value), "hint": hint}
        )
    return value


def _stdin(value: object) -> object:
    return STDIN if value == str(STDIN) else value


InputPath = Annotated[LocalPath, BeforeValidator(_stdin)]
"""A path as any other, or `-`."""


class InputSettings(Settings):
    """The files to read, compressed or not: gzip, zstd, bzip2 and xz are known by their first bytes."""

    paths: tuple[InputPath, ...] = Field(min_length=1)
    """Files, patterns such as `events/**/*.ndjson`, folders (all files of events in them), or `-` for standard input;
    each file is read once, those of a pattern or folder in the order of names. If a compressed file is cut or damaged,
    what stands before is delivered, the rest is a dead letter, and the run ends with exit code 3."""
    format: Format = Format.AUTO
    """How events stand in the files: one JSON object a line (`ndjson`), in an array (`json_array`), one after the other
    over any lines (`concatenated`), in arrays under the key `Records` (`records`), as rows of a table (`csv`,
    `parquet`), or as CloudEvents, one or a batch (`cloudevents`). `auto` looks at the beginning of each file."""
    csv: CsvSettings = Field(default_factory=CsvSettings)
    """How CSV files are written."""
    time: TimeSettings = Field(default_factory=TimeSettings)
    """Where the time is."""
    order: Order = Order.EVENT_TIME
    """`event_time` sorts all events by time, then file, then line; `input` takes them as they stand."""
    select: SelectSettings = Field(default_factory=SelectSettings)
    """Which events to take."""
    follow: bool = False
    """Whether to wait for more at the end of the file, as `tail -F` does: one NDJSON file, not compressed, with
    `order: input`. It may be renamed and replaced, or cut to nothing. Windows close by the times of events only."""
    idle_exit: Annotated[Duration, Field(gt=0)] | None = None
    """How long nothing may come until a run that follows is finished; by default it goes on until it is stopped."""
    max_line: Annotated[ByteSize, AfterValidator(_within_limits)] = ByteSize.parse("1Mi")
    """The longest line or record in bytes; a longer one is a dead letter."""
