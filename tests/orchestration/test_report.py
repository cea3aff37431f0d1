"""How a plan and a run read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from signal import SIGHUP, SIGINT, SIGTERM, Signals

import pytest

from tests.orchestration.plans import optional, plan, service
from tiktoktoe_cli.errors import ExitCode, Place, Problem, Severity
from tiktoktoe_cli.graph import Condition
from tiktoktoe_cli.orchestration.facts import JobFacts, OrchestrationFacts, ServiceFacts
from tiktoktoe_cli.orchestration.plan import Wait
from tiktoktoe_cli.orchestration.report import report_of
from tiktoktoe_cli.orchestration.states import JobKind, JobState, Role, ServiceState
from tiktoktoe_cli.report import Case, CaseOutcome, OutputFormat, Report, View, render
from tiktoktoe_cli.report.openmetrics import draw_openmetrics

PLACE = Place("tiktoktoe.yaml", 12, 3)
STORE = ServiceFacts(
    "store",
    Role.STARTED,
    ServiceState.STOPPED,
    ServiceState.HEALTHY,
    started_at_s=0.0,
    healthy_after_s=0.5,
    stopped_in_s=0.1,
    place=PLACE,
)
CORE = replace(STORE, name="core", waits=(Wait("store"),), started_at_s=0.5, healthy_after_s=1.5)
FAILED = ServiceFacts(
    "core",
    Role.STARTED,
    ServiceState.FAILED,
    waits=(Wait("store"),),
    started_at_s=0.5,
    reason="exited with 1 before it was healthy",
    output=("no database", "giving up"),
    place=PLACE,
)
EDGE_SKIPPED = ServiceFacts(
    "edge", Role.STARTED, ServiceState.SKIPPED, reason="the run ended before its turn"
)
REPLAY = JobFacts("orders", JobKind.REPLAY, JobState.DONE, "3 events: 3 delivered", 2.0, 4.0)


def run_of(
    *services: ServiceFacts,
    jobs: tuple[JobFacts, ...] = (),
    failure: str | None = None,
    interruption: Signals | None = None,
    is_forced: bool = False,
) -> OrchestrationFacts:
    """Make the facts of a run that settled after 2.1 s and stopped in 0.4 s."""
    return OrchestrationFacts(
        services=services,
        jobs=jobs,
        started_at=datetime(2026, 1, 1, tzinfo=UTC),
        duration_s=6.5,
        stopped_in_s=0.4,
        settled_in_s=None if failure or interruption else 2.1,
        failure=failure,
        interruption=interruption,
        is_forced=is_forced,
    )


GOOD = run_of(STORE, CORE, jobs=(REPLAY,))
BAD = run_of(STORE, FAILED, EDGE_SKIPPED, failure="`core` exited with 1 before it was healthy")


def test_a_good_run_ends_with_counts_and_times() -> None:
    """What became healthy in what time, what was done, and that all is stopped."""
    report = report_of(GOOD)

    assert report.ok
    assert report.verdict == "2 services healthy in 2.1s; 1 job done; all stopped in 400ms"


def test_a_run_tells_what_was_not_quite_healthy() -> None:
    """Degraded, unchecked and optional services that failed are counted apart."""
    degraded = replace(CORE, reached=ServiceState.DEGRADED)
    lost = replace(FAILED, name="nice", is_essential=False)

    report = report_of(run_of(STORE, degraded, lost))

    assert report.ok
    assert report.verdict == "1 service healthy, 1 degraded, 1 failed in 2.1s; all stopped in 400ms"


def test_a_service_that_was_healthy_and_died_is_not_called_healthy() -> None:
    """How well it was before is no longer news."""
    died = replace(CORE, state=ServiceState.FAILED, is_essential=False, reason="was ended by SIGSEGV")

    report = report_of(run_of(STORE, died))

    assert report.verdict == "1 service healthy, 1 failed in 2.1s; all stopped in 400ms"
    assert report.items[1]["result"] == "failed"
    assert report.summary["services"] == {"failed": 1, "healthy": 1}


def test_a_failure_is_the_verdict() -> None:
    """The last line names the cause, not its consequences."""
    report = report_of(BAD)

    assert not report.ok
    assert report.verdict == "`core` exited with 1 before it was healthy; all stopped in 400ms"


def test_a_failed_service_is_a_problem_at_its_place_with_its_last_words() -> None:
    """What it printed last stands under what happened to it."""
    (problem,) = report_of(BAD).problems

    message = "`core` exited with 1 before it was healthy; the last it printed:\nno database\ngiving up"
    assert problem == Problem("service-failed", message, PLACE, None, Severity.ERROR)


def test_an_optional_failure_is_a_warning() -> None:
    """The run went on without it."""
    (problem,) = report_of(run_of(STORE, replace(FAILED, is_essential=False))).problems

    assert problem.severity is Severity.WARNING


def test_an_optional_failure_is_a_skipped_case_with_its_reason() -> None:
    """The exit code is 0, so a test report must not count a failure; it tells why nothing was passed."""
    report = report_of(run_of(STORE, replace(FAILED, is_essential=False)))

    assert [(case.name, case.outcome, case.message) for case in report.cases] == [
        ("store", CaseOutcome.PASSED, ""),
        ("core", CaseOutcome.SKIPPED, "exited with 1 before it was healthy"),
    ]


def test_a_service_that_had_to_be_killed_is_a_warning() -> None:
    """It is over, but not as it should be."""
    killed = replace(STORE, reason="ignored SIGTERM for 5s and was killed", output=("busy",))

    (problem,) = report_of(run_of(killed)).problems

    assert (problem.code, problem.severity) == ("service-killed", Severity.WARNING)
    assert problem.message == "`store` ignored SIGTERM for 5s and was killed; the last it printed:\nbusy"


def test_a_service_that_still_runs_is_not_called_stopped() -> None:
    """The last line does not claim more than is true."""
    stuck = replace(STORE, state=ServiceState.FAILED, is_stuck=True, reason="does not end")

    report = report_of(run_of(stuck, CORE, failure="`store` does not end"))

    assert report.verdict == "`store` does not end; all but `store` stopped in 400ms"


def test_jobs_are_counted_by_their_answers() -> None:
    """Done, no, and never begun are three things."""
    no = replace(REPLAY, name="refunds", state=JobState.NO, verdict="an alert")
    skipped = replace(REPLAY, name="returns", state=JobState.SKIPPED)

    report = report_of(run_of(STORE, jobs=(REPLAY, no, skipped)))

    jobs = "1 job done, 1 job answered no, 1 job skipped"
    assert report.verdict == f"1 service healthy in 2.1s; {jobs}; all stopped in 400ms"


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (GOOD, ExitCode.YES),
        (run_of(STORE, jobs=(replace(REPLAY, state=JobState.NO),)), ExitCode.NO),
        (BAD, ExitCode.UNFINISHED),
        (run_of(STORE, interruption=SIGINT, failure="`core` died"), ExitCode.INTERRUPTED),
        (run_of(STORE, interruption=SIGTERM), ExitCode.TERMINATED),
        (run_of(STORE, interruption=SIGHUP), ExitCode.TERMINATED),
    ],
)
def test_the_exit_code_follows_from_the_facts(facts: OrchestrationFacts, code: ExitCode) -> None:
    """The user's signal comes first, then what stood in the way, then the answers."""
    assert facts.exit_code is code
    assert report_of(facts).ok is (code is ExitCode.YES)


