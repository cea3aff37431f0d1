"""`health wait` as a shell sees it, with services that come and go."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.clinic import Clinic, end_of, line_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """Return a system of which nothing runs yet."""
    with Clinic(tmp_path) as clinic:
        yield clinic


def test_what_runs_is_not_waited_for(clinic: Clinic) -> None:
    """The answer is yes at once."""
    clinic.up("api", "db")

    code, out, err = clinic.run("wait")

    assert code == 0
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        ["api", "web", "healthy"],
        ["db", "web", "healthy"],
    ]
    assert "2 services healthy after " in err


def test_it_says_what_is_down_until_it_is_up(clinic: Clinic) -> None:
    """The cause comes first, and nothing is said twice."""
    clinic.up("api")
    command = clinic.start("wait", "--interval", "50ms", "--timeout", "20s")
    assert command.stderr is not None
    first = line_with(command.stderr, "db")
    clinic.up("db")

    code, _, err = end_of(command)

    assert code == 0
    assert "db: unhealthy (web: " in first
    assert err.count("db: healthy") == 1
    assert "db: unhealthy" not in err


def test_time_that_is_up_is_no_answer(clinic: Clinic) -> None:
    """The exit code is 3, the root cause is named, and off a terminal there is one line for each change."""
    code, out, err = clinic.run("wait", "--timeout", "700ms", "--interval", "20ms")

    assert code == 3
    assert "because of `db`" in out
    assert [line.split()[0] for line in err.splitlines()] == ["db:", "api:", "out"]
    assert "`db` and `api` not healthy; `db`: unhealthy, `127.0.0.1:" in err


def test_the_command_takes_over(clinic: Clinic) -> None:
    """Its exit code is ours, and so is its process; standard output is its own."""
    clinic.up("api", "db")
    command = clinic.start("wait", "--", "sh", "-c", 'echo "$$ $1"; exit 7', "sh", "--timeout")

    code, out, err = end_of(command)

    assert (code, out) == (7, f"{command.pid} --timeout\n")
    assert "2 services healthy after " in err


def test_signals_reach_the_command(clinic: Clinic) -> None:
    """It is as if it had been started itself."""
    clinic.up("api", "db")
    command = clinic.start(
        "wait", "--", "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done"
    )
    assert command.stdout is not None
    line_with(command.stdout, "ready")

    command.send_signal(signal.SIGTERM)

    assert end_of(command)[0] == 9


def test_nothing_is_run_after_a_failure(clinic: Clinic) -> None:
    """Neither is there anything on standard output, which the command's readers read."""
    code, out, err = clinic.run("wait", "--timeout", "100ms", "-o", "json", "--", "echo", "never")

    assert (code, out) == (3, "")
    assert '"met": false' in err


def test_a_command_that_is_not_there_is_said_at_once(clinic: Clinic) -> None:
    """Nobody waits for a minute to learn of a typing error."""
    code, _, err = clinic.run("wait", "--", "no-such-program-anywhere")

    assert code == 2
    assert "there is no program `no-such-program-anywhere`" in err
    assert "needs `sh -c '...'`" in err
    assert "`run`" not in err  # no key of the YAML is meant


def test_all_down_is_what_invert_waits_for(clinic: Clinic) -> None:
    """A service that still answers keeps it waiting."""
    clinic.up("api")
    command = clinic.start("wait", "--invert", "--interval", "50ms", "--timeout", "20s")
    assert command.stderr is not None
    line_with(command.stderr, "api: degraded")
    clinic.down("api")

    code, _, err = end_of(command)

    assert code == 0
    assert "2 services down after " in err


def test_the_chosen_ones_are_waited_for(clinic: Clinic) -> None:
    """What is not chosen may be as it likes."""
    clinic.up("db")

    code, out, _ = clinic.run("wait", "db", "-o", "json")

    assert code == 0
    assert [item["name"] for item in json.loads(out)["items"]] == ["db/web"]


def test_a_service_without_a_check_cannot_be_waited_for(clinic: Clinic) -> None:
    """It would take for ever, and says so instead."""
    code, _, err = clinic.run("wait", "lonely")

    assert code == 2
    assert "no service to wait for has a health check" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--timeout", "soon"], "`--timeout`: `soon` is not a duration"),
        (["--timeout", "0"], "`--timeout`: expected more than nothing"),
        (["--interval", "-1s"], "`--interval`: `-1s` is not a duration"),
        (["nobody"], "unknown service: `nobody`"),
    ],
)
def test_what_is_asked_wrongly_is_said(clinic: Clinic, arguments: list[str], words: str) -> None:
    """With the exit code 2, before anything is looked at."""
    code, _, err = clinic.run("wait", *arguments)

    assert code == 2
    assert words in err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_wait_can_be_interrupted(clinic: Clinic, number: signal.Signals, code: int) -> None:
    """It says what was still down, and runs nothing."""
    command = clinic.start("wait", "--", "echo", "never")
    assert command.stderr is not None
    line_with(command.stderr, "db: unhealthy")

    os.kill(command.pid, number)

    ended, out, err = end_of(command)
    assert (ended, out) == (code, "")
    assert "interrupted after " in err


def test_a_wait_writes_the_reports_that_health_has(clinic: Clinic) -> None:
    """The status page, a monitoring plugin's words and health+json of its last round."""
    files = {"html": "page.html", "nagios": "plugin.txt", "health+json": "health.json"}
    reports = [f"--report={kind}={name}" for kind, name in files.items()]

    code, _, _ = clinic.run("wait", "--timeout", "300ms", *reports)

    assert code == 3
    assert [bool((clinic.folder / name).read_text()) for name in files.values()] == [True] * 3
