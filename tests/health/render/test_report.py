from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.answers import make_facts, make_result
from tests.health.making import ScriptedProbe, answered, make_check, make_graph, unanswered
from tiktoktoe_cli.config.masking import MASKED, Mask
from tiktoktoe_cli.errors import ExitCode, Place
from tiktoktoe_cli.health import Effects, HealthFacts, HealthState, ServiceHealth
from tiktoktoe_cli.health.render import report_of
from tiktoktoe_cli.health.render.metrics import metrics_of
from tiktoktoe_cli.health.root_cause import explain
from tiktoktoe_cli.health.round import Round
from tiktoktoe_cli.health.runner import check_system
from tiktoktoe_cli.report import CaseOutcome, OutputFormat, Report, View, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.health import Observation
    from tiktoktoe_cli.health.probes.settings import ProbeSettings


def facts_of(needs: Mapping[str, Any], **seen: Observation) -> HealthFacts:
    """Check a system whose services were seen like this, one check each, without retries."""
    probe = ScriptedProbe([])
    by_address = {f"http://{name}/": observation for name, observation in seen.items()}

    async def look(probe: ProbeSettings, _timeout_ns: int, /) -> Observation:
        return by_address[probe.subject]

    checks = {
        name: [make_check(http={"url": f"http://{name}/"}, retries=0, warn=["status != 203"])]
        if name in seen
        else []
        for name in needs
    }
    return asyncio.run(check_system(Round(checks, make_graph(**needs)), Effects(look, probe.clock)))


def shop() -> Report:
    """Report on it."""
    return report_of(shop_facts())


def shop_facts() -> HealthFacts:
    """Check a shop in which one service fails, two cannot be reached and one is degraded."""
    needs = {
        "gateway": ["orders"],
        "orders": ["payments"],
        "payments": [],
        "catalog": [],
        "mail": [],
    }
    return facts_of(
        needs,
        gateway=answered(503),
        orders=answered(503),
        payments=unanswered(),
        catalog=answered(203),
    )


def test_the_verdict_names_the_cause() -> None:
    """One line says how many are healthy, who is the cause and what hangs on it."""
    report = shop()

    assert not report.ok
    assert report.verdict == (
        "0 of 4 services healthy; `payments` is the cause, 2 unreachable; `catalog` is degraded; 1 without a check"
    )


@pytest.mark.parametrize(
    ("needs", "seen", "verdict", "ok"),
    [
        ({"a": [], "b": []}, {"a": answered(), "b": answered()}, "2 of 2 services healthy", True),
        ({"a": []}, {"a": answered()}, "1 of 1 service healthy", True),
        ({"a": []}, {"a": answered(203)}, "0 of 1 service healthy; `a` is degraded", True),
        ({"a": []}, {"a": unanswered()}, "0 of 1 service healthy; `a` is unhealthy", False),
        (
            {"a": [], "b": [], "c": ["a"]},
            {"a": unanswered(), "b": unanswered(), "c": unanswered()},
            "0 of 3 services healthy; `a` is the cause, 1 unreachable; `b` is unhealthy",
            False,
        ),
        (
            dict.fromkeys("abcde", ()),
            dict.fromkeys("abcde", unanswered()),
            "0 of 5 services healthy; `a`, `b`, `c` and 2 more are unhealthy",
            False,
        ),
        (
            {"a": ["c"], "b": ["c"], "c": [], "d": []},
            {"a": answered(), "b": answered(), "c": unanswered(), "d": answered(203)},
            "0 of 4 services healthy; `c` is unhealthy; `d` is degraded; `a` and `b` are degraded because of `c`",
            False,
        ),
        (
            {"a": [], "b": []},
            {"a": answered(), "b": unanswered(is_ours=True)},
            "1 of 2 services healthy; 1 could not be checked: `b`",
            False,
        ),
        ({"a": []}, {}, "no service has a health check", False),
    ],
)
def test_every_ending_has_its_verdict(
    needs: dict[str, Any], seen: dict[str, Observation], verdict: str, *, ok: bool
) -> None:
    """All well, degraded, one cause, several causes, nothing checked: each has its line."""
    report = report_of(facts_of(needs, **seen))

    assert (report.verdict, report.ok) == (verdict, ok)


