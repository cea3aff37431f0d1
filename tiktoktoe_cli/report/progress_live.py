"""Progress on a terminal: a board that is redrawn in place by rich, and gone when the work is done."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.constrain import Constrain
from rich.live import Live as RichLive
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tiktoktoe_cli.report.capabilities import width_from
from tiktoktoe_cli.report.palette import GOOD, tone_of
from tiktoktoe_cli.report.progress import Event, Sink, Step
from tiktoktoe_cli.report.progress_lines import counting
from tiktoktoe_cli.report.text import one_line
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tiktoktoe_cli.report.progress import Clock
    from tiktoktoe_cli.report.terminal import Terminal

_FRAMES_PER_S = 8
_BAR_COLUMNS = 12
_ECHO_COLUMNS = 4  # of two signals between two frames


class Live(Sink):
    """Draws the board from its own thread, so that the work never waits for the terminal.

    The width is asked for at every frame: a resized terminal needs nothing else.
    """

    every_s = 1 / _FRAMES_PER_S

    def __init__(self, terminal: Terminal, clock: Clock) -> None:
        self._terminal = terminal
        self._clock = clock
        self._view = terminal.message_view
        self._lock = Lock()
        self._rows: dict[str, tuple[Step, float]] = {}  # the last step of each name, and when it was taken
        self._console = Console(
            file=terminal.stderr,
            force_terminal=True,
            legacy_windows=False,
            color_system="standard" if self._view.color else None,
            no_color=not self._view.color,
            width=width_from(terminal.environ),
            _environ={},  # the terminal has decided; rich must not look for itself
        )
        self._live = RichLive(
            console=self._console,
            refresh_per_second=_FRAMES_PER_S,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            get_renderable=self.board,
        )

    def open(self) -> None:
        """Hide the cursor and begin to draw."""
        self._live.start(refresh=False)

    def take(self, step: Step) -> None:
        """Put the step on the board; a note is printed above it and stays."""
        if step.event is Event.NOTE:
            self._console.print(Text(self._shown(step.note)), soft_wrap=True)
            return
        with self._lock:
            self._rows[step.name] = step, self._clock()

    def close(self) -> None:
        """Clear the board and give the cursor back."""
        self._live.stop()

    def board(self) -> RenderableType:
        """Draw the rows that fit the terminal, what is unfinished and what is not well first if not all do.

        Some columns stay free: the `^C` that a terminal writes behind the last row must not begin a row of its own.
        """
        return Constrain(self._rows_that_fit(), self._console.width - _ECHO_COLUMNS)

    def _rows_that_fit(self) -> RenderableType:
        with self._lock:
            rows = list(self._rows.values())
        room = max(1, self._console.height - 2)
        hidden = len(rows) - room
        if hidden <= 0:
            return self._table(rows)
        rows.sort(key=lambda row: (row[0].event is Event.FINISHED, tone_of(row[0].state) is GOOD))
        return Group(self._table(rows[:room]), Text(f"and {hidden} more", style="dim"))

    def _table(self, rows: list[tuple[Step, float]]) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        most = self._console.width // 2  # a long name leaves room for what is said of it
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=most)
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, overflow="ellipsis", justify="right")
        table.add_column()  # what it is about gives way first: rich narrows the columns that could wrap
        for step, taken_s in rows:
            table.add_row(*self._row(step, taken_s))
        return table

    def _row(self, step: Step, taken_s: float) -> tuple[RenderableType, ...]:
        if step.event is Event.DETAIL:
            return (
                Text(f"  {self._shown(step.name)}", style="dim"),
                "",
                "",
                Text(self._shown(step.note), style="dim"),
            )
        tone = tone_of(step.state)
        since = 0.0 if step.event is Event.FINISHED else self._clock() - taken_s
        state = Text(f"{tone.mark(unicode=self._view.unicode)} {self._shown(step.state)}", style=tone.style)
        name, time = (
            Text(self._shown(step.name)),
            Text(duration(round(step.elapsed_s + since, 1)), style="dim"),
        )
        bar = _bar(step.total, step.done) if step.total and step.event is not Event.FINISHED else state
        return name, bar, time, Text(self._shown(self._about(step)), no_wrap=True, overflow="ellipsis")

    def _about(self, step: Step) -> str:
        return ", ".join(
            filter(
                None,
                [counting(step) if step.is_counting and step.event is not Event.FINISHED else "", step.note],
            )
        )

    def _shown(self, words: str) -> str:
        return one_line(self._terminal.mask(words))


def _bar(total: int, done: int) -> ProgressBar:
    return ProgressBar(total, done, width=_BAR_COLUMNS, complete_style="cyan", finished_style="green")
