from __future__ import annotations

import os
import pty
import subprocess
import sys
from io import StringIO

from rich.console import Console

from tiktoktoe_cli.report import Terminal
from tiktoktoe_cli.report.progress import Event, Step
from tiktoktoe_cli.report.progress_live import Live

HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


class Screen(StringIO):
    """A stream that calls itself a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say that somebody watches."""
        return True


def _live(now_s: float = 0.0) -> Live:
    return Live(Terminal(Screen(), Screen(), Screen(), {"COLUMNS": "80", "NO_COLOR": "1"}), lambda: now_s)


def _board(sink: Live) -> list[str]:
    console = Console(file=StringIO(), width=80, _environ={})
    with console.capture() as drawn:
        console.print(sink.board())
    return [line.rstrip() for line in drawn.get().splitlines()]


def test_draws_services_and_counts() -> None:
    """Each piece of work is a row: state, time and what it waits for, or bar, rate and time left."""
    sink = _live()

    sink.take(Step(Event.CHANGED, "payments", "waiting", "for ledger", elapsed_s=3))
    sink.take(Step(Event.FINISHED, "ledger", "healthy", elapsed_s=1.2))
    sink.take(Step(Event.ADVANCED, "orders", done=500, total=1000, unit="events", elapsed_s=5))

    assert _board(sink) == [
        "payments  ● waiting       3s  for ledger",
        "ledger    ✓ healthy     1.2s",
        "orders    ━━━━━━          5s  500 of 1000 events, 50%, 100/s, 5s left",
    ]


def test_keeps_to_the_height_of_the_terminal() -> None:
    """More rows than the terminal has: finished work makes room, and the rest is counted."""
    sink = _live()
    height = 25  # what rich takes for a screen that has no size

    for number in range(height):
        sink.take(Step(Event.FINISHED, f"done-{number}", "healthy"))
    sink.take(Step(Event.CHANGED, "slow", "starting"))

    rows = _board(sink)
    assert rows[0].startswith("slow")
    assert rows[-1] == "and 3 more"
    assert len(rows) == height - 1


def test_makes_words_harmless() -> None:
    """A name cannot draw on the board, and brackets in it are no markup."""
    sink = _live()

    sink.take(Step(Event.CHANGED, "[red]a\x1b[2J", "waiting"))

    assert _board(sink)[0].startswith("[red]a\\x1b[2J  ● waiting")


def test_a_long_name_leaves_room_for_what_is_said_of_it() -> None:
    """It gets half of the width at most: state and time stay whole."""
    sink = _live()

    sink.take(Step(Event.CHANGED, "a-very-long-name/" * 9, "unreachable", "refused", elapsed_s=75))

    (row,) = _board(sink)
    assert "…  ? unreachable  1m15s  refused" in row
    assert row.index("…") == 39


FAILING_WORK = """
import sys, time
from tiktoktoe_cli.report import Terminal, open_progress
terminal = Terminal.on((sys.stdin, sys.stdout, sys.stderr), {"TERM": "xterm"})
with open_progress(terminal, time.monotonic) as progress:
    progress.started("payments", state="starting")
    progress.note("a remark")
    raise SystemExit(7)
"""


def test_gives_the_cursor_back_when_the_work_fails() -> None:
    """On a real terminal a failing run ends with a cursor, its remarks, and nothing on standard output."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", FAILING_WORK]

    with os.fdopen(theirs, "wb") as screen:
        ended = subprocess.run(
            command, stdin=screen, stdout=subprocess.PIPE, stderr=screen, check=False, timeout=60
        )
    shown = _read_all(ours)

    assert (ended.returncode, ended.stdout) == (7, b"")
    assert shown.count(HIDE_CURSOR) == shown.count(SHOW_CURSOR) == 1
    assert shown.index(HIDE_CURSOR) < shown.index(SHOW_CURSOR)
    assert "a remark" in shown


def _read_all(terminal: int) -> str:
    chunks = []
    try:
        while chunk := os.read(terminal, 65536):
            chunks.append(chunk)
    except OSError:
        pass  # how Linux says that the other end of a pseudo-terminal is closed
    os.close(terminal)
    return b"".join(chunks).decode()
