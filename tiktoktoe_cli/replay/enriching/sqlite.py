"""Rows of an SQLite database, which is only read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.enriching.source import Failed, Source, row_of
from tiktoktoe_cli.replay.reading.sources import check_regular
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.enriching.source import Answer, Around
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings


class SqliteSource(Source):
    """Asks a database with a query that has one `?`, for the key. It is opened at the first question: in its process.

    Raises:
        UsageError: the database cannot be opened, or the query is not one for it.
    """

    def __init__(self, path: Path, query: str) -> None:
        self._path = path
        self._query = query
        self._connection: sqlite3.Connection | None = None
        try:
            check_regular(path)
            with closing(self._open()) as connection:
                connection.execute(f"EXPLAIN {query}", ("",)).fetchone()
        except OSError as error:
            message = f"cannot read the database `{path}`: {reason_of(error)}"
            raise UsageError(message, hint="check `lookup.sqlite.file`") from error
        except sqlite3.Error as error:
            message = f"cannot ask the database `{path}`: {error}"
            raise UsageError(message, hint="a query is a SELECT with one `?`, for the key") from error

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys."""
        return [self._one(key) for key in keys]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        return connection

    def _one(self, key: str) -> Answer:
        try:
            if self._connection is None:
                self._connection = self._open()
            rows = self._connection.execute(self._query, (key,)).fetchmany(2)
        except (sqlite3.Error, UnicodeEncodeError) as error:
            return Failed(f"the database did not answer: {error}")
        if len(rows) > 1:
            return Failed("the query gives more than one row")
        return self._row(dict(rows[0])) if rows else None

    def _row(self, row: dict[str, Any]) -> Answer:  # Any: what SQLite holds
        blob = next((name for name, value in row.items() if isinstance(value, bytes)), None)
        return row_of(row) if blob is None else Failed(f"the column `{blob}` holds bytes, which JSON has not")


def build(lookup: LookupSettings, _around: Around) -> SqliteSource:
    """Open the database of a lookup."""
    assert lookup.sqlite is not None, "it is the kind of this source"  # noqa: S101  # states an invariant
    return SqliteSource(lookup.sqlite.file, lookup.sqlite.query)
