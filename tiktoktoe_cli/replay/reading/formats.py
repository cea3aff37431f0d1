"""Tells from the first bytes of a file how events stand in it, and makes what cuts it into blocks."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import orjson

from tiktoktoe_cli.replay.choices import Format
from tiktoktoe_cli.replay.reading.lexing import RECORDS_BEGIN
from tiktoktoe_cli.replay.reading.lines import BOM, LineCutter
from tiktoktoe_cli.replay.reading.rows import DELIMITERS, RowCutter, read_header
from tiktoktoe_cli.replay.reading.tables import MAGIC
from tiktoktoe_cli.replay.reading.values import ValueCutter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.settings.input import InputSettings

_COLUMN = re.compile(r"[^\W\d](?:[\w.:/# -]*\w)?")
_LEAST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: records longer than `max_bytes` are cut; a `delimiter` is for CSV only.

    `begin` says where, as `FILE:LINE`; what stands before is passed over. `tell` learns how many bytes of a file were
    read, compressed as they are.
    """

    max_bytes: int
    format: Format = Format.AUTO
    delimiter: str | None = None
    begin: str | None = None
    tell: Callable[[int], None] = lambda _: None

    @classmethod
    def of(cls, settings: InputSettings, tell: Callable[[int], None] = lambda _: None) -> Reading:
        """Take over what the YAML says."""
        offset = settings.select.offset
        return cls(settings.max_line.whole, settings.format, settings.csv.delimiter, offset, tell)


class Cutter(Protocol):
    """Cuts bytes into blocks of records; which ones does not depend on the pieces in which the bytes come.

    `offset` is where it has got to; before anything is fed, where its first bytes are expected from.
    """

    offset: int

    def feed(self, data: bytes) -> Block | None:
        """Take bytes in; give the records that are whole now."""

    def end(self, *, is_damaged: bool) -> Block | None:
        """Give what is left, and say so if the rest of the file cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading begins: the file, the offset in it of the record with a number, and what that stands in."""

    file: int
    offset: int = 0
    number: int = 1
    state: int = 0


def format_of(head: bytes) -> Format:
    """Tell by its first bytes how events stand in a file; a text that is nothing else has one a line."""
    if head.startswith(MAGIC):
        return Format.PARQUET
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    if text.startswith(b"["):
        return Format.JSON_ARRAY
    if text.startswith(b"{"):
        return _format_of_object(text)
    return Format.CSV if _is_header(text.partition(b"\n")[0]) else Format.NDJSON


def _format_of_object(text: bytes) -> Format:
    """Tell whether an object is one of many, each in its line, or spans lines."""
    if RECORDS_BEGIN.match(text):
        return Format.RECORDS
    line, _, rest = text.partition(b"\n")
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        following = rest.lstrip(b" \t\r\n")[:1]
        return Format.CONCATENATED if following in _WITHIN or _has_many(line) else Format.NDJSON
    return Format.NDJSON


_WITHIN = frozenset({b'"', b"}", b"]", b":", b","})  # how a line begins that goes on with an object
_several = re.compile(rb'\}\s*\{\s*"')


def _has_many(line: bytes) -> bool:
    """Tell whether a line that is not JSON is several objects."""
    found = _several.search(line)
    try:
        return bool(found) and isinstance(orjson.loads(line[: found.start() + 1]), dict)  # type: ignore[union-attr]  # found
    except orjson.JSONDecodeError:
        return False


def _is_header(line: bytes) -> bool:
    """Tell whether a line names columns: two or more, each once, that begin with a letter."""
    try:
        text = line.rstrip(b"\r").decode()
        names = next(csv.reader([text], delimiter=max(DELIMITERS, key=text.count)), [])
    except (UnicodeDecodeError, csv.Error):
        return False
    return len(set(names)) == len(names) >= _LEAST_COLUMNS and all(map(_COLUMN.fullmatch, names))


def make_cutter(form: Format, head: bytes, place: Place, reading: Reading, name: str) -> Cutter:
    """Make what cuts a file from a place on; `head` is the beginning of the file, `name` is for messages.

    Raises:
        UsageError: a CSV file has no header.
    """
    most = reading.max_bytes
    if form is Format.CSV and head:
        header = read_header(head, reading.delimiter, name)
        offset, number = (place.offset, place.number) if place.offset else (header.size, 2)
        return RowCutter(place.file, most, header, offset, number)
    if form in _OF_VALUES:
        has_records = form is Format.RECORDS
        return ValueCutter(place.file, most, has_records, place.offset, place.number, place.state)
    return LineCutter(place.file, most, place.offset, place.number)


_OF_VALUES = frozenset({Format.JSON_ARRAY, Format.CONCATENATED, Format.CLOUDEVENTS, Format.RECORDS})
