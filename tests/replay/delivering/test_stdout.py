"""The standard output as a destination: another program reads the events."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import OutputClosedError
from tiktoktoe_cli.replay.delivering.stdout import StdoutDestination
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings

if TYPE_CHECKING:
    from pathlib import Path


def test_events_are_lines() -> None:
    """All are there when it has settled; a run that goes on counts on."""
    stream = BytesIO()
    target = StdoutDestination(Surroundings(stdout=lambda: stream))

    target.open((3, 30))
    target.write([b"{}", b"[1]"], [])
    target.write([], [])
    refusals = target.settle()

    assert (stream.getvalue(), list(refusals), target.position()) == (b"{}\n[1]\n", [], (5, 37))


def test_a_reader_that_has_left_is_no_failure() -> None:
    """As with `| head`."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as stream:
        target = StdoutDestination(Surroundings(stdout=lambda: stream))
        target.open(None)

        with pytest.raises(OutputClosedError):
            target.write([b"x" * 100_000], [])


def test_the_report_leaves_the_standard_output_to_the_events(tmp_path: Path) -> None:
    """Whoever reads it gets events and nothing else."""
    (tmp_path / "a.ndjson").write_text('{"time":"2026-03-02T08:00:00Z","n":1}\n')
    (tmp_path / "tiktoktoe.yaml").write_text(
        "version: 1\npipelines:\n  p:\n    input: {paths: [a.ndjson]}\n    routing: [{to: [out]}]\n"
        "    destinations: {out: {stdout: {}}}\n    dead_letter: {file: dead.ndjson}\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "tiktoktoe_cli", "replay", "run"],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )

    assert (done.returncode, done.stdout) == (0, b'{"time":"2026-03-02T08:00:00Z","n":1}\n')
    assert b"1 event: 1 delivered" in done.stderr
