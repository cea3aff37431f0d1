"""Parquet files → blocks of rows, each an object.

What a record holds is JSON made of its row; its number is that of the row, from 1, and its offset that of the row, from
0, for a row has no bytes of its own. Times are written as RFC 3339, in UTC where the file names no zone, to the
microsecond; decimals and what else JSON has no word for as text, bytes in base64, what is not a number as null.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.events.record import Block, RecordEnd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"PAR1"
_ROWS = 500


def read_rows(path: Path, file: int, number: int) -> Iterator[Block]:
    """Read the rows of a Parquet file from one of them on; where it is damaged is the last record.

    Raises:
        OSError: it cannot be read.
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        hint = "run `pip install 'tiktoktoe-cli[parquet]'`"
        raise UsageError(
            f"`{path}` is a Parquet file, which needs the package `pyarrow`", hint=hint
        ) from None
    at = 1
    try:
        with parquet.ParquetFile(path) as table:
            for batch in table.iter_batches(_ROWS):
                skipped = min(max(number - at, 0), batch.num_rows)
                at += skipped
                if skipped < batch.num_rows:
                    block = _block(file, at, [_json(row) for row in _rows_of(batch.slice(skipped))])
                    at += len(block)
                    yield block
    except (pa.ArrowException, ValueError, EOFError):
        yield Block(file, at, at - 1, [b""], at, [at - 1], {0: RecordEnd.DAMAGED})


def _rows_of(batch: Any) -> list[dict[str, Any]]:  # Any: pyarrow has no types
    """Give the rows of a batch; Python's times have no nanoseconds."""
    import pyarrow as pa

    for at, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            values = batch.column(at).cast(pa.timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(at, column.name, values)
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


def _block(file: int, number: int, raws: list[bytes]) -> Block:
    end = number - 1 + len(raws)
    return Block(file, number, number - 1, raws, end, range(number - 1, end))


def _json(row: dict[str, Any]) -> bytes:  # as above
    return orjson.dumps(row, _as_json, orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _as_json(value: object) -> str:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)
