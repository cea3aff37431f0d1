"""The tables of a history, and how a file is recognised as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

VERSION: Final = 1
APPLICATION_ID: Final = 0x74746B68  # `ttkh`, as `PRAGMA application_id` marks a file's owner
_TABLES: Final = (
    "CREATE TABLE series (id INTEGER PRIMARY KEY, service TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (service, name))",
    """CREATE TABLE result (
        series INTEGER NOT NULL REFERENCES series, at_ms INTEGER NOT NULL CHECK (typeof(at_ms) = 'integer'),
        state TEXT NOT NULL, latency_ns INTEGER CHECK (typeof(latency_ns) IN ('integer', 'null')),
        phases TEXT NOT NULL, detail TEXT NOT NULL
    )""",
    # all that trends read: without its rows, which are wide, that is three times as fast
    "CREATE INDEX result_by_time ON result (series, at_ms, state, latency_ns)",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {VERSION}",
)
_HINT: Final = "name another file for the history"


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file, and refuse one that is not ours before anything in it is changed.

    Raises:
        UsageError: if it is not ours, or newer than this program.
    """
    _is_ready(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        if not _is_ready(connection, path):  # another run may have been faster
            for statement in _TABLES:
                connection.execute(statement)


def _is_ready(connection: sqlite3.Connection, path: Path) -> bool:
    """Ask whether a file has the tables; False for an empty one."""
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    [owner] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if owner == APPLICATION_ID and version > VERSION:
        message = f"`{path}` was written by a newer tiktoktoe: its schema is {version}, and this one knows {VERSION}"
        raise UsageError(message, hint=_HINT)
    if tables and owner != APPLICATION_ID:
        raise UsageError(f"`{path}` is a database of something else", hint=_HINT)
    return bool(tables)
