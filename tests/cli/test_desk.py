"""How the desk takes signals while a command works, and what it draws."""

from __future__ import annotations

import io
import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_watching import Notebook
from tiktoktoe_cli.cli.desk import Desk
from tiktoktoe_cli.cli.door import TerminatedError
from tiktoktoe_cli.errors import ENDING_SIGNALS, ExitCode
from tiktoktoe_cli.report import OutputFormat, Report, Terminal
from tiktoktoe_cli.report.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.report import View


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    """Give every signal back its handler."""
    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def make_desk(stderr: io.StringIO) -> Desk:
    """Open a desk that nobody watches."""
    terminal = Terminal.on((io.StringIO(), io.StringIO(), stderr), {})
    return Desk(terminal, OutputFormat.TABLE, (), (), {}, {})


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_the_first_signal_asks_for_an_end(number: signal.Signals) -> None:
    """The command may finish what it does, and ends with the code of the signal."""
    stderr = io.StringIO()

    with make_desk(stderr).stop_flag() as flag:
        os.kill(os.getpid(), number)
        asked = flag()

    assert asked
    assert flag.exit_code is ExitCode.of_signal(number)
    assert stderr.getvalue() == "stopping ... (again to force)\n"


@pytest.mark.parametrize(
    ("number", "end"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, TerminatedError)]
)
def test_the_second_signal_ends_at_once(number: signal.Signals, end: type[BaseException]) -> None:
    """With its own code: what a supervisor sent is not taken for Ctrl-C."""
    with make_desk(io.StringIO()).stop_flag():
        os.kill(os.getpid(), number)

        with pytest.raises(end):
            os.kill(os.getpid(), number)


class Screen(io.StringIO):
    """Standard error that somebody watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_on_a_terminal_the_words_have_a_line_of_their_own() -> None:
    """The terminal's own `^C` goes away first; they are told once, and not while something else is being written."""
    screen = Screen()

    with make_desk(screen).stop_flag() as flag:
        os.kill(os.getpid(), signal.SIGINT)
        before = screen.getvalue()
        flag()
        flag()

    assert before == ""
    assert screen.getvalue() == "\r\x1b[2Kstopping ... (again to force)\n"


def test_the_words_stand_above_a_progress() -> None:
    """Only the progress knows how much of the screen is its own."""
    notebook = Notebook()

    with Progress(notebook, lambda: 0.0) as progress, make_desk(io.StringIO()).stop_flag(progress) as flag:
        os.kill(os.getpid(), signal.SIGINT)
        flag()

    assert [step.note for step in notebook.steps] == ["stopping ... (again to force)"]


def test_lines_have_their_header_once() -> None:
    """It is written before the first of them, and not again with the rest."""
    out = io.StringIO()
    desk = Desk(Terminal.on((io.StringIO(), out, io.StringIO()), {}), OutputFormat.NDJSON, (), (), {}, {})

    desk.begin("health watch")
    desk.answer(Report("health watch", ok=True, verdict="fine"))

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["kind"] for line in lines] == ["header", "summary"]
    assert lines[0]["command"] == "health watch"


def test_what_nohup_ignores_asks_for_nothing() -> None:
    """A command that was started to outlive its terminal does so."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with make_desk(io.StringIO()).stop_flag() as flag:
        os.kill(os.getpid(), signal.SIGHUP)
        asked = flag()

    assert not asked


@pytest.mark.parametrize(("output", "drawn"), [(OutputFormat.TABLE, 1), (OutputFormat.JSON, 0)])
def test_a_picture_is_drawn_only_for_who_sees_it(output: OutputFormat, drawn: int) -> None:
    """A program that reads the answer does not wait for a picture."""
    desk, views = make_desk(io.StringIO()), []
    desk.output = output

    def draw(view: View) -> str:
        views.append(view)
        return "picture\n"

    desk.answer(
        Report(command="graph plan", ok=True, verdict="", summary={}, items=[], columns=()), drawing=draw
    )

    assert len(views) == drawn
