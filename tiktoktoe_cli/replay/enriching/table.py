"""Lookup tables: CSV or NDJSON files → rows by key, in memory."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TypeAlias

import orjson

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.enriching.source import Failed, row_of
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.reading.sources import check_regular
from tiktoktoe_cli.words import listed, reason_of, suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tiktoktoe_cli.replay.enriching.source import Around, Row
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings

Table: TypeAlias = "dict[str, Row]"
_Rows: TypeAlias = "Iterator[tuple[int, Body]]"


class ColumnError(UsageError):
    """A table that does not have the column that is looked up."""


def read_table(path: Path, match: str) -> Table:
    """Read a table and index it by a column; numbers are indexed by their text.

    Raises:
        ColumnError: a CSV table has no such column.
        UsageError: it cannot be read, a row has no value in the column or the same as another, or the kind of file
            is unknown.
    """
    read = _FORMATS.get(path.suffix.lower())
    if read is None:
        raise UsageError(f"`{path}` is no table", hint=f"tables are {listed(_FORMATS)} files")
    try:
        check_regular(path)
        return _indexed(path, match, read(path, match))
    except OSError as error:
        raise UsageError(
            f"cannot read the table `{path}`: {reason_of(error)}", hint="check `lookup.table`"
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            f"cannot read the table `{path}`: {error}", hint="a table is text in UTF-8"
        ) from error


def _indexed(path: Path, match: str, rows: _Rows) -> Table:
    table: Table = {}
    column = FieldPath((match,))
    for number, row in rows:
        key = column.read_text(row)
        if not key:
            raise UsageError(
                f"{path}:{number}: the row has no `{match}`", hint="every row needs the column of `match`"
            )
        if key in table:
            raise UsageError(
                f"{path}:{number}: `{match}` is `{key}` a second time", hint="each key may stand once"
            )
        kept = row_of(row)
        if isinstance(kept, Failed):
            raise UsageError(f"{path}:{number}: {kept.message}", hint="make it flatter")
        table[key] = kept
    return table


def build(lookup: LookupSettings, _around: Around) -> Table:
    """Read the table of a lookup."""
    assert lookup.table is not None, "it is the kind of this source"  # noqa: S101  # states an invariant
    return read_table(lookup.table, lookup.match or "")


def _csv_rows(path: Path, match: str) -> _Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if match not in header:
            columns = listed(header) or "no columns"
            raise ColumnError(
                f"{path}:1: there is no column `{match}`",
                hint=suggestion(match, header) or f"it has {columns}",
            )
        for values in reader:
            if len(values) == len(header):
                yield reader.line_num, dict(zip(header, values, strict=True))
            elif values:
                message = f"{path}:{reader.line_num}: expected {len(header)} values, found {len(values)}"
                raise UsageError(message, hint="put values that have commas in them in quotes")


def _ndjson_rows(path: Path, _match: str) -> _Rows:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise UsageError(
                    f"{path}:{number}: {error}", hint="a row is one JSON object on a line"
                ) from error
            if not isinstance(row, dict):
                raise UsageError(
                    f"{path}:{number}: expected an object", hint="a row is one JSON object on a line"
                )
            yield number, row


_FORMATS: dict[str, Callable[[Path, str], _Rows]] = {
    ".csv": _csv_rows,
    ".ndjson": _ndjson_rows,
    ".jsonl": _ndjson_rows,
}