def test_an_interrupted_run_says_so() -> None:
    """The verdict names the signal and what was done."""
    report = report_of(run_of(STORE, jobs=(REPLAY,), interruption=SIGINT))

    assert report.verdict == "ended by SIGINT; 1 job done; all stopped in 400ms"


def test_a_forced_end_is_one_line() -> None:
    """What the user ordered is not reported as the failure of a job or a service."""
    abandoned = replace(REPLAY, state=JobState.UNFINISHED, verdict="was abandoned")

    report = report_of(run_of(STORE, jobs=(abandoned,), interruption=SIGINT, is_forced=True))

    assert report.verdict == "ended by force, after a second signal; 1 job unfinished; all stopped in 400ms"
    assert report.problems == ()


def test_a_job_brings_its_own_cases_and_problems() -> None:
    """Assertions and alerts of a job are counted like its own command counts them."""
    inner = Report(
        "replay run", ok=False, verdict="an alert", problems=(Problem("alert", "too many errors"),),
        cases=(Case("orders", "error_rate", CaseOutcome.FAILED),), summary={"events": 3},
    )  # fmt: skip
    job = replace(REPLAY, state=JobState.NO, report=inner)

    report = report_of(run_of(STORE, jobs=(job,)))

    assert [(case.group, case.name, case.outcome) for case in report.cases] == [
        ("services", "store", CaseOutcome.PASSED),
        ("replay", "orders", CaseOutcome.FAILED),
        ("orders", "error_rate", CaseOutcome.FAILED),
    ]
    assert [problem.code for problem in report.problems] == ["alert"]
    assert report.items[1]["summary"] == {"events": 3}


