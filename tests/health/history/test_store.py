from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.health.history.making import NOON, ago, found
from tiktoktoe_cli.config.masking import MASKED
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.health import HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.history import open_history
from tiktoktoe_cli.health.history.schema import APPLICATION_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_NS = 86_400 * 10**9
CHECKS = 20
WRITER = """
import sys
from datetime import timedelta
from pathlib import Path
from tests.health.history.making import NOON, found
from tiktoktoe_cli.health.history import open_history

with open_history(Path(sys.argv[1])) as history:
    print("open", flush=True)
    for number in range(int(sys.argv[2])):
        history.add(found(checks=int(sys.argv[3])), NOON + timedelta(seconds=number))
"""


def start_writer(path: Path, runs: int = 100_000, checks: int = CHECKS) -> subprocess.Popen[str]:
    """Start another process that adds runs to a history."""
    arguments = [sys.executable, "-c", WRITER, str(path), str(runs), str(checks)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def read_all(path: Path, query: str = "SELECT * FROM result") -> list[tuple[object, ...]]:
    """Read a history as a stranger does."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a file in a folder that is not there yet."""
    return tmp_path / "new" / "history.db"


def test_runs_are_kept_from_one_invocation_to_the_next(path: Path) -> None:
    """What an earlier run found counts in the trends of a later one."""
    with open_history(path) as history:
        history.add(found(latency_ms=10), ago(hours=2))
    with open_history(path) as history:
        history.add(found(HealthState.UNHEALTHY), ago(hours=1))
        history.add(found(latency_ms=30), NOON)

        trends = history.trends(NOON)

    day = trends["payments", "c0"]["24h"]
    assert day.whole.count == 3
    assert day.whole.availability == pytest.approx(2 / 3)
    assert (day.whole.p50_ms, day.whole.p95_ms) == (10, 30)
    assert set(trends) == {("payments", ""), ("payments", "c0")}


def test_the_week_before_counts_apart(path: Path) -> None:
    """Yesterday is compared with the day before, this week with the last one."""
    with open_history(path) as history:
        history.add(found(HealthState.UNHEALTHY), ago(days=10))
        history.add(found(HealthState.UNHEALTHY), ago(hours=30))
        history.add(found(), ago(hours=1))

        trends = history.trends(NOON)["payments", "c0"]

    assert (trends["24h"].before.availability, trends["24h"].whole.availability) == (0, 1)
    assert (trends["7d"].before.availability, trends["7d"].whole.availability) == (0, 0.5)


def test_what_was_not_checked_leaves_no_trace(path: Path) -> None:
    """A skipped check says nothing about its service."""
    with open_history(path) as history:
        history.add(found(HealthState.SKIPPED), NOON)

        assert history.trends(NOON) == {}


def test_secrets_are_not_kept(path: Path) -> None:
    """What a check says goes through the mask before it reaches the disk."""
    with open_history(path, mask=lambda text: text.replace("hunter2", MASKED)) as history:
        history.add(found(HealthState.UNHEALTHY, detail="the token was hunter2"), NOON)

    assert read_all(path, "SELECT detail FROM result WHERE detail <> ''") == [(f"the token was {MASKED}",)]
    assert b"hunter2" not in b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_what_is_too_old_goes(path: Path) -> None:
    """A result goes once the run before found it older than what is kept; a check without any goes as well."""
    gone = HealthFacts((ServiceHealth("gone", HealthState.HEALTHY, ()),), 0)
    with open_history(path, keep_ns=2 * DAY_NS) as history:
        history.add(gone, ago(days=2, seconds=1))
        history.add(found(), ago(days=2))
        history.add(found(), NOON)
        assert len(read_all(path)) == 5

        history.add(found(), NOON)

    assert read_all(path, "SELECT DISTINCT service FROM series") == [("payments",)]
    assert len(read_all(path)) == 6


def test_one_run_with_a_wrong_clock_drops_nothing(path: Path) -> None:
    """It is warned of the jump; once the clock is right again, all is as before, also in the trends."""
    with open_history(path, keep_ns=2 * DAY_NS) as history:
        for hours in (3, 2):
            assert history.add(found(), ago(hours=hours)) == ""

        warning = history.add(found(), ago(days=-400))
        history.add(found(), NOON)

        trends = history.trends(NOON)
    assert warning.startswith(f"`{path}` had no results for 400d2h, and keeps them for 2d: ")
    assert trends["payments", "c0"]["24h"].whole.count == 3


def test_after_a_long_pause_the_second_run_drops_what_is_old(path: Path) -> None:
    """The first one warns of that."""
    with open_history(path, keep_ns=2 * DAY_NS) as history:
        history.add(found(), ago(days=9))
        assert "the next run drops the old ones" in history.add(found(), ago(minutes=1))
        assert history.add(found(), NOON) == ""

    assert len(read_all(path)) == 4


def test_a_state_that_nobody_knows_says_nothing(path: Path) -> None:
    """A later version may write one: it counts as a result, and neither for nor against the service."""
    with open_history(path) as history:
        history.add(found(), ago(hours=1))
        history.add(found(), NOON)
        history._connection.execute(
            "UPDATE result SET state = 'weird' WHERE at_ms < (SELECT max(at_ms) FROM result)"
        )

        whole = history.trends(NOON)["payments", "c0"]["24h"].whole

    assert (whole.count, whole.availability) == (2, 1)


def test_a_text_as_a_latency_is_damage(path: Path) -> None:
    """Files from before there was a check may hold one."""
    with open_history(path) as history:
        history.add(found(), NOON)
        history._connection.execute("PRAGMA ignore_check_constraints = ON")
        history._connection.execute("UPDATE result SET latency_ns = 'x'")

        with pytest.raises(UsageError, match="it is damaged"):
            history.trends(NOON)


@pytest.mark.parametrize("column", ["at_ms", "latency_ns"])
def test_a_text_cannot_become_a_number(path: Path, column: str) -> None:
    """SQLite itself would take it."""
    with open_history(path) as history:
        history.add(found(), NOON)

        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            history._connection.execute(f"UPDATE result SET {column} = 'x'")  # noqa: S608  # a name of ours


def test_the_file_does_not_grow_for_ever(path: Path) -> None:
    """Once the oldest results go, new ones take their place."""
    sizes = []
    with open_history(path, keep_ns=10 * DAY_NS) as history:
        for day in range(120):
            history.add(found(checks=50), ago(days=120 - day))
            sizes.append(read_all(path, "PRAGMA page_count")[0])

    assert max(sizes[60:]) == max(sizes[:60])


def test_a_killed_run_leaves_whole_runs(path: Path) -> None:
    """Whenever a run is killed: the file can be read, and each run in it is complete."""
    moments = random.Random(7)  # noqa: S311  # any moments will do
    for _ in range(8):
        with start_writer(path) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == "open\n"
            time.sleep(moments.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
            writer.wait(10)

        with open_history(path) as history:
            history.trends(NOON)
        counts = read_all(path, "SELECT count(*) FROM result GROUP BY at_ms")

        assert read_all(path, "PRAGMA integrity_check") == [("ok",)]
        assert all(isinstance(count, int) and count % (CHECKS + 1) == 0 for [count] in counts)
    assert counts


def test_runs_that_share_a_file_wait_for_each_other(path: Path) -> None:
    """Four at once, also for the first one's new file: nothing is lost, and none fails."""
    writers = [start_writer(path, runs=25, checks=1) for _ in range(4)]

    for writer in writers:
        with writer:
            assert writer.wait(60) == 0

    assert len(read_all(path)) == 4 * 25 * 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"service,state\n" * 50, "it is no SQLite database"),
        (b"SQLite format 3\x00" + b"\x00" * 2000, "it is no SQLite database"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that holds something else is named, and left as it is."""
    path = tmp_path / "notes.csv"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=reason), open_history(path):
        pass

    assert path.read_bytes() == content


def make_database(path: Path, *statements: str) -> None:
    """Make a database that is not ours."""
    connection = sqlite3.connect(path)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (("CREATE TABLE users (name TEXT)",), "is a database of something else"),
        (
            (
                f"PRAGMA application_id = {APPLICATION_ID}",
                "PRAGMA user_version = 2",
                "CREATE TABLE series (x)",
            ),
            "was written by a newer tiktoktoe: its schema is 2, and this one knows 1",
        ),
    ],
)
def test_another_database_is_refused_and_left_alone(
    tmp_path: Path, statements: tuple[str, ...], message: str
) -> None:
    """Neither another program's data nor a newer version's is touched."""
    path = tmp_path / "other.db"
    make_database(path, *statements)
    before = path.read_bytes()

    with pytest.raises(UsageError, match=message), open_history(path):
        pass

    assert path.read_bytes() == before


def test_a_damaged_history_is_refused(path: Path) -> None:
    """A file with holes is no base for a trend."""
    with open_history(path) as history:
        for number in range(50):
            history.add(found(checks=20), ago(seconds=number))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(UsageError, match="it is damaged"), open_history(path) as history:
        history.trends(NOON)


@pytest.mark.parametrize("name", ["", "file/below"])
def test_a_place_that_cannot_be_is_named(tmp_path: Path, name: str) -> None:
    """A folder is no file, and a file is no folder."""
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=str(tmp_path / name)), open_history(tmp_path / name):
        pass


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="this system has no folder that nobody may write to"
)
def test_a_folder_that_may_not_be_written_to_is_named() -> None:
    """Not even the superuser makes files in /proc."""
    path = Path("/proc/history.db")

    with pytest.raises(UsageError, match="as the history: it cannot be opened"), open_history(path):
        pass


@pytest.fixture
def full(path: Path) -> Iterator[Path]:
    """Fill a history to the last page that it may have."""
    with open_history(path) as history:
        [pages] = history._connection.execute("PRAGMA page_count").fetchone()
        history._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(UnfinishedError, match="no space left"):
            history.add(found(checks=200), NOON)
        assert history.trends(NOON) == {}
        yield path


def test_a_full_disk_leaves_nothing_of_the_run(full: Path) -> None:
    """It is said, nobody's usage was wrong, and what was there before is there still."""
    assert read_all(full) == []


def test_one_that_does_not_let_go_is_told(path: Path) -> None:
    """A run does not wait for ever for another one."""
    with open_history(path) as history:
        history._connection.execute("PRAGMA busy_timeout = 20")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(UnfinishedError, match="another run does not let go of it"):
            history.add(found(), NOON)
        other.close()
