"""Where checkpoints are kept: a SQLite database in the state folder of the pipeline, written in one transaction each.

The newest checkpoint replaces the one before; what has changed in the memories of stages is appended, for to write all
they hold each time would take longer than the run. A file that is cut or damaged is told: nothing is guessed.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.resuming.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_RUN = "one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint TEXT, checkpoint BLOB, checksum INTEGER"
_CHANGE = "number INTEGER, stage TEXT, data BLOB, checksum INTEGER"
_TABLES = (f"CREATE TABLE IF NOT EXISTS run ({_RUN})", f"CREATE TABLE IF NOT EXISTS change ({_CHANGE})")
_IS_EMPTY = "SELECT count(*) = 0 FROM sqlite_master WHERE name = 'run'"
_HINT = "begin anew with `--restart`"


class Change(NamedTuple):
    """What a stage told at a checkpoint; if it `is_whole`, all that it told before is not needed any more."""

    stage: str
    data: bytes
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What a run left: what it was about, its last checkpoint, and the changes of each stage, in their order."""

    fingerprint: str
    checkpoint: Checkpoint
    changes: Sequence[Change]


class Store:
    """The checkpoints of one pipeline.

    Raises:
        UnfinishedError: the database cannot be opened, read or written, or is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "state.db"

    def load(self) -> Saved | None:
        """Read what a run left; None if there is nothing."""
        if not self.path.exists():
            return None
        try:
            with closing(self._connect()) as database:
                if database.execute(_IS_EMPTY).fetchone()[0]:
                    return None
                row = database.execute("SELECT fingerprint, checkpoint, checksum FROM run").fetchone()
                rows = database.execute(
                    "SELECT stage, data, checksum FROM change ORDER BY number, rowid"
                ).fetchall()
        except sqlite3.Error as error:
            raise self._damaged(str(error)) from error
        if row is None:
            return None
        fingerprint, data, checksum = row
        if any(
            zlib.crc32(told) != written for told, written in [(data, checksum), *(row[1:] for row in rows)]
        ):
            raise self._damaged("what is in it does not match its checksums")
        try:
            checkpoint = Checkpoint.decode(data)
        except ValueError as error:
            raise UnfinishedError(f"cannot resume from `{self.path}`: {error}", hint=_HINT) from error
        return Saved(fingerprint, checkpoint, [Change(stage, told) for stage, told, _ in rows])

    def save(self, fingerprint: str, checkpoint: Checkpoint, changes: Sequence[Change]) -> None:
        """Replace the checkpoint, and add what has changed in the stages since the last one, all or nothing.

        The first checkpoint of a run replaces all that was there, a whole change those of its stage.
        """
        data = checkpoint.encode()
        rows = [(checkpoint.number, told.stage, told.data, zlib.crc32(told.data)) for told in changes]
        whole = [(told.stage,) for told in changes if told.is_whole]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._connect()) as database:
                database.execute("BEGIN IMMEDIATE")
                for table in _TABLES:
                    database.execute(table)
                if checkpoint.number == 1:
                    database.execute("DELETE FROM change")
                database.executemany("DELETE FROM change WHERE stage = ?", whole)
                database.execute(
                    "INSERT OR REPLACE INTO run VALUES (1, ?, ?, ?)", (fingerprint, data, zlib.crc32(data))
                )
                database.executemany("INSERT INTO change VALUES (?, ?, ?, ?)", rows)
                database.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise self._unwritable(error) from error

    def clear(self) -> None:
        """Forget everything: the run is over."""
        try:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        return database

    def _damaged(self, why: str) -> UnfinishedError:
        return UnfinishedError(f"cannot resume: `{self.path}` is damaged: {why}", hint=_HINT)

    def _unwritable(self, error: Exception) -> UnfinishedError:
        hint = "free some space, or set `state` to a folder you may write to"
        return UnfinishedError(f"cannot write the checkpoint `{self.path}`: {error}", hint=hint)