def test_cases_tell_failed_from_skipped() -> None:
    """An essential failure is an error, an optional one and what never began are skipped."""
    lost = replace(FAILED, name="nice", is_essential=False)
    assumed = ServiceFacts("given", Role.ASSUMED, ServiceState.ASSUMED)

    cases = report_of(run_of(STORE, FAILED, EDGE_SKIPPED, lost, assumed, failure="`core` died")).cases

    assert [(case.name, case.outcome.value) for case in cases] == [
        ("store", "passed"),
        ("core", "error"),
        ("edge", "skipped"),
        ("nice", "skipped"),
        ("given", "passed"),
    ]


def test_the_table_shows_services_and_jobs_in_one() -> None:
    """One row for each, with times as a person reads them."""
    text = render(report_of(GOOD), OutputFormat.TABLE, View())

    assert text == (
        "NAME    KIND     RESULT   BEGAN_AT   TOOK  NOTE\n"
        "store   service  healthy        0s  500ms  <none>\n"
        "core    service  healthy     500ms   1.5s  <none>\n"
        "orders  replay   done           2s     4s  3 events: 3 delivered\n"
    )


def test_a_plan_reads_as_what_waits_for_what() -> None:
    """Conditions, limits and duties of each wait are told."""
    waits = Wait("nice", Condition.STARTED, required=False, timeout_ns=10_000_000_000)
    drawn = plan(service("store"), optional("nice"), service("core", "store", waits))

    report = report_of(drawn)

    assert report.items[2]["waits_for"] == [
        {"name": "store", "condition": "healthy", "required": True, "timeout_s": None},
        {"name": "nice", "condition": "started", "required": False, "timeout_s": 10.0},
    ]
    assert render(report, OutputFormat.TABLE, View()) == (
        "SERVICE  WAVE  ROLE     ESSENTIAL  WAITS_FOR\n"
        "store       1  started  true       <none>\n"
        "nice        1  started  false      <none>\n"
        "core        1  started  true       store is healthy, nice is started (optional, at most 10s)\n"
    )
    assert report.verdict == "3 services to start, the longest chain has 1 link"
    assert report.summary["strategy"] == "event_driven"
    assert report.summary["on_failure"] == "rollback"


def test_a_run_says_in_the_same_words_what_was_waited_for() -> None:
    """Who reads the JSON of a plan can read that of a run."""
    items = report_of(GOOD).items

    assert items[0]["waits_for"] == []
    assert items[1]["waits_for"] == [
        {"name": "store", "condition": "healthy", "required": True, "timeout_s": None}
    ]


def test_metrics_tell_who_was_not_healthy() -> None:
    """A failed and a skipped service are 0, not absent; one that nobody looked at is left out."""
    assumed = ServiceFacts("given", Role.ASSUMED, ServiceState.ASSUMED)
    facts = run_of(STORE, FAILED, EDGE_SKIPPED, assumed, failure="`core` died")

    text = draw_openmetrics(report_of(facts), View())

    assert [line for line in text.splitlines() if line.startswith("orchestration_service_healthy{")] == [
        'orchestration_service_healthy{service="store"} 1.0',
        'orchestration_service_healthy{service="core"} 0.0',
        'orchestration_service_healthy{service="edge"} 0.0',
    ]
