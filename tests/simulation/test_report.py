"""A simulation's facts become rows, cases and metrics."""

import json
from dataclasses import replace

import pytest

from tests.simulation.systems import FAST, SECOND, policy, service, simulate
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.report import OutputFormat, View, render
from tiktoktoe_cli.report.facts import CaseOutcome
from tiktoktoe_cli.simulation import report_of

PAIR = (service("gateway", calls=("payments",)), service("payments", FAST))
FACTS = simulate(
    PAIR,
    {"default": policy({"retry": {}}, {"circuit_breaker": {}})},
    policy="default",
    replications=2,
    faults=[{"at": "2s", "for": "1s", "on": "payments", "error_rate": "100%"}],
    **{"assert": ["offered > 90.0", "success_rate > 0.99", 'recovery_time < duration("30s")']},
)


def test_an_assertion_is_a_case_with_what_was_measured() -> None:
    """What holds passes, what does not fails, and what has no value is an error, never a pass."""
    report = report_of(FACTS)

    outcomes = [case.outcome for case in report.cases]
    assert outcomes == [CaseOutcome.PASSED, CaseOutcome.FAILED, CaseOutcome.ERROR]
    assert report.cases[0].message == "offered is 99.9/s (99.9/s to 99.9/s)"
    assert report.cases[2].message == "recovery_time has no value"
    assert not report.ok


def test_a_case_stands_where_its_assertion_is_written() -> None:
    """The place of the n-th assertion is asked for and passed on."""
    report = report_of(FACTS, lambda *path: Place("/".join(map(str, path)), 1, 1))

    assert [case.place and case.place.file for case in report.cases][1] == "simulations/test/assert/1"


def test_an_assertion_that_does_not_hold_is_a_problem() -> None:
    """A person reads which assertion failed, and what was measured instead."""
    broken, undecided = report_of(FACTS).problems

    assert (broken.code, undecided.code) == ("assertion-broken", "assertion-undecided")
    assert broken.message.startswith("`success_rate > 0.99` does not hold: success_rate is ")
    assert undecided.message.endswith("cannot be decided: recovery_time has no value")


def test_the_verdict_tells_what_matters_first() -> None:
    """How many assertions hold, and the measures that have a value."""
    verdict = report_of(FACTS).verdict

    assert verdict.startswith("test: 1 of 3 assertions hold; ")
    assert "p99 1ms, amplification 1." in verdict
    assert "recovered" not in verdict


def test_each_assertion_is_a_row_with_its_measure() -> None:
    """What holds is seen as well as what does not, before anything else."""
    items = report_of(FACTS).items[:3]

    assert [(item["name"], item["kind"], item["outcome"]) for item in items] == [
        ("offered > 90.0", "assertion", "held"),
        ("success_rate > 0.99", "assertion", "broken"),
        ('recovery_time < duration("30s")', "assertion", "undecided"),
    ]
    assert items[0]["measured"] == "offered is 99.9/s (99.9/s to 99.9/s)"


def test_each_pair_of_services_is_a_row() -> None:
    """The row tells how the calls ended and how long the breaker was open."""
    *_, item = report_of(FACTS).items

    assert (item["name"], item["kind"], item["openings"]) == ("gateway->payments", "call", 1.0)
    opened_ns = [
        call.transitions[0].at_ns for run in FACTS.replications for call in run.calls if call.transitions
    ]
    assert len(opened_ns) == 2
    assert item["open_share"] == pytest.approx(1 - sum(opened_ns) / 2 / (10 * SECOND))


def test_answers_of_fallbacks_and_rejections_are_told() -> None:
    """A person reads how many requests rest on a fallback, a script finds which layer turned calls away."""
    facts = simulate(
        PAIR,
        {"default": policy({"fallback": {"value": 1, "on": ["error"]}}, {"bulkhead": {"max_concurrent": 1}})},
        policy="default",
        traffic={"gateway": {"constant": "1600/s"}},
        duration="2s",
        faults=[{"at": "1s", "for": "1s", "on": "payments", "kill": True}],
    )

    report = report_of(facts)

    (item,) = report.items
    assert facts.replications[0].good == 799  # before the fault every other one of 1,599 finds a place
    assert item["rejected_by"] == {"bulkhead": 799}
    assert item["fallbacks"] == 1 + 1600  # what is under way when the fault begins, and all that comes then
    assert "50.05% were answered with a fallback" in report.verdict
    assert "fallback" not in report_of(FACTS).verdict


def test_all_rows_have_the_same_keys() -> None:
    """Scripts that read rows find every column in each."""
    assert len({frozenset(item) for item in report_of(FACTS).items}) == 1


def test_a_person_sees_every_assertion_and_its_measure() -> None:
    """The default table shows them without asking for more."""
    table = render(report_of(FACTS), OutputFormat.TABLE, View())

    for one in FACTS.assertions:
        assert one.text in table
        assert one.measured in table


def test_the_summary_is_plain_json() -> None:
    """Everything in it can be written as JSON, with units in the names of what has one."""
    summary = json.loads(json.dumps(report_of(FACTS).summary))

    assert set(summary["measures"]) >= {"success_rate", "offered_per_s", "latency_p99_ms", "time_to_open_ms"}
    assert len(summary["timeline"]) == 10
    assert summary["transitions"][0]["cause"] == "failure rate"


def test_measures_are_metrics_in_base_units() -> None:
    """Times are exported in seconds."""
    metrics = {metric.name: metric for metric in report_of(FACTS).metrics}

    assert metrics["simulation_latency_p50_seconds"].samples[0].value == 0.001
    assert metrics["simulation_success_rate"].samples[0].labels == (("scenario", "test"),)


def test_a_stopped_run_says_so() -> None:
    """The verdict gives the reason, and the answer is not yes."""
    report = report_of(replace(FACTS, stopped="it was interrupted"))

    assert (report.ok, report.verdict) == (False, "test was stopped: it was interrupted")
    assert report.problems == ()
