"""While a run goes on: alerts that have to hold for a time, webhooks, the metrics file, what an observer learns."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.replay.delivering.web_server import Server, serving
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.monitoring import AlertState
from tiktoktoe_cli.replay import Ending, RunOptions, SilentObserver, Start, rehearse, report_of, run_pipeline

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay import ReplayFacts

STRICT = {"validation": {"cloudevents": "strict"}}


def event(second: int, *, good: bool = True) -> dict[str, object]:
    """Make an event of a second after eight; one that is not good is no CloudEvent."""
    fields = {"id": str(second), "source": "/", "type": "t", "specversion": "1.0"} if good else {}
    return {
        **fields,
        "time": f"2026-03-02T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z",
        "pad": "x" * 500,
    }


def fill(shelf: Shelf, bad: range, count: int = 6_000) -> None:
    """Write events, one a second; those of some seconds are bad."""
    shelf.events(*(event(second, good=second not in bad) for second in range(count)))


def pipeline(shelf: Shelf, order: str = "event_time", **monitoring: Any) -> Any:  # settings
    """Make a pipeline with monitoring."""
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order}
    return shelf.settings(stages=[STRICT], monitoring=monitoring, input=files)


RATE = {"name": "errors", "when": "error_rate > 0.1"}


def states(facts: ReplayFacts) -> list[tuple[str, AlertState]]:
    """Tell what became of the alerts."""
    return [(alert.name, alert.state) for alert in facts.alerts]


@pytest.mark.parametrize(("lasting", "state"), [("20m", AlertState.FIRING), ("90m", AlertState.QUIET)])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_alert_has_to_hold_for_a_time_of_the_events(
    shelf: Shelf, lasting: str, state: AlertState, workers: int
) -> None:
    """A bad beginning that is over in the end fires if it lasted; how fast the run is and who works changes nothing."""
    fill(shelf, range(300))
    settings = pipeline(shelf, "input", alerts=[RATE | {"for": lasting}])

    facts = run_pipeline("p", settings, options=RunOptions(workers=workers))

    assert facts.error_rate == 0.05
    assert states(facts) == [("errors", state)]
    assert facts.ok == (state is AlertState.QUIET)


class Hours:
    """A clock that jumps."""

    def __init__(self) -> None:
        self.now_ns = 0

    def now(self) -> int:
        """Tell the time."""
        return self.now_ns

    def wait(self, duration_ns: int) -> None:
        """Jump."""
        self.now_ns += duration_ns


@pytest.mark.parametrize("order", ["input", "event_time"])
@pytest.mark.parametrize("speed", [None, "1x", "100x", "20000x"])
def test_what_alerts_see_depends_neither_on_speed_nor_on_order(
    shelf: Shelf, order: str, speed: str | None
) -> None:
    """A burst of ten minutes that a block of input has all of; lines that are no events, and so have no time, aside."""
    broken = ["{", "{"] if order == "event_time" else []
    bad = [json.dumps(event(6 * number, good=number >= 100)) for number in range(1_000)]
    shelf.put("a.ndjson", "".join(f"{line}\n" for line in [*bad, *broken]))
    alerts = [
        {"name": "burst", "when": "error_rate > 0.9", "for": "4m"},
        {"name": "longer", "when": "error_rate > 0.9", "for": "11m"},
        {"name": "late", "when": "error_rate > 0.2", "for": "30m"},
    ]
    settings = pipeline(shelf, order, alerts=alerts)
    if speed:
        settings = settings.model_copy(update={"pacing": shelf.settings(pacing={"speed": speed}).pacing})

    facts = run_pipeline("p", settings, options=RunOptions(patience=Hours()))

    assert states(facts) == [
        ("burst", AlertState.FIRING),
        ("longer", AlertState.QUIET),
        ("late", AlertState.FIRING),
    ]
    assert facts.alerts[0].measured == {"error_rate": 1.0}
    assert facts.error_rate == (100 + len(broken)) / (1_000 + len(broken))


@pytest.mark.parametrize("stop", [5, 30, 130])
def test_a_run_that_goes_on_knows_since_when_conditions_hold(shelf: Shelf, stop: int) -> None:
    """Stopped before, while or after an alert has held for long enough: the whole run says the same."""
    fill(shelf, range(300))
    settings = pipeline(shelf, "input", alerts=[RATE | {"for": "20m"}])
    whole = run_pipeline("p", settings)
    asked = itertools.count()

    stopped = run_pipeline("p", settings, should_stop=lambda: next(asked) == stop)
    resumed = run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert stopped.ending is Ending.INTERRUPTED
    assert resumed.alerts == whole.alerts
    assert states(whole) == [("errors", AlertState.FIRING)]


def test_a_webhook_learns_of_an_alert_when_it_fires(shelf: Shelf) -> None:
    """It gets one CloudEvent, while the run goes on, with the numbers of that moment."""
    fill(shelf, range(300))
    seen: list[int] = []

    class Watching(SilentObserver):
        def advanced(self, *_: object) -> None:
            seen.append(len(server.sent))

    with serving(Server()) as server:
        alerts = [RATE | {"for": "20m", "webhook": f"{server.url}"}]
        facts = run_pipeline("p", pipeline(shelf, "input", alerts=alerts), Watching())

    (sent,) = server.sent
    assert (sent.path, sent.headers["content-type"]) == ("/events", "application/cloudevents+json")
    assert (sent.json["type"], sent.json["source"]) == ("tiktoktoe.alert", "tiktoktoe/replay/p")
    assert sent.json["data"]["alert"] == "errors"
    assert sent.json["data"]["for_s"] == 1_200
    assert 0.1 < sent.json["data"]["measured"]["error_rate"] < 0.5
    assert (seen[0], seen[-1]) == (0, 1)
    assert facts.remarks == ()


def test_a_webhook_that_does_not_hear_is_a_warning(shelf: Shelf) -> None:
    """The answer of the run is that of its alerts; who could not be told is told to the user."""
    fill(shelf, range(5), 10)
    with serving(Server(lambda _: 500)) as server:
        alert = RATE | {"action": "warn", "webhook": {"url": server.url, "policy": "once"}}
        options = RunOptions(policies={"once": ()})
        facts = run_pipeline("p", pipeline(shelf, alerts=[alert]), options=options)

    problems = [problem.message for problem in report_of(facts).problems]
    assert facts.ok
    assert len(server.sent) == 1
    assert any("the webhook of the alert `errors` was not heard" in problem for problem in problems)


def test_a_rehearsal_calls_nobody(shelf: Shelf) -> None:
    """Nothing leaves a dry run."""
    fill(shelf, range(5), 10)
    with serving(Server()) as server:
        settings = pipeline(shelf, alerts=[RATE | {"webhook": server.url}])
        facts = rehearse("p", settings, RunOptions()).facts

    assert states(facts) == [("errors", AlertState.FIRING)]
    assert server.sent == []


def test_the_metrics_file_is_written_while_the_run_goes_on(shelf: Shelf) -> None:
    """Each time it is whole, and it ends with the numbers of the end; every way out of a stage is counted."""
    fill(shelf, range(300))
    path = shelf.folder / "out" / "replay.prom"
    found: list[str] = []

    def look() -> bool:
        found.append(path.read_text())
        return False

    settings = pipeline(shelf, "input", openmetrics={"file": str(path), "every": "1ms"})
    run_pipeline("p", settings, should_stop=look)

    last = path.read_text()
    assert all(text.endswith("# EOF\n") for text in found)
    assert len(set(found)) > 5
    assert 'replay_processed_events_total{pipeline="p"} 6000' in last
    assert 'replay_stage_events_total{pipeline="p",stage="validation",outcome="dead"} 300' in last
    assert 'replay_stage_held_events{pipeline="p",stage="validation"} 0' in last


def test_a_metrics_file_that_cannot_be_written_is_told_before_anything_is_done(shelf: Shelf) -> None:
    """A wrong path is a mistake of the YAML, not of the run."""
    fill(shelf, range(5), 10)
    (shelf.folder / "file").touch()

    with pytest.raises(UsageError, match="cannot write"):
        run_pipeline("p", pipeline(shelf, openmetrics=f"{shelf.folder}/file/replay.prom"))


def test_a_metrics_file_that_cannot_be_written_any_more_does_not_end_the_run(shelf: Shelf) -> None:
    """It is told in the end; what was to be delivered is."""
    fill(shelf, range(5), 6_000)
    folder = shelf.folder / "metrics"

    def spoil() -> bool:
        if folder.is_dir():
            (folder / "replay.prom").unlink()
            folder.rmdir()
            folder.touch()
        return False

    settings = pipeline(shelf, openmetrics={"file": str(folder / "replay.prom"), "every": "1ms"})
    facts = run_pipeline("p", settings, should_stop=spoil)

    assert (facts.ending, facts.delivered, len(facts.remarks)) == (Ending.COMPLETE, 5_995, 1)


def test_an_observer_learns_the_counts_and_guesses_the_end(shelf: Shelf) -> None:
    """The stages' counts grow, and the guessed number of lines is near what there is."""
    fill(shelf, range(300))
    counts: list[int] = []
    totals: list[int] = []
    clock = itertools.count(0, 50_000_000)

    class Watching(SilentObserver):
        def advanced(self, _phase: object, _done: int, total: int | None) -> None:
            totals.extend([total] if total is not None else [])

        def counted(self, facts: ReplayFacts) -> None:
            counts.append(facts.stages[-1].passed)

    run_pipeline("p", pipeline(shelf, "input"), Watching(), clock=lambda: next(clock))

    assert counts == sorted(counts)
    assert len(set(counts)) > 5
    assert totals
    assert all(4_800 < total < 7_200 for total in totals)
    assert totals[-1] == 6_000


def test_a_run_that_was_stopped_judges_only_what_has_to_last(shelf: Shelf) -> None:
    """What is asked about the whole is not asked about a part: nobody is called, and the resumed run decides."""
    fill(shelf, range(0))
    asked = itertools.count()
    with serving(Server()) as server:
        few = {"name": "few", "when": "delivered_events < 6000", "webhook": server.url}
        settings = pipeline(shelf, "input", alerts=[few, RATE | {"for": "1h"}])
        stopped = run_pipeline("p", settings, should_stop=lambda: next(asked) == 3)
        resumed = run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert (stopped.ending, server.sent) == (Ending.INTERRUPTED, [])
    assert [alert.name for alert in stopped.alerts] == ["errors"]
    assert states(resumed) == [("few", AlertState.QUIET), ("errors", AlertState.QUIET)]


def test_two_alerts_do_not_have_one_name(shelf: Shelf) -> None:
    """Else one of them would be taken for the other."""
    with pytest.raises(ValidationError, match="there is another alert called `errors`"):
        pipeline(shelf, alerts=[RATE, RATE | {"action": "warn"}])
