"""What a person and a machine are told about a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import Place, Severity
from tiktoktoe_cli.replay import report_of, run_pipeline
from tiktoktoe_cli.report import CaseOutcome, ReportKind, View, render_report

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay import ReplayFacts

TIME = "2026-03-02T08:00:00Z"


def at_path(*path: str | int) -> Place:
    """Say which path was asked for."""
    return Place("/".join(map(str, path)), 1, 1)


@pytest.fixture
def facts(shelf: Shelf) -> ReplayFacts:
    """Return a run with one of everything."""
    event = {"time": TIME, "source": "/a", "id": "1", "n": 1}
    shelf.events(event, event, {"n": 1}, {"time": TIME})
    shelf.put("b.ndjson", "\n")
    alerts = [
        {"name": "errors", "when": "error_rate > 0.2"},
        {"name": "odd", "when": "delivered_events / duplicates > 5"},
        {"name": "many", "when": "dead_letters > 0", "action": "warn"},
    ]
    settings = shelf.settings(
        stages=[{"dedupe": {}}],
        routing=[{"when": "n > 0", "to": ["all"]}, {"to": []}],
        monitoring={"alerts": alerts, "metrics": ["processed_events", "enrichment_latency"]},
    )
    ticks = iter([0])  # the run begins; all that is asked later is 400 ms after it
    return run_pipeline("orders", settings, clock=lambda: next(ticks, 400_000_000))


def test_the_verdict_says_it_all_in_one_line(facts: ReplayFacts) -> None:
    """One line has the counts that are not nothing, the time, and the alerts."""
    report = report_of(facts)

    assert report.verdict == (
        "4 events: 1 delivered to 1 destination, 1 dead letter, 1 duplicate, 1 filtered in 400ms; "
        "alerts `errors` and `many`"
    )
    assert not report.ok


def test_every_stage_and_output_is_a_row(facts: ReplayFacts) -> None:
    """The table adds up: what a stage lets out is what the next one takes in."""
    rows = [
        tuple(item[key] for key in ("name", "kind", "in", "out", "dead", "dropped"))
        for item in report_of(facts).items
    ]

    assert rows == [
        ("input", "stage", 5, 3, 1, 1),
        ("dedupe", "stage", 3, 2, 0, 1),
        ("delivery", "stage", 2, 1, 0, 1),
        ("all", "destination", 1, None, None, None),
        ("dead_letter", "dead-letters", 1, None, None, None),
    ]


def test_tells_what_each_rule_took_and_how_large_the_outputs_are(shelf: Shelf) -> None:
    """A machine reads which rule took how many events, and what a destination holds in bytes."""
    shelf.events({"time": TIME, "n": 1}, {"time": TIME, "n": 0}, {"time": TIME})
    routing = [{"when": "n > 0", "to": ["all"]}, {"to": []}]

    report = report_of(run_pipeline("orders", shelf.settings(routing=routing)))

    assert report.summary["rules"] == [
        {"when": "n > 0", "to": ["all"], "matched": 1, "errors": 1},
        {"when": None, "to": [], "matched": 2, "errors": 0},
    ]
    sizes = {item["name"]: item["size_bytes"] for item in report.items if "size_bytes" in item}
    assert sizes == {"all": len(shelf.bytes_of("all"))}


def test_a_rule_that_had_no_value_is_a_warning(shelf: Shelf) -> None:
    """Routing by a field that is missing is seen at the rule, though the event went on; the hint says how to ask."""
    shelf.events({"time": TIME, "data": {}})
    routing = [{"when": "data.n > 0", "to": ["all"]}, {"to": []}]

    [problem] = report_of(run_pipeline("orders", shelf.settings(routing=routing)), at_path).problems

    assert (problem.code, problem.severity) == ("rule-without-value", "warning")
    assert problem.message == "the rule `data.n > 0` had no value for 1 event: no such key: n"
    assert problem.hint == "they went on to the next rule; guard the rule: `has(data.n) && ...`"
    assert problem.place
    assert problem.place.file == "pipelines/orders/routing/0/when"


def test_a_rule_that_met_a_null_is_told_to_ask_for_the_null(shelf: Shelf) -> None:
    """`has(...)` of a field of null is an error itself, so it would be the wrong advice."""
    shelf.events({"time": TIME, "data": {"who": None}})
    routing = [{"when": 'data.who.plan == "pro"', "to": ["all"]}, {"to": []}]

    [problem] = report_of(run_pipeline("orders", shelf.settings(routing=routing))).problems

    assert problem.hint == "they went on to the next rule; guard the rule: `data.who != null && ...`"


def test_a_rule_that_met_another_type_gets_no_guard(shelf: Shelf) -> None:
    """No guard would help against a text where a number should be."""
    shelf.events({"time": TIME, "n": "x"})
    routing = [{"when": "n > 0", "to": ["all"]}, {"to": []}]

    [problem] = report_of(run_pipeline("orders", shelf.settings(routing=routing))).problems

    assert problem.hint == "they went on to the next rule"


def test_an_alert_that_fires_is_a_problem_where_it_is_written(facts: ReplayFacts) -> None:
    """Whoever gets the exit code 1 reads which condition held, and what was measured."""
    problems = [problem for problem in report_of(facts, at_path).problems if problem.code == "alert"]

    assert [(problem.message, problem.severity) for problem in problems] == [
        ("the alert `errors` fires: `error_rate > 0.2` holds: error_rate is 25.00%", "error"),
        ("the alert `many` fires: `dead_letters > 0` holds: dead_letters is 1", "warning"),
    ]
    assert [problem.place and problem.place.file for problem in problems] == [
        "pipelines/orders/monitoring/alerts/0/when",
        "pipelines/orders/monitoring/alerts/2/when",
    ]


def test_alerts_are_cases(facts: ReplayFacts) -> None:
    """A test report has the run and each of its alerts."""
    cases = [(case.name, case.outcome) for case in report_of(facts).cases]

    assert cases == [
        ("replay", CaseOutcome.PASSED),
        ("alert errors", CaseOutcome.FAILED),
        ("alert odd", CaseOutcome.PASSED),
        ("alert many", CaseOutcome.PASSED),
    ]


def test_metrics_are_those_that_monitoring_names(facts: ReplayFacts) -> None:
    """The metrics of the YAML are written as OpenMetrics."""
    text = render_report(report_of(facts), ReportKind.OPENMETRICS, View())

    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[0] == 'replay_processed_events_total{pipeline="orders"} 4'
    assert lines[-3:] == [
        'replay_enrichment_latency_seconds_bucket{pipeline="orders",le="+Inf"} 0',
        'replay_enrichment_latency_seconds_sum{pipeline="orders"} 0',
        'replay_enrichment_latency_seconds_count{pipeline="orders"} 0',
    ]


def test_a_run_that_was_cut_short_points_to_what_is_there(shelf: Shelf) -> None:
    """Paths in the report are those of the files as they are now, and the invalid event is a problem."""
    shelf.events({"time": TIME, "n": 1})
    stages = [{"validation": {"cloudevents": "strict", "error_handling": "fail"}}]

    report = report_of(run_pipeline("orders", shelf.settings(stages=stages), clock=lambda: 0))

    partial = f"{shelf.folder}/out/dead.ndjson.partial"
    assert report.verdict == (
        "stopped at an invalid event: 1 event: 0 delivered to 1 destination, 1 dead letter in 0s"
    )
    assert report.items[-1]["detail"] == f"{partial} (1 invalid)"
    assert report.next_steps == (f"head -n 1 {partial}",)
    assert report.problems[0].message.startswith(
        f"`{shelf.folder}/a.ndjson:1` is not valid: `id` is required; "
    )
    assert [case.outcome for case in report.cases] == [CaseOutcome.FAILED]


def test_an_input_without_events_is_told(shelf: Shelf) -> None:
    """An empty file is no failure, and no silence either: the outputs are empty now, and the report says why."""
    shelf.put("a.ndjson", b"\n\n")

    report = report_of(run_pipeline("orders", shelf.settings(), clock=lambda: 0))

    assert report.ok
    assert [(one.code, one.severity) for one in report.problems] == [("input-empty", Severity.WARNING)]
    assert f"`{shelf.folder}/a.ndjson`" in report.problems[0].message
