"""A SQLite database as a destination: a table that is whole or not there.

As with a file, a run writes `NAME.partial` and puts it in the place of NAME when it succeeds. At every checkpoint there
is a transaction; rows carry their number, so that a run that goes on takes those away that were written after it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.delivering.line_file import partial_of
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.replay.delivering.destination import Destination, Position, Refusal
    from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.destination import SqliteSettings

_BUSY_S = 2.0
_LARGEST = 2**63


class SqliteDestination:
    """Adds a row for each event: its number, its JSON, and the fields that have a column."""

    can_refuse = False
    is_exact = True
    files: tuple[Path, ...] = ()

    def __init__(self, settings: SqliteSettings, *, is_adding: bool = False) -> None:
        self._is_adding = is_adding
        self._path = settings.path
        self._target = Path(os.path.realpath(settings.path))
        self._partial = partial_of(self._target)
        self._table = _quoted(settings.table)
        self._fields: tuple[FieldPath, ...] = tuple(settings.columns.values())
        names = "".join(f", {_quoted(name)}" for name in settings.columns)
        self._create = f"CREATE TABLE {self._table} (number INTEGER PRIMARY KEY, event TEXT NOT NULL{names})"
        marks = ", ?" * len(self._fields)
        self._insert = f"INSERT INTO {self._table} VALUES (?, ?{marks})"  # noqa: S608  # quoted, of the YAML
        self._database: sqlite3.Connection | None = None
        self.events = 0

    @property
    def place(self) -> str:
        """The database."""
        return str(self._path)

    @property
    def size_bytes(self) -> int:
        """How large the database is."""
        path = self._partial if self._partial.exists() else self._target
        return path.stat().st_size if path.exists() else 0

    def open(self, position: Position | None) -> None:
        """Begin with an empty table, or take the rows away that follow the position."""
        self.events = position or 0
        with self._told_to_the_user():
            self._partial.parent.mkdir(parents=True, exist_ok=True)
            if position is None and self._is_adding and self._target.exists():
                shutil.copyfile(self._target, self._partial)
            if self.events and not self._partial.exists() and self._target.exists():
                self._target.rename(self._partial)  # the earlier run ended while it published
            self._database = sqlite3.connect(
                self._partial, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("BEGIN EXCLUSIVE")
            if position is None and self._is_adding and self._has_table(self._database):
                last = f"SELECT coalesce(max(number), 0) FROM {self._table}"  # noqa: S608  # as above
                (self.events,) = self._database.execute(last).fetchone()
            elif position is None:
                self._database.execute(f"DROP TABLE IF EXISTS {self._table}")
                self._database.execute(self._create)
            else:
                self._go_to_start(self._database)

    def write(self, events: Sequence[bytes], _origins: Sequence[Origin]) -> None:
        """Add rows."""
        start = self.events + 1
        texts = [event.decode() for event in events]
        if self._fields:
            bodies = list(map(orjson.loads, events))
            columns = [map(_value, field.column(bodies)) for field in self._fields]
        else:
            columns = []
        rows = zip(range(start, start + len(texts)), texts, *columns, strict=True)
        with self._told_to_the_user():
            self._connection.executemany(self._insert, rows)
        self.events += len(texts)

    def settle(self) -> Sequence[Refusal]:
        """Refuse nothing."""
        return ()

    def complete(self) -> None:
        """Hold nothing back."""

    def position(self) -> Position:
        """Commit, and tell the number of the last row."""
        with self._told_to_the_user():
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN EXCLUSIVE")
        return self.events

    def secure(self) -> None:
        """Do nothing: what is committed is durable."""

    def publish(self) -> None:
        """Put the database in its place."""
        with self._told_to_the_user():
            self._connection.execute("COMMIT")
            self._partial.replace(self._target)  # while it is locked
            self._connection.close()
            self._database = None

    def close(self) -> None:
        """Keep what is written."""
        if self._database is not None:
            with self._told_to_the_user():
                if self._database.in_transaction:
                    self._database.execute("COMMIT")
                self._database.close()
                self._database = None

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._database is not None, "it is open"  # noqa: S101  # states an invariant
        return self._database

    def _has_table(self, database: sqlite3.Connection) -> bool:
        return bool(database.execute(f"PRAGMA table_info({self._table})").fetchall())

    def _go_to_start(self, database: sqlite3.Connection) -> None:
        count = "count(*)"
        database.execute(f"DELETE FROM {self._table} WHERE number > ?", (self.events,))  # noqa: S608  # as above
        (left,) = database.execute(f"SELECT {count} FROM {self._table}").fetchone()  # noqa: S608  # as above
        if left < self.events:
            message = f"`{self._partial}` has fewer rows than at the last checkpoint"
            raise UnfinishedError(message, hint="begin anew with `--restart`")

    @contextmanager
    def _told_to_the_user(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            is_locked = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            if is_locked:
                raise UnfinishedError(
                    f"another run is writing `{self._path}`", hint="wait until it has ended"
                ) from error
            raise self._unwritable(str(error)) from error
        except sqlite3.Error as error:
            raise self._unwritable(str(error)) from error
        except OSError as error:
            raise self._unwritable(reason_of(error)) from error

    def _unwritable(self, why: str) -> UnfinishedError:
        hint = f"free some space, or remove `{self._partial}` if it is damaged"
        return UnfinishedError(f"cannot write `{self._path}`: {why}", hint=hint)


def _quoted(name: str) -> str:
    """Write a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _value(value: object) -> str | int | float | None:
    """Write a JSON value as SQLite has it: objects and arrays as JSON, what is too large for an integer as text."""
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return str(value)
    return value if isinstance(value, str | int | float) else None


def build(_name: str, settings: SqliteSettings, around: Surroundings) -> Destination:
    """Make the destination."""
    return SqliteDestination(settings, is_adding=around.is_adding)
