"""Events go through a pipeline when they are due, in virtual time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.replay.delivering.web_server import Server, serving
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay import Ending, RunOptions, Start, run_pipeline
from tiktoktoe_cli.replay.delivering.collecting import Collecting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

SECOND = 1_000_000_000


@dataclass
class Hours:
    """A clock that jumps."""

    now_ns: int = 5 * SECOND

    def now(self) -> int:
        """Tell the time."""
        return self.now_ns

    def wait(self, duration_ns: int) -> None:
        """Jump."""
        self.now_ns += duration_ns


@dataclass
class Stamping(Collecting):
    """Takes down when events come."""

    hours: Hours = field(default_factory=Hours)
    seen: list[tuple[int, float]] = field(default_factory=list)

    def write(self, events: Sequence[bytes], origins: Sequence[Any]) -> None:
        """Take down."""
        super().write(events, origins)
        self.seen += [(json.loads(event)["n"], (self.hours.now_ns - 5 * SECOND) / SECOND) for event in events]


def paced(shelf: Shelf, order: str, **pacing: str) -> PipelineSettings:
    """Make a pipeline with a pace."""
    return shelf.settings(input={"paths": [f"{shelf.folder}/*.ndjson"], "order": order}, pacing=pacing)


def run(settings: PipelineSettings, **more: Any) -> Stamping:
    """Run it in virtual time."""
    hours = Hours()
    got = Stamping("here", hours=hours)
    options = RunOptions(more.pop("start", Start.ASK), make=lambda *_: got, patience=hours)
    run_pipeline("p", settings, options=options, **more)
    return got


def events(*seconds: int) -> list[dict[str, Any]]:
    """Make events at these seconds."""
    return [{"n": n, "time": f"2026-03-02T08:{at // 60:02}:{at % 60:02}Z"} for n, at in enumerate(seconds)]


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_events_come_as_they_happened(shelf: Shelf, order: str) -> None:
    """Ten times faster; what is no event does not hold the others up."""
    lines = [json.dumps(event) + "\n" for event in events(0, 10, 40, 100)]
    shelf.put("a.ndjson", "".join([*lines[:2], "{\n", *lines[2:]]))

    got = run(paced(shelf, order, speed="10x"))

    assert got.seen == [(0, 0.0), (1, 1.0), (2, 4.0), (3, 10.0)]


def test_what_comes_out_of_order_goes_at_once(shelf: Shelf) -> None:
    """In the order of the input."""
    shelf.events(*events(0, 100, 50, 200))

    assert run(paced(shelf, "input", speed="10x")).seen == [(0, 0.0), (1, 10.0), (2, 10.0), (3, 20.0)]


def test_a_gap_is_no_longer_than_allowed(shelf: Shelf) -> None:
    """However quiet it was."""
    shelf.events(*events(0, 1, 601, 602))

    got = run(paced(shelf, "input", speed="1x", max_gap="10s"))

    assert got.seen == [(0, 0.0), (1, 1.0), (2, 11.0), (3, 12.0)]


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_a_run_that_is_stopped_while_it_waits_goes_on_with_the_next_event(shelf: Shelf, order: str) -> None:
    """None is skipped, none comes twice; the schedule begins anew."""
    shelf.events(*events(0, 10, 20, 30))
    settings = paced(shelf, order, speed="1x")
    whole = run_pipeline("q", settings, options=RunOptions(patience=Hours()))
    wanted = shelf.bytes_of("all")
    hours = Hours()

    stopped = run_pipeline(
        "p",
        settings,
        options=RunOptions(patience=hours),
        should_stop=lambda: hours.now_ns > 5 * SECOND + 12 * SECOND,
    )
    later = Hours()
    facts = run_pipeline("p", settings, options=RunOptions(Start.RESUME, patience=later))

    assert (stopped.ending, stopped.delivered) == (Ending.INTERRUPTED, 2)
    assert (facts.delivered, facts.lines) == (whole.delivered, whole.lines)
    assert shelf.bytes_of("all") == wanted
    assert later.now_ns == 15 * SECOND


def test_only_lines_can_be_paced_as_they_stand(shelf: Shelf) -> None:
    """Sorted, every form of input can."""
    shelf.put("a.ndjson", json.dumps(events(0, 10)))

    with pytest.raises(UsageError, match="only lines can be paced"):
        run(paced(shelf, "input", speed="1x"))

    assert [at for _, at in run(paced(shelf, "event_time", speed="1x")).seen] == [0.0, 10.0]


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_what_is_due_is_delivered_while_the_next_event_is_waited_for(shelf: Shelf, order: str) -> None:
    """A web server gets an event about when it is due, not with those of hours later."""
    shelf.events(*events(0, 60, 120))
    sent: list[tuple[int, float]] = []

    class Watching(Hours):
        def wait(self, duration_ns: int) -> None:
            super().wait(duration_ns)
            sent.append((len(server.sent), (self.now_ns - 5 * SECOND) / SECOND))

    with serving(Server()) as server:
        web = {"all": {"http": {"url": server.url, "binding": "plain"}}}
        settings = paced(shelf, order, speed="1x").model_copy(
            update={"destinations": shelf.settings(destinations=web).destinations}
        )
        run_pipeline("p", settings, options=RunOptions(patience=Watching()))

    assert min(second for count, second in sent if count >= 1) < 2
    assert 60 <= min(second for count, second in sent if count >= 2) < 62
