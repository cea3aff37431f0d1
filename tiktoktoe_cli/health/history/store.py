"""The file that keeps results: an SQLite database, one transaction a run, so that a killed run leaves no half.

Several runs may share it: they wait for each other. What is older than it keeps goes with the next run, and the
pages of what went are used again: the file stays as large as its results of that time. A single run whose clock is
wrong drops nothing: old is what was so when the last run before it was made.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NANOSECONDS, NS_PER_MS, NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.history.schema import prepare
from tiktoktoe_cli.health.history.trend import WINDOWS, PastResult, trend_of, works
from tiktoktoe_cli.health.history.troubles import told_to_the_user
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.report.view import show_everything
from tiktoktoe_cli.transport.variables import phases_of
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import TypeAlias

    from tiktoktoe_cli.health.facts import HealthFacts, ServiceHealth
    from tiktoktoe_cli.health.history.trend import Trend
    from tiktoktoe_cli.report.view import Mask

    Row: TypeAlias = tuple[str, str, str, int | None, str, str]

KEEP_NS: Final = 30 * NANOSECONDS["d"]
_PATIENCE_S: Final = 10.0
_SERVICE: Final = ""  # the name under which the state of the service itself is kept: no check is called that
_WORKS: Final = {state.value: works(state) for state in HealthState}

_ADD_SERIES: Final = "INSERT OR IGNORE INTO series (service, name) VALUES (?, ?)"
_ADD_RESULT: Final = """
INSERT INTO result (series, at_ms, state, latency_ns, phases, detail)
SELECT id, ?, ?, ?, ?, ? FROM series WHERE service = ? AND name = ?
"""
_NEWEST: Final = "SELECT max((SELECT max(at_ms) FROM result WHERE series = series.id)) FROM series"
# by series, as the index begins with it; without that every result would be looked at
_PRUNE: Final = "DELETE FROM result WHERE series IN (SELECT id FROM series) AND at_ms < ?"
_PRUNE_SERIES: Final = "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM result WHERE series = series.id)"
_READ: Final = """
SELECT at_ms, state, latency_ns FROM result WHERE series = ? AND at_ms > ? AND at_ms <= ? ORDER BY at_ms
"""


class History:
    """An open history; `open_history` makes it. One call at a time, from any thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path, keep_ns: int, mask: Mask) -> None:
        self._connection = connection
        self._path = path
        self._keep_ms = keep_ns // NS_PER_MS
        self._mask = mask

    def add(self, facts: HealthFacts, at: datetime) -> str:
        """Keep what a run found, all of it or nothing, and drop what is too old; what was skipped is not kept.

        Returns a warning, if there is one: that the next run drops everything from before this one.

        Raises:
            UsageError: if the file cannot be written to.
            UnfinishedError: if the disk is full, or another run does not let go of the file.
        """
        at_ms = _epoch_ms(at)
        rows = [row for service in facts.services for row in self._rows(service)]
        with told_to_the_user(self._path), self._transaction() as connection:
            newest_ms = connection.execute(_NEWEST).fetchone()[0] or at_ms
            connection.executemany(_ADD_SERIES, [row[:2] for row in rows])
            connection.executemany(_ADD_RESULT, [(at_ms, *row[2:], *row[:2]) for row in rows])
            connection.execute(_PRUNE, (min(at_ms, newest_ms) - self._keep_ms,))
            connection.execute(_PRUNE_SERIES)
        if (passed_ms := at_ms - newest_ms) <= self._keep_ms:
            return ""
        passed, kept = (duration(ms / (NS_PER_S // NS_PER_MS)) for ms in (passed_ms, self._keep_ms))
        return (
            f"`{self._path}` had no results for {passed}, and keeps them for {kept}: if the clock is right, the next "
            "run drops the old ones; if it is not, mend it before"
        )

    def trends(
        self, now: datetime, windows: Mapping[str, int] = WINDOWS
    ) -> dict[tuple[str, str], dict[str, Trend]]:
        """Sum up each check, by its service and its name, in windows of so many nanoseconds until `now`.

        The trend of a service itself stands under an empty name.

        Raises:
            UsageError: if the file is damaged.
            UnfinishedError: if it cannot be read.
        """
        now_ms = _epoch_ms(now)
        oldest_ms = now_ms - 2 * max(windows.values()) // NS_PER_MS
        with told_to_the_user(self._path):
            found = {
                (service, name): self._results(series, oldest_ms, now_ms)
                for series, service, name in self._connection.execute("SELECT id, service, name FROM series")
            }
            return {
                name: {window: trend_of(results, now_ms, window_ns) for window, window_ns in windows.items()}
                for name, results in found.items()
                if results
            }

    def _results(self, series: int, after_ms: int, until_ms: int) -> list[PastResult]:
        rows = self._connection.execute(_READ, (series, after_ms, until_ms))
        return [PastResult(at_ms, _WORKS.get(state), latency_ns) for at_ms, state, latency_ns in rows]

    def _rows(self, service: ServiceHealth) -> Iterator[Row]:
        if service.state is not HealthState.SKIPPED:
            yield service.name, _SERVICE, service.state.value, None, "{}", self._mask(service.note)
        for check in service.checks:
            if check.state is not HealthState.SKIPPED:
                phases = json.dumps(phases_of(check.timing))
                latency_ns, detail = check.timing.total_ns, self._mask(check.detail)
                yield service.name, check.name, check.state.value, latency_ns, phases, detail

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection as connection:
            yield connection


@contextmanager
def open_history(path: Path, *, keep_ns: int = KEEP_NS, mask: Mask = show_everything) -> Iterator[History]:
    """Open the history in a file, or begin one there; `mask` hides the secrets in what is kept.

    Raises:
        UsageError: if the file holds something else, was written by a newer version, or cannot be used.
        UnfinishedError: if the disk is full, or another run does not let go of the file.
    """
    target = path.absolute()
    if target.exists() and not target.is_file():
        raise UsageError(f"`{path}` is not a file", hint="name a file for the history")
    with told_to_the_user(path):
        target.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            target, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False
        )
    try:
        with told_to_the_user(path):
            prepare(connection, path)
        yield History(connection, path, keep_ns, mask)
    finally:
        connection.close()


def _epoch_ms(at: datetime) -> int:
    return round(at.timestamp() * (NS_PER_S // NS_PER_MS))