def test_rows_show_who_is_to_blame() -> None:
    """Each check has a row with its state in the light of the others."""
    rows = [(item["name"], item["state"], item["detail"]) for item in shop().items]

    assert rows == [
        (
            "gateway/api",
            "unreachable",
            "because of `payments`; `status >= 200 && status < 300` does not hold: `status` is 503",
        ),
        (
            "orders/api",
            "unreachable",
            "because of `payments`; `status >= 200 && status < 300` does not hold: `status` is 503",
        ),
        ("payments/api", "unhealthy", "it was refused"),
        ("catalog/api", "degraded", "`status != 203` does not hold: `status` is 203"),
    ]


def test_what_a_check_saw_under_a_secret_key_is_hidden() -> None:
    """Neither the words nor the data of a broken expectation show a token that a service gave away."""
    needs: dict[str, Any] = {"a": []}
    expect = ['body.token == "x"', "body.inner.size() == 0"]
    checks = {"a": (make_check(retries=0, expect=expect),)}
    seen = answered(200, {"token": "s3cret", "inner": {"api_key": "s3cret"}})
    facts = asyncio.run(
        check_system(
            Round(checks, make_graph(**needs)), Effects(ScriptedProbe([seen]), ScriptedProbe([]).clock)
        )
    )

    report = report_of(facts)

    for output in (OutputFormat.JSON, OutputFormat.WIDE, OutputFormat.NDJSON):
        shown = render(report, output, View(mask=Mask().line))
        assert MASKED in shown
        assert "s3cret" not in shown


def test_the_fields_of_a_row_are_an_interface() -> None:
    """Scripts read these keys: they change on purpose or not at all."""
    payments = shop().items[2]

    assert list(payments) == [
        "name",
        "service",
        "check",
        "kind",
        "state",
        "service_state",
        "latency_ms",
        "attempt_count",
        "passed_after_retry",
        "detail",
        "error",
        "cause",
        "affected",
        "timing",
        "expectations",
        "attempts",
        "parts",
        "certificates",
        "expires_at",
        "group",
        "target",
    ]
    assert payments["error"] == "refused"
    assert payments["latency_ms"] == 3.0
    assert payments["affected"] == ["gateway", "orders"]
    assert payments["timing"] == {"total_ms": 3.0}
    assert payments["expectations"] == [
        {
            "text": "status >= 200 && status < 300",
            "demand": "expect",
            "outcome": "no-value",
            "saw": {},
            "missing": "status",
            "reason": "no such variable: status",
        },
        {
            "text": "status != 203",
            "demand": "warn",
            "outcome": "no-value",
            "saw": {},
            "missing": "status",
            "reason": "no such variable: status",
        },
    ]


def test_the_summary_counts_states_and_lists_causes() -> None:
    """The summary answers without reading the rows."""
    summary = shop().summary

    assert summary["causes"] == [{"service": "payments", "affected": ["gateway", "orders"]}]
    assert {key: summary[key] for key in ("services", "healthy", "degraded", "unhealthy", "unreachable")} == {
        "services": 5,
        "healthy": 0,
        "degraded": 1,
        "unhealthy": 1,
        "unreachable": 2,
    }


def test_a_check_that_passes_keeps_its_state() -> None:
    """Only its service is degraded, and the verdict says because of whom."""
    report = report_of(facts_of({"a": ["b"], "b": []}, a=answered(), b=unanswered()))

    check = report.items[0]
    assert (check["state"], check["service_state"], check["detail"]) == ("healthy", "degraded", "")
    assert report.verdict == "0 of 2 services healthy; `b` is unhealthy; `a` is degraded because of `b`"


