from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest

from tiktoktoe_cli.report import Progress, ProgressChoice, Terminal, TerminalOptions, open_progress
from tiktoktoe_cli.report.progress import Event, Sink, Step


class Recorder(Sink):
    """Keeps every step it is told."""

    every_s = 1.0

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.closed = False

    def open(self) -> None:
        """Nothing to get ready."""

    def take(self, step: Step) -> None:
        """Keep the step."""
        self.steps.append(step)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class HandClock:
    """A clock that moves only by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        """Tell the time in seconds."""
        return self.now_s


def _work(progress: Progress, clock: HandClock) -> None:
    """One service becomes healthy, one count reaches half of its total."""
    with progress:
        progress.started("payments", state="starting")
        clock.now_s += 1.5
        progress.changed("payments", "waiting", "for ledger\x1b[2J")
        progress.changed("payments", "waiting", "for ledger\x1b[2J")
        progress.started("orders", total=2000, unit="events")
        progress.advance("orders", 400)
        clock.now_s += 10
        progress.advance("orders", 600)
        progress.note("ledger answered hunter2")
        progress.finished("payments", "healthy")
        progress.finished("orders", "done")


def _lines(choice: ProgressChoice, *, quiet: bool = False) -> list[str]:
    clock, stderr = HandClock(), StringIO()
    options = TerminalOptions(progress=choice, quiet=quiet)
    terminal = Terminal(StringIO(), StringIO(), stderr, {}, options).masking(
        lambda text: text.replace("hunter2", "••••")
    )
    _work(open_progress(terminal, clock), clock)
    return stderr.getvalue().splitlines()


@pytest.mark.parametrize("choice", [ProgressChoice.PLAIN, ProgressChoice.AUTO])
def test_writes_one_line_per_change_in_a_log(choice: ProgressChoice) -> None:
    """A log gets words, one line per change, also if nobody chose and there is no terminal."""
    assert _lines(choice) == [
        "payments: starting",
        "payments: waiting (for ledger\\x1b[2J), after 1.5s",
        "orders: started",
        "orders: 1000 of 2000 events, 50%, 100/s, 10s left",
        "ledger answered ••••",
        "payments: healthy, after 11.5s",
        "orders: done, 1000 of 2000 events, 50%, 100/s, after 10s",
    ]


def test_writes_json_lines_for_programs() -> None:
    """A program gets the same steps as data."""
    told = [json.loads(line) for line in _lines(ProgressChoice.JSON)]

    assert told[1] == {
        "event": "changed",
        "name": "payments",
        "state": "waiting",
        "note": "for ledger\x1b[2J",
        "elapsed_s": 1.5,
    }
    assert told[3] == {
        "event": "advanced",
        "name": "orders",
        "done": 1000,
        "total": 2000,
        "unit": "events",
        "elapsed_s": 10.0,
        "rate_per_s": 100.0,
        "eta_s": 10.0,
    }
    assert [step["event"] for step in told] == [
        "started",
        "changed",
        "started",
        "advanced",
        "note",
        "finished",
        "finished",
    ]


@pytest.mark.parametrize(("choice", "quiet"), [(ProgressChoice.NONE, False), (ProgressChoice.JSON, True)])
def test_says_nothing_if_asked(choice: ProgressChoice, *, quiet: bool) -> None:
    """`--progress none` and `-q` are silent."""
    assert _lines(choice, quiet=quiet) == []


def test_tells_a_count_only_as_often_as_the_sink_likes() -> None:
    """A million events are not a million lines, and none of them is lost."""
    clock, recorder = HandClock(), Recorder()

    with Progress(recorder, clock) as progress:
        progress.started("orders", unit="events")
        for _ in range(1000):
            clock.now_s += 0.0101
            progress.advance("orders")
        progress.finished("orders", "done")

    assert sum(step.event is Event.ADVANCED for step in recorder.steps) == 10
    assert recorder.steps[-1].done == 1000


def test_closes_the_sink_when_the_work_fails() -> None:
    """The terminal is given back whatever happens, and the error goes on."""
    recorder = Recorder()

    with pytest.raises(KeyboardInterrupt), Progress(recorder, HandClock()):
        raise KeyboardInterrupt

    assert recorder.closed


def test_takes_up_work_that_nobody_announced() -> None:
    """A change of something unknown starts it."""
    recorder = Recorder()

    with Progress(recorder, HandClock()) as progress:
        progress.changed("late", "running")

    assert [step.event for step in recorder.steps] == [Event.STARTED, Event.CHANGED]


def test_counts_a_second_run_of_the_same_name_from_zero() -> None:
    """A name that is started again begins anew."""
    clock, recorder = HandClock(), Recorder()

    with Progress(recorder, clock) as progress:
        progress.started("orders", unit="events")
        progress.advance("orders", 7)
        clock.now_s += 5
        progress.started("orders", unit="events")
        progress.finished("orders", "done")

    assert (recorder.steps[-1].done, recorder.steps[-1].elapsed_s) == (0, 0.0)


def test_loses_nothing_between_threads() -> None:
    """Workers may count on the same name at once."""
    recorder = Recorder()

    with Progress(recorder, HandClock()) as progress, ThreadPoolExecutor(4) as workers:
        progress.started("orders", unit="events")
        for _ in range(400):
            workers.submit(progress.advance, "orders", 5)
        workers.shutdown()
        progress.finished("orders", "done")

    assert recorder.steps[-1].done == 2000


def test_serves_asyncio_tasks() -> None:
    """Tasks tell their changes directly: nothing blocks and nothing must be awaited."""
    recorder = Recorder()

    async def serve(name: str, progress: Progress) -> None:
        progress.started(name, state="starting")
        await asyncio.sleep(0)
        progress.finished(name, "healthy")

    async def main() -> None:
        with Progress(recorder, HandClock()) as progress:
            await asyncio.gather(*(serve(name, progress) for name in "abc"))

    asyncio.run(main())

    assert [step.name for step in recorder.steps] == ["a", "b", "c", "a", "b", "c"]


@pytest.mark.parametrize(
    ("step", "rate", "eta"),
    [
        (Step(Event.ADVANCED, "x", done=50, total=200, elapsed_s=5), 10, 15),
        (Step(Event.ADVANCED, "x", done=50, elapsed_s=5), 10, None),
        (Step(Event.ADVANCED, "x", done=300, total=200, elapsed_s=5), 60, 0),
        (Step(Event.ADVANCED, "x", done=0, total=200, elapsed_s=5), None, None),
        (Step(Event.ADVANCED, "x", done=5, total=200), None, None),
        (Step(Event.FINISHED, "x", done=50, total=200, elapsed_s=5), 10, None),
    ],
)
def test_estimates_from_the_average(step: Step, rate: float | None, eta: float | None) -> None:
    """Rate and time left come from the average so far, and stay away while there is none."""
    assert (step.rate_per_s, step.eta_s) == (rate, eta)
