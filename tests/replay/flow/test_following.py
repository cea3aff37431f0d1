"""A run that follows a file: what comes is delivered soon, and it can be stopped, resumed and finished."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.replay.delivering.web_server import Server, serving
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay import Ending, RunOptions, Start, run_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.replay.conftest import Shelf

SECOND = 1_000_000_000


@dataclass
class Waiting:
    """A virtual clock; while it waits, things happen one after the other."""

    happenings: list[Callable[[], object]] = field(default_factory=list)
    now_ns: int = 0

    def now(self) -> int:
        """Tell the time."""
        return self.now_ns

    def wait(self, duration_ns: int) -> None:
        """Let it pass."""
        self.now_ns += duration_ns
        if self.happenings:
            self.happenings.pop(0)()


def line(number: int) -> bytes:
    """Write an event."""
    return b'{"time":"2026-03-02T08:%02d:%02dZ","n":%d}\n' % (number // 60, number % 60, number)


def appending(path: Path, *numbers: int) -> Callable[[], object]:
    """Make what appends events."""

    def append() -> None:
        with path.open("ab") as file:
            file.write(b"".join(map(line, numbers)))

    return append


def pipeline(shelf: Shelf, idle_exit: str | None = "5s", **changed: Any) -> Any:  # settings
    """Make a pipeline that follows `a.ndjson`."""
    source = {"paths": [f"{shelf.folder}/a.ndjson"], "order": "input", "follow": True, "idle_exit": idle_exit}
    return shelf.settings(**{"input": source, **changed})


def numbers(data: bytes) -> list[int]:
    """Tell which events these are."""
    return [json.loads(event)["n"] for event in data.splitlines()]


def test_delivers_what_comes_and_finishes_when_nothing_comes(shelf: Shelf) -> None:
    """The run is complete once nothing has come for as long as it was told; a last line needs no newline."""
    path = shelf.put("a.ndjson", line(0))

    def end() -> None:
        with path.open("ab") as file:
            file.write(line(3)[:-1])

    waiting = Waiting([appending(path, 1), lambda: None, appending(path, 2), end])
    facts = run_pipeline("p", pipeline(shelf), options=RunOptions(patience=waiting))

    assert (facts.ending, facts.delivered) == (Ending.COMPLETE, 4)
    assert numbers(shelf.bytes_of("all")) == [0, 1, 2, 3]
    assert waiting.now_ns >= 5 * SECOND


def test_what_has_come_is_delivered_while_it_waits(shelf: Shelf) -> None:
    """Nobody has to wait for the next event: a destination gets what there is, in about a second."""
    path = shelf.put("a.ndjson", line(0))
    seen: list[tuple[float, int]] = []
    with serving(Server()) as server:
        waiting = Waiting()
        waiting.happenings = [
            appending(path, 1, 2),
            *[lambda: seen.append((waiting.now_ns / SECOND, len(server.sent)))] * 15,
        ]
        web = {"all": {"http": {"url": server.url, "binding": "plain"}}}
        run_pipeline("p", pipeline(shelf, destinations=web), options=RunOptions(patience=waiting))

    assert len(server.sent) == 3
    assert min(second for second, sent in seen if sent == 3) <= 1.5


def test_goes_on_after_what_it_had_read(shelf: Shelf) -> None:
    """Stopped and resumed, it delivers each event once, although the file has grown in between."""
    path = shelf.put("a.ndjson", line(0))
    stops: list[bool] = []
    waiting = Waiting([appending(path, 1), lambda: stops.append(True)])
    stopped = run_pipeline(
        "p", pipeline(shelf, None), should_stop=lambda: bool(stops), options=RunOptions(patience=waiting)
    )
    appending(path, 2)()

    facts = run_pipeline(
        "p",
        pipeline(shelf, None).model_copy(update={}),
        options=RunOptions(Start.RESUME, patience=Waiting([lambda: stops.append(True)])),
        should_stop=lambda: len(stops) > 1,
    )

    assert (stopped.ending, facts.ending, facts.lines) == (Ending.INTERRUPTED, Ending.INTERRUPTED, 3)
    assert numbers(shelf.bytes_of("all", ".partial")) == [0, 1, 2]


def test_a_file_that_was_replaced_in_between_is_read_from_its_beginning(shelf: Shelf) -> None:
    """That is told: what the old one got after the stop was not read."""
    path = shelf.put("a.ndjson", line(0) + line(1))
    stops: list[bool] = []
    run_pipeline(
        "p",
        pipeline(shelf),
        should_stop=lambda: bool(stops),
        options=RunOptions(patience=Waiting([lambda: stops.append(True)])),
    )
    path.rename(shelf.folder / "a.1")
    shelf.put("a.ndjson", line(5) + line(6) + line(7))

    facts = run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESUME, patience=Waiting()))

    assert numbers(shelf.bytes_of("all")) == [0, 1, 5, 6, 7]
    assert facts.remarks == (f"`{path}` is another file than before: it is read from its beginning",)


def test_a_file_that_was_cut_and_has_grown_in_between_is_read_from_its_beginning(shelf: Shelf) -> None:
    """It is the same file, and longer than it was; but other lines stand before the place to go on from."""
    path = shelf.put("a.ndjson", line(0) + line(1))
    stops: list[bool] = []
    run_pipeline(
        "p",
        pipeline(shelf),
        should_stop=lambda: bool(stops),
        options=RunOptions(patience=Waiting([lambda: stops.append(True)])),
    )
    with path.open("wb") as file:
        file.write(b"".join(map(line, (10, 11, 12, 13))))

    facts = run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESUME, patience=Waiting()))

    assert numbers(shelf.bytes_of("all")) == [0, 1, 10, 11, 12, 13]
    assert facts.remarks == (f"`{path}` is another file than before: it is read from its beginning",)


@pytest.mark.parametrize("content", [b'[{"n": 1}]\n', b'{"Records": [{"n": 1}]}\n', b"time,n\n1,2\n"])
def test_refuses_a_file_that_begins_as_no_ndjson(shelf: Shelf, content: bytes) -> None:
    """Its lines would be dead letters; whoever knows better says which format it is."""
    shelf.put("a.ndjson", content)

    with pytest.raises(UsageError, match="begins as a file of the format") as told:
        run_pipeline("p", pipeline(shelf), options=RunOptions(patience=Waiting()))

    assert "format: ndjson" in told.value.hint


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"input": {"order": "event_time"}}, "a file that grows cannot be sorted"),
        ({"input": {"paths": ["*"]}}, "exactly one file can be followed"),
        ({"input": {"format": "csv"}}, "a file of the format `csv` cannot be followed"),
        ({"pacing": {"speed": "1x"}}, "what is followed comes at its own pace"),
    ],
)
def test_refuses_what_cannot_be_followed(shelf: Shelf, changed: dict[str, Any], message: str) -> None:
    """Each with what to do."""
    shelf.events({}, name="a.ndjson")
    shelf.events({}, name="b.ndjson")
    source = {"paths": [f"{shelf.folder}/a.ndjson"], "order": "input", "follow": True} | changed.get(
        "input", {}
    )
    source["paths"] = [f"{shelf.folder}/*.ndjson"] if source["paths"] == ["*"] else source["paths"]

    with pytest.raises(UsageError, match=message) as told:
        run_pipeline("p", shelf.settings(**{**changed, "input": source}))

    assert told.value.hint


def test_a_process_follows_until_it_is_told_to_end(shelf: Shelf) -> None:
    """SIGTERM ends it with a checkpoint; the next one goes on, and finishes when nothing comes."""
    path = shelf.put("a.ndjson", line(0))
    (shelf.folder / "tiktoktoe.yaml").write_text(
        "version: 1\npipelines:\n  p:\n    input: {paths: [a.ndjson], order: input}\n    routing: [{to: [all]}]\n"
        "    destinations: {all: {stdout: {}}}\n    dead_letter: {file: dead.ndjson}\n"
    )
    command = [sys.executable, "-m", "tiktoktoe_cli", "replay", "run", "--follow", "--progress", "none"]
    child = subprocess.Popen(command, cwd=shelf.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        appending(path, 1)()
        began = time.monotonic()
        second = child.stdout.readline()
        took_s = time.monotonic() - began
        os.kill(child.pid, signal.SIGTERM)
        code = child.wait(20)
    finally:
        child.kill()
        child.stdout.close()
    appending(path, 2)()

    finished = subprocess.run(
        [*command, "--resume", "--idle-exit", "300ms"],
        cwd=shelf.folder,
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert (first + second, code) == (line(0) + line(1), 143)
    assert took_s < 3
    assert (finished.stdout, finished.returncode) == (line(2), 0), finished.stderr