def test_a_cause_in_maintenance_is_named_as_such() -> None:
    """Only what the window names is excused; the rest fails, and everybody sees why."""
    states = {"a": HealthState.UNHEALTHY, "cache": HealthState.UNHEALTHY}
    services = {
        name: ServiceHealth(name, state, (make_result(state=state, detail="refused"),))
        for name, state in states.items()
    }
    needs: dict[str, Any] = {"a": ["cache"], "cache": []}

    report = report_of(HealthFacts(tuple(explain(services, make_graph(**needs), {"cache"}).values()), 0))

    assert report.verdict == (
        "0 of 2 services healthy; `cache`, which is in maintenance, is the cause, 1 unreachable; 1 in maintenance"
    )
    assert [(item["state"], item["detail"]) for item in report.items] == [
        ("unreachable", "because of `cache`, which is in maintenance; refused"),
        ("maintenance", "refused"),
    ]
    assert report.summary["causes"] == [{"service": "cache", "affected": ["a"]}]
    assert not report.ok


@pytest.mark.parametrize(
    ("states", "lenient", "strict"),
    [
        ("healthy skipped maintenance", ExitCode.YES, ExitCode.YES),
        ("healthy degraded", ExitCode.YES, ExitCode.NO),
        ("healthy error", ExitCode.UNFINISHED, ExitCode.UNFINISHED),
        ("degraded error", ExitCode.UNFINISHED, ExitCode.NO),
        ("error unhealthy", ExitCode.NO, ExitCode.NO),
        ("error unreachable", ExitCode.NO, ExitCode.NO),
        ("skipped", ExitCode.NO, ExitCode.NO),
    ],
)
def test_what_could_not_be_found_out_is_no_no(states: str, lenient: ExitCode, strict: ExitCode) -> None:
    """Where nothing is wrong but that a check could not be carried out, the code says so."""
    services = (ServiceHealth(word, HealthState(word), ()) for word in states.split())
    facts = HealthFacts(tuple(services), 0)

    assert (facts.exit_code(), facts.exit_code(strict=True)) == (lenient, strict)


def test_cases_know_where_their_checks_are_written() -> None:
    """An annotation leads to the line."""
    report = report_of(make_facts(), place=lambda service, check: Place(f"{service}.yaml", len(check), 1))

    assert report.cases[0].place == Place("gateway.yaml", 3, 1)


def test_metrics_tell_the_states_of_services_and_when_certificates_end() -> None:
    """As `/metrics` of a watch; of certificates only where they matter to the verdict."""
    metrics = {metric.name: metric for metric in metrics_of(make_facts())}

    held = [dict(one.labels) for one in metrics["tiktoktoe_service_state"].samples if one.value]
    assert {"service": "orders", "state": "unreachable"} in held
    assert len(held) == 7
    [expiry] = metrics["probe_ssl_earliest_cert_expiry"].samples
    assert dict(expiry.labels) == {"service": "payments", "check": "api", "kind": "http"}
    assert expiry.value == datetime(2026, 6, 3, 12, tzinfo=UTC).timestamp()


def test_test_reports_have_a_case_for_each_check() -> None:
    """Degraded passes, what cannot be reached failed, what could not be carried out is an error."""
    ours = report_of(facts_of({"a": []}, a=unanswered("invalid-url", is_ours=True)))

    assert [(case.group, case.name, case.outcome) for case in shop().cases] == [
        ("gateway", "api", CaseOutcome.FAILED),
        ("orders", "api", CaseOutcome.FAILED),
        ("payments", "api", CaseOutcome.FAILED),
        ("catalog", "api", CaseOutcome.PASSED),
    ]
    assert [case.outcome for case in ours.cases] == [CaseOutcome.ERROR]


