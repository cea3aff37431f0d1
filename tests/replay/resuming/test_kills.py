"""Runs that are killed at random moments and go on, over all forms of input and all kinds of destinations."""

from __future__ import annotations

import bz2
import gzip
import json
import signal
import sqlite3
import sys
import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

import tiktoktoe_cli.replay.delivering.http  # noqa: F401  # so that a run that is killed does not die importing it
from tests.replay.delivering.web_server import Server, serving
from tests.replay.resuming.test_resuming import ROUTES, STAGES, events, outputs, run_apart
from tiktoktoe_cli.replay import RunOptions, Start, run_pipeline

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": lambda text: gzip.compress(text, 1),
    "zstd": zstd.compress,
    "bzip2": lambda text: bz2.compress(text, 1),
}
KILLS = 15


def fill(shelf: Shelf, form: str, count: int) -> None:
    """Write one input file in some form."""
    shelf.put(
        "a.ndjson", PACKED[form]("".join(json.dumps(event) + "\n" for event in events(1, count)).encode())
    )


def pipeline(shelf: Shelf, order: str) -> PipelineSettings:
    """Make a pipeline with windows, and one destination of each exact kind."""
    out = f"{shelf.folder}/out"
    return shelf.settings(
        input={"paths": [f"{shelf.folder}/a.ndjson"], "order": order},
        stages=STAGES,
        routing=[*ROUTES, {"to": ["rest"]}],
        destinations={
            "all": {"file": f"{out}/all.ndjson"},
            "third": {
                "file": {"path": f"{out}/third.ndjson", "compression": "gzip", "rotate": {"events": 700}}
            },
            "rest": {"file": {"path": out + "/rest/{id.substring(1, 2)}.ndjson", "compression": "zstd"}},
        },
        state={"dir": f"{shelf.folder}/state", "checkpoint_every": 500},
    )


@pytest.mark.parametrize("form", sorted(PACKED))
@pytest.mark.parametrize("order", ["input", "event_time"])
def test_a_run_that_was_killed_goes_on(shelf: Shelf, order: str, form: str) -> None:
    """Killed again and again, with windows open: all files are those of a run that was left alone."""
    random = Random(f"{order}/{form}")  # noqa: S311  # for tests
    fill(shelf, form, 20_000)
    settings = pipeline(shelf, order)
    began = time.perf_counter()
    run_pipeline("p", settings)
    patience_s, wanted = time.perf_counter() - began, outputs(shelf)

    kills = 0
    while kills < KILLS:
        code = run_apart(
            settings,
            Start.RESUME if kills else Start.RESTART,
            kill_after_s=random.uniform(0, patience_s),
        )
        assert code in {0, -signal.SIGKILL}
        if code == 0:
            assert outputs(shelf) == wanted
        kills += code == -signal.SIGKILL
    assert run_apart(settings, Start.RESUME) == 0

    assert outputs(shelf) == wanted
    assert len(wanted) > 10


def test_a_database_has_each_row_once_whenever_the_run_was_killed(shelf: Shelf) -> None:
    """SQLite is exact: number and event are those of a run that was left alone."""
    random = Random(5)  # noqa: S311  # for tests
    fill(shelf, "plain", 20_000)
    database = shelf.folder / "events.db"
    settings = shelf.settings(
        input={"paths": [f"{shelf.folder}/a.ndjson"], "order": "input"},
        stages=STAGES,
        destinations={"all": {"sqlite": {"path": str(database)}}},
        state={"dir": f"{shelf.folder}/state", "checkpoint_every": 500},
    )
    began = time.perf_counter()
    run_pipeline("p", settings)
    patience_s, wanted = time.perf_counter() - began, rows(database)

    codes = [
        run_apart(settings, Start.RESUME if kill else Start.RESTART, random.uniform(0.1, patience_s))
        for kill in range(KILLS)
    ]
    assert run_apart(settings, Start.RESUME) == 0

    assert -signal.SIGKILL in codes
    assert rows(database) == wanted


def rows(database: object) -> list[tuple[int, str]]:
    """Read what a database has got."""
    connection = sqlite3.connect(str(database))
    try:
        return connection.execute("SELECT number, event FROM events ORDER BY number").fetchall()
    finally:
        connection.close()


def test_a_web_server_gets_each_event_at_least_once_and_few_of_them_twice(shelf: Shelf) -> None:
    """Each time it is killed, at most the events since the last checkpoint come again, under the same key."""
    random = Random(7)  # noqa: S311  # for tests
    count, every = 3_000, 300
    for number in range(count // 100):  # each file is a block of its own
        shelf.events(
            *(
                {"id": f"e{n}", "source": "/s", "time": f"2026-03-02T08:{n // 60:02}:{n % 60:02}Z"}
                for n in range(100 * number, 100 * number + 100)
            ),
            name=f"{number:02}.ndjson",
        )
    with serving(Server()) as server:
        settings = shelf.settings(
            input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"},
            destinations={"all": {"http": {"url": server.url}}},
            state={"dir": f"{shelf.folder}/state", "checkpoint_every": every},
        )
        codes: list[int | None] = []
        seen = Counter[str]()
        for kill in range(20):
            start = Start.RESUME if kill else Start.RESTART
            codes.append(run_apart(settings, start, random.uniform(0.1, 0.5)))
            again = Counter(sent.key for sent in server.sent) - seen
            seen += again
            repeated = sum(1 for key in again if seen[key] > 1)
            assert repeated <= every + 100
            if codes[-1] == 0:
                break
        facts = run_pipeline("p", settings, options=RunOptions(Start.RESUME)) if codes[-1] else None

    got = Counter(sent.key for sent in server.sent)
    assert -signal.SIGKILL in codes
    assert set(got) == {f"/s/e{n}" for n in range(count)}
    assert sum(got.values()) - count <= codes.count(-signal.SIGKILL) * (every + 100)
    if (
        facts is not None
    ):  # however often a run is killed before its next checkpoint, it is the same events that come again
        assert sum(1 for times in got.values() if times > 1) <= facts.possible_duplicates
