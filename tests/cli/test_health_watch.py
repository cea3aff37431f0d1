"""`health watch` as a shell and Prometheus see it, with services that come and go."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.cli.clinic import ROOT, SECRET, Clinic, end_of, line_with
from tests.report.screen import screen_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """Return a system of which nothing runs yet."""
    with Clinic(tmp_path) as clinic:
        yield clinic


def listening(command: subprocess.Popen[str]) -> str:
    """Return where a watch listens, as it says itself."""
    assert command.stderr is not None
    return line_with(command.stderr, "listening on").split()[-1]


def values(text: str) -> dict[tuple[str, ...], float]:
    """Read metrics: the name and the values of the labels, to the value."""
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_each_change_is_a_line_and_the_end_a_table(clinic: Clinic) -> None:
    """A service that goes down and comes back is told twice, and its dependant with it."""
    clinic.up("api", "db")
    command = clinic.start("watch")
    assert command.stdout is not None
    line_with(command.stdout, "db/web  healthy")
    clinic.down("db")
    down = line_with(command.stdout, "db/web  healthy → unhealthy")
    clinic.up("db")
    line_with(command.stdout, "db/web  unhealthy → healthy")

    command.send_signal(signal.SIGINT)
    code, out, err = end_of(command)

    assert code == 0
    assert "refused the connection" in down
    table = [line.split() for line in out.splitlines()]
    assert table[-3][:4] == ["SERVICE", "CHECK", "STATE", "AVAILABLE"]
    assert [row[:3] for row in table[-2:]] == [["api", "web", "healthy"], ["db", "web", "healthy"]]
    assert "2 of 2 services healthy; 1 without a check; " in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_with_something_down_is_a_no(clinic: Clinic, number: signal.Signals) -> None:
    """Ctrl-C is how a watch ends, and so is SIGTERM: the answer is the state at that moment."""
    command = clinic.start("watch")
    assert command.stdout is not None
    line_with(command.stdout, "api/web  unreachable")

    command.send_signal(number)

    assert end_of(command)[0] == 1


def test_a_watch_for_a_time_ends_by_itself(clinic: Clinic) -> None:
    """With one line of JSON for each change, and the summary at last."""
    clinic.up("api", "db")

    code, out, _ = clinic.run("watch", "--for", "1s", "-o", "ndjson")

    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [line["kind"] for line in lines[:2]] == ["header", "change"]
    assert [line["change"]["to"] for line in lines if line["kind"] == "change"] == ["healthy", "healthy"]
    assert [line["item"]["availability"] for line in lines if line["kind"] == "item"] == [1.0, 1.0]
    assert (lines[-1]["kind"], lines[-1]["ok"]) == ("summary", True)


def test_a_watch_for_a_time_that_is_cut_short_is_interrupted(clinic: Clinic) -> None:
    """It was to go on, and the caller learns that it did not."""
    clinic.up("api", "db")
    command = clinic.start("watch", "--for", "1h", "-o", "json")
    assert command.stderr is not None
    line_with(command.stderr, "db/web")

    command.send_signal(signal.SIGINT)

    code, out, _ = end_of(command)
    assert code == 130
    assert json.loads(out)["summary"]["partial"] is True


def test_a_reader_who_leaves_ends_the_watch(clinic: Clinic) -> None:
    """As after `| head -1`: quietly, and at the next line."""
    clinic.up("db")
    command = clinic.start("watch")
    assert command.stdout is not None
    assert command.stderr is not None
    line_with(command.stdout, "db/web")
    command.stdout.close()
    clinic.down("db")

    assert command.wait(20) == 0
    assert command.stderr.read() == ""


def test_reports_are_written_at_the_end(clinic: Clinic) -> None:
    """Also after Ctrl-C."""
    clinic.up("api", "db")
    command = clinic.start("watch", "--report", "openmetrics=out.om", "--report", "junit=out.xml")
    assert command.stdout is not None
    line_with(command.stdout, "db/web")

    command.send_signal(signal.SIGINT)

    assert end_of(command)[0] == 0
    assert "tiktoktoe_checks_total" in (clinic.folder / "out.om").read_text()
    assert 'tests="2"' in (clinic.folder / "out.xml").read_text()


def test_prometheus_scrapes_the_watch(clinic: Clinic) -> None:
    """Metrics, health with its status, and no secret of the configuration anywhere."""
    clinic.up("api", "db")
    command = clinic.start("watch", "--listen", "127.0.0.1:0")
    address = listening(command)
    assert command.stdout is not None
    line_with(command.stdout, "db/web")

    pages = {path: httpx.get(f"{address}{path}") for path in ("", "health", "metrics")}

    found = values(pages["metrics"].text)
    assert found["tiktoktoe_service_state", "db", "healthy"] == 1
    assert found["tiktoktoe_checks_total", "db", "web", "http"] >= 1
    assert (pages["health"].status_code, pages["health"].json()["status"]) == (200, "pass")
    assert all(SECRET not in page.text for page in pages.values())


def test_a_failing_system_says_so_to_a_load_balancer(clinic: Clinic) -> None:
    """503 is all that one looks at."""
    command = clinic.start("watch", "--listen", "127.0.0.1:0")
    address = listening(command)
    assert command.stdout is not None
    line_with(command.stdout, "db/web")

    assert httpx.get(f"{address}health").status_code == 503


def test_prometheus_has_any_target_probed(clinic: Clinic) -> None:
    """As it does with blackbox exporter, and gets the same names."""
    clinic.up("db")
    command = clinic.start("watch", "--listen", "127.0.0.1:0")
    address = listening(command)
    up, down = f"127.0.0.1:{clinic.ports['db']}", f"127.0.0.1:{clinic.ports['api']}"

    answers = [httpx.get(f"{address}probe", params={"target": target}) for target in (up, down)]
    debug = httpx.get(f"{address}probe", params={"target": down, "debug": "true"})

    found = [values(answer.text) for answer in answers]
    assert [one["probe_success",] for one in found] == [1, 0]
    assert [one["probe_http_status_code",] for one in found] == [200, 0]
    assert [one["probe_failed_due_to_cel",] for one in found] == [0, 0]
    assert "refused the connection" in debug.text
    assert SECRET not in debug.text


def test_a_watch_without_checks_can_still_be_asked_to_probe(clinic: Clinic) -> None:
    """Then it is nothing but an exporter."""
    clinic.up("db")
    command = clinic.start("watch", "lonely", "--listen", "127.0.0.1:0")

    answer = httpx.get(f"{listening(command)}probe", params={"target": f"127.0.0.1:{clinic.ports['db']}"})

    assert values(answer.text)["probe_success",] == 1


def test_an_end_does_not_wait_for_open_connections(clinic: Clinic) -> None:
    """A scraper that keeps its connection is cut off."""
    clinic.up("api", "db")
    command = clinic.start("watch", "--listen", "127.0.0.1:0")
    with httpx.Client() as client:
        client.get(f"{listening(command)}metrics")

        command.send_signal(signal.SIGTERM)

        assert command.wait(10) in {0, 1}


def test_a_taken_port_is_said(clinic: Clinic) -> None:
    """Before anything is watched."""
    clinic.up("db")

    code, _, err = clinic.run("watch", "--listen", f"127.0.0.1:{clinic.ports['db']}")

    assert code == 2
    assert "address already in use" in err


def test_listening_to_everybody_is_warned_of(clinic: Clinic) -> None:
    """Whoever reaches it may have it look at what only this machine can."""
    code, _, err = clinic.run("watch", "--listen", "0.0.0.0:0", "--for", "100ms")

    assert code == 1
    assert "anybody who reaches `0.0.0.0:0`" in err
    assert "may have `anything` look at any target" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lonely"], "no service to watch has a health check"),
        (["--interval", "often"], "`--interval`: `often` is not a duration"),
        (["--interval", "1ms"], "`--interval`: expected 100ms or more"),
        (["--listen", "9115"], "`--listen 9115` is not a host with a port"),
        (["--listen", "127.0.0.1:99999"], "is not a host with a port"),
    ],
)
def test_what_is_asked_wrongly_is_said(clinic: Clinic, arguments: list[str], words: str) -> None:
    """With the exit code 2."""
    code, _, err = clinic.run("watch", *arguments)

    assert code == 2
    assert words in err


class Board:
    """A watch on a terminal of its own."""

    def __init__(self, clinic: Clinic, *arguments: str, columns: int) -> None:
        self._ours, theirs = pty.openpty()
        self.written = ""
        self._columns = columns
        self.command = subprocess.Popen(
            [sys.executable, "-m", "tiktoktoe_cli", "health", "watch", *arguments],
            cwd=clinic.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "CI": "", "TERM": "xterm", "COLUMNS": str(columns)},
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def read_until(self, words: str | None = None) -> str:
        """Read until something was written, or to the end."""
        with suppress(OSError):  # how Linux says that nobody has the other end any more
            while (words is None or words not in self.written) and (chunk := os.read(self._ours, 65536)):
                self.written += chunk.decode(errors="replace")
        return self.written

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal shows `^C` where the cursor is, and sends the signal."""
        os.write(self._ours, b"\x03")
        self.command.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, list[str]]:
        """Read to the end; returns the exit code and what is left on the screen."""
        self.read_until()
        os.close(self._ours)
        return self.command.wait(20), screen_of(self.written, self._columns)


def test_a_terminal_shows_a_board(clinic: Clinic) -> None:
    """State, bars and availability of each check, redrawn in place, and changes above it."""
    clinic.up("api", "db")
    board = Board(clinic, "--for", "2s", columns=120)

    code, _ = board.end()

    assert code == 0
    assert "api/web  healthy" in board.written
    assert "100.0%" in board.written
    assert "█" in board.written
    assert "\x1b[?25h" in board.written  # the cursor is given back
    assert "AVAILABLE" in board.written


@pytest.mark.parametrize("columns", [60, 100])
def test_nothing_of_the_board_is_left_after_ctrl_c(clinic: Clinic, columns: int) -> None:
    """There are the changes, the words of the end, the table and the verdict; the rows of the board are gone."""
    board = Board(clinic, columns=columns)
    board.read_until("✗ unhealthy")  # then it has both rows

    board.interrupt()
    code, screen = board.end()

    rows = [line for line in screen if line]
    assert code == 1
    assert not [line for line in rows if line.startswith(("api/", "db/")) or "^C" in line]
    assert rows.count("stopping ... (again to force)") == 1
    assert sum(line.startswith(("api ", "db ")) for line in rows) == 2