def test_metrics_tell_success_duration_and_attempts() -> None:
    """Each check is a sample of each metric, labelled with its service, name and kind."""
    metrics = {metric.name: metric for metric in metrics_of(shop_facts())}

    success = {dict(sample.labels)["service"]: sample.value for sample in metrics["probe_success"].samples}
    assert success == {"gateway": 0, "orders": 0, "payments": 0, "catalog": 1}
    assert metrics["probe_duration_seconds"].samples[2].value == 0.003
    assert metrics["probe_attempts"].samples[0].value == 1
    assert dict(metrics["probe_phase_seconds"].samples[0].labels) == {
        "service": "gateway",
        "check": "api",
        "kind": "http",
        "phase": "connect",
    }


def test_degraded_can_be_told_from_healthy_in_metrics() -> None:
    """A check that passes, but not as it should, has a metric of its own."""
    metrics = {metric.name: metric for metric in metrics_of(shop_facts())}

    degraded = {dict(sample.labels)["service"]: sample.value for sample in metrics["probe_degraded"].samples}
    assert degraded == {"gateway": 0, "orders": 0, "payments": 0, "catalog": 1}


def test_names_are_those_of_services_each_once() -> None:
    """What `-o name` prints can be given to the command again."""
    names = render(shop(), OutputFormat.NAME, View())

    assert names.split() == ["gateway", "orders", "payments", "catalog"]


def test_wide_tables_show_the_phases_and_who_was_asked() -> None:
    """Whoever asks for more sees where the time went, and when the first certificate ends."""
    header, *rows = render(report_of(make_facts()), OutputFormat.WIDE, View()).splitlines()

    assert header.split() == [
        *("SERVICE", "CHECK", "STATE", "LATENCY", "ATTEMPTS", "KIND", "GROUP", "TARGET"),
        *("DNS", "CONNECT", "TLS", "TTFB", "TRANSFER", "EXPIRES", "DETAIL"),
    ]
    payments = next(row for row in rows if row.startswith("payments  api")).split()
    assert payments[3:14] == [
        *("400ms", "3", "http", "core", "http://10.0.0.4/health"),
        *("4ms", "16ms", "40ms", "320ms", "20ms", "2026-06-03T12:00:00+00:00"),
    ]


def test_programs_read_parts_and_certificates() -> None:
    """What a service says of its parts, and the chain as far as expectations read it."""
    payments = next(item for item in report_of(make_facts()).items if item["name"] == "payments/api")

    assert payments["parts"] == [
        {"name": "db", "state": "healthy", "detail": ""},
        {"name": "cache", "state": "unhealthy", "detail": "no connection to redis"},
    ]
    [certificate] = payments["certificates"]
    assert certificate["names"] == ["payments.example"]
    assert certificate["not_after"] == "2026-06-03T12:00:00+00:00"
    assert payments["passed_after_retry"] is True


def test_what_was_not_made_has_no_latency() -> None:
    """Zero would be the fastest answer of all."""
    mail = next(item for item in report_of(make_facts()).items if item["service"] == "mail")

    assert (mail["state"], mail["latency_ms"]) == ("skipped", None)


def test_the_summary_rolls_up_checks_groups_and_phases() -> None:
    """A group is as its worst service; each phase names the check that spent most in it."""
    summary = report_of(make_facts()).summary

    assert isinstance(summary["groups"], list)
    assert [(one["group"], one["state"], one["services"]) for one in summary["groups"]] == [
        ("edge", "unreachable", 1),
        ("core", "unhealthy", 3),
    ]
    assert isinstance(summary["checks"], dict)
    assert {state: count for state, count in summary["checks"].items() if count} == {
        "skipped": 1,
        "healthy": 2,
        "maintenance": 1,
        "degraded": 1,
        "unreachable": 2,
        "unhealthy": 1,
    }
    assert summary["slowest"] == {
        phase: {"name": "payments/api", "ms": spent}
        for phase, spent in (
            ("dns", 4),
            ("connect", 16),
            ("tls", 40),
            ("ttfb", 320),
            ("transfer", 20),
            ("total", 400),
        )
    }
    assert summary["partial"] is False
