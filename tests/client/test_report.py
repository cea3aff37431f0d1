"""What a machine and a person are told about an errand."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.client.errands import (
    ALL,
    ANSWERED,
    CANCELLED,
    FAILED,
    FALLBACK,
    GOOD,
    HEDGE,
    HI,
    REFUSED,
    TURNED_AWAY,
    UNANSWERED,
    UNEXPECTED,
    errand,
    one,
)
from tiktoktoe_cli.client.facts import Content, Ending
from tiktoktoe_cli.client.picture import draw_errand
from tiktoktoe_cli.client.report import report_of, request_item
from tiktoktoe_cli.errors import Place
from tiktoktoe_cli.report import OutputFormat, ReportKind, View, render, render_report

ATTEMPT_KEYS = {
    "name",
    "kind",
    "request",
    "at_ms",
    "outcome",
    "cause",
    "reason",
    "status",
    "attempt",
    "hedge",
    "wait_ms",
    "wait_reason",
    "timing",
    "detail",
    "error",
    "retry_after_ms",
}
REQUEST_KEYS = {
    "name",
    "kind",
    "request",
    "at_ms",
    "outcome",
    "cause",
    "reason",
    "status",
    "attempts",
    "wait_ms",
    "timing",
    "detail",
    "age_ms",
    "headers",
    "body",
}
SUMMARY = {
    "name": "charge",
    "method": "POST",
    "url": "http://payments:8080/",
    "destination": "payments:8080",
    "policy": "default",
    "asked_for": 9,
    "requests": 6,
    "answered": 1,
    "fallback": 1,
    "unexpected": 1,
    "rejected": 1,
    "unanswered": 1,
    "cancelled": 1,
    "success_rate": 1 / 6,
    "causes": {"error": 3, "breaker": 1, "cancelled": 1},
    "reasons": {"status": 2, "refused": 1, "breaker": 1, "cancelled": 1},
    "attempts": 6,
    "stopped": True,
    "elapsed_s": 2.0,
    "requests_per_s": 3.0,
    "response_time_ms": {"p50": 240.0, "p95": 240.0, "p99": 240.0},
    "policies": [
        {
            "policy": "default",
            "destination": "payments:8080",
            "calls": 5,
            "attempts": 6,
            "successes": 2,
            "fallbacks": 1,
            "failures": {"error": 2, "breaker": 1},
            "success_time_ms": {"p50": 1.0, "p95": 1.0, "p99": 1.0},
            "failure_time_ms": None,
            "layers": [
                {"kind": "retry", "retries": 1, "rejected": 0, "budget_level": None},
                {
                    "kind": "circuit_breaker",
                    "state": "open",
                    "in_state_ms": 50.0,
                    "succeeded": 0,
                    "failed": 1,
                    "late": 0,
                    "released": 0,
                    "not_permitted": 1,
                    "window": {"calls": 0, "failures": 0, "slow": 0},
                    "success_rate": 0.0,
                    "failure_rate": None,
                    "slow_call_rate": None,
                    "response_time_ms": {"p50": 20.0, "p95": 20.0, "p99": 20.0},
                },
            ],
        }
    ],
}


def test_the_json_is_an_interface() -> None:
    """Each key is there, under the name that scripts know."""
    document = json.loads(render(report_of(errand(*ALL, repeat=9, stopped=True)), OutputFormat.JSON, View()))

    assert (document["command"], document["ok"]) == ("request send", False)
    assert document["summary"] == SUMMARY
    kinds = [(item["request"], item["kind"]) for item in document["items"]]
    assert kinds == [
        *((1, kind) for kind in ("attempt", "attempt", "request")),
        *((2, kind) for kind in ("attempt", "request")),
        *((3, kind) for kind in ("attempt", "transition", "request")),
        *((4, kind) for kind in ("rejection", "request")),
        *((5, kind) for kind in ("attempt", "request")),
        *((6, kind) for kind in ("attempt", "request")),
    ]
    for item in document["items"]:
        assert item.keys() == (REQUEST_KEYS if item["kind"] == "request" else ATTEMPT_KEYS)


def test_an_attempt_has_its_phases_in_milliseconds() -> None:
    """What there was none of is left out; of one that was given up only the sum is known."""
    first, second, request, refused, _, abandoned, _ = report_of(
        errand(ANSWERED, one(2, Ending.UNANSWERED, REFUSED), CANCELLED)
    ).items

    assert first["timing"] == {
        "dns_ms": 1.0,
        "connect_ms": 2.0,
        "ttfb_ms": 15.0,
        "transfer_ms": 2.0,
        "total_ms": 20.0,
    }
    assert (first["retry_after_ms"], first["error"]) == (1_000.0, None)
    assert (second["wait_ms"], second["wait_reason"]) == (200.0, "backoff")
    assert (request["timing"], request["body"]) == ({"total_ms": 240.0}, {"ok": True})
    assert (refused["error"], refused["status"]) == ("refused", None)
    assert abandoned["timing"] == {"total_ms": 5_000.0}


@pytest.mark.parametrize(
    ("requests", "repeat", "verdict"),
    [
        ((ANSWERED,), 1, "`charge` was answered 200 after 2 attempts in 240ms"),
        (
            (FALLBACK,),
            1,
            "`charge` was answered by the fallback in 240ms: `http://payments:8080/` answered 503 Service Unavailable",
        ),
        ((TURNED_AWAY,), 1, "`charge` was rejected in 1ms: the circuit is open"),
        ((UNANSWERED,), 1, "`charge` was not answered in 240ms: `payments:8080` refused the connection"),
        ((CANCELLED,), 1, "`charge` was given up in 240ms: stopped"),
        (
            ALL,
            9,
            (
                "6 requests: 1 answered, 1 answered by the fallback, 1 answered unexpectedly, 1 rejected, "
                "1 not answered, 1 given up (status 2, breaker 1, refused 1, cancelled 1) in 2s"
            ),
        ),
        ((), 9, "0 requests: nothing was sent in 2s"),
    ],
)
def test_the_verdict_says_it_all_in_one_line(requests: tuple[object, ...], repeat: int, verdict: str) -> None:
    """How it ended, after how many attempts, in what time, and why not otherwise."""
    assert report_of(errand(*requests, repeat=repeat)).verdict == verdict  # type: ignore[arg-type]  # requests


def test_an_errand_that_was_stopped_is_no_success() -> None:
    """It says first how far it came, and a test report has an error for what is missing."""
    report = report_of(errand(ANSWERED, CANCELLED, repeat=9, stopped=True))

    suites = ET.fromstring(render_report(report, ReportKind.JUNIT, View()))
    assert report.verdict.startswith("stopped after 1 of 9 requests: 2 requests: ")
    assert (suites.get("tests"), suites.get("errors"), suites.get("skipped")) == ("3", "1", "1")


def test_good_answers_to_some_of_the_requests_are_not_enough() -> None:
    """Where the user stopped it the rest is unknown."""
    stopped = report_of(errand(ANSWERED, repeat=9, stopped=True))
    complete = report_of(errand(ANSWERED, repeat=1))

    assert (stopped.ok, complete.ok) == (False, True)


def test_a_remark_on_a_request_stands_at_its_place() -> None:
    """GitHub shows it beside the line of the YAML."""
    facts = errand(UNEXPECTED)
    facts = replace(facts, errand=replace(facts.errand, place=Place("tiktoktoe.yaml", 7, 3)))

    text = render_report(report_of(facts), ReportKind.GITHUB, View())

    assert text.startswith("::error title=charge%3A request 3,file=tiktoktoe.yaml,line=7,col=3::")


def test_every_request_is_a_case() -> None:
    """Something else than expected is a failure, no answer an error, a stop neither."""
    root = ET.fromstring(render_report(report_of(errand(*ALL, repeat=9)), ReportKind.JUNIT, View()))

    (suite,) = root
    assert (suite.get("name"), suite.get("timestamp")) == ("charge", "2026-03-02T08:00:00+00:00")
    found = [(case.get("name"), [inner.tag for inner in case]) for case in suite]
    assert found == [
        ("request 1", []),
        ("request 2", ["failure"]),
        ("request 3", ["failure"]),
        ("request 4", ["error"]),
        ("request 5", ["error"]),
        ("request 6", ["skipped"]),
    ]


def test_the_metrics_can_be_scraped() -> None:
    """Prometheus' own parser reads them; the histogram leaves out what was given up."""
    text = render_report(report_of(errand(*ALL, repeat=9)), ReportKind.OPENMETRICS, View())

    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    name, where = ("request", "charge"), (("destination", "payments:8080"), ("policy", "default"))
    assert samples["tiktoktoe_requests_total", ("outcome", "fallback"), name] == 1
    assert samples["tiktoktoe_request_attempts_total", name] == 6
    assert samples["tiktoktoe_request_duration_seconds_bucket", ("le", "0.1"), name] == 0
    assert samples["tiktoktoe_request_duration_seconds_bucket", ("le", "0.25"), name] == 4
    assert samples["tiktoktoe_request_duration_seconds_count", name] == 4
    assert samples["tiktoktoe_request_duration_seconds_sum", name] == pytest.approx(0.96)
    assert samples["tiktoktoe_request_retries_total", *where] == 1
    assert samples["tiktoktoe_breaker_rejections_total", *where] == 1
    assert samples["tiktoktoe_breaker_state", *where, ("state", "open")] == 1
    assert samples["tiktoktoe_breaker_state", *where, ("state", "closed")] == 0
    assert samples["tiktoktoe_request_run_success", name] == 0
    assert samples["tiktoktoe_request_run_timestamp_seconds", name] == 1_772_438_400


POLICY = """\
policy `default` for payments:8080: 5 calls, 6 attempts, 1 fallback, error 2, breaker 1
  retry: retries 1
  circuit_breaker: open for 50ms, 0 of 0 calls in its window failed, rejected 1
"""


def test_a_person_sees_the_attempts_and_the_answer_of_one_request() -> None:
    """What happened in its order, the body as it came, and where the policy stands; columns of nothing are left out."""
    facts = errand(ANSWERED)

    text = draw_errand(facts, report_of(facts), View())

    assert text == (
        "STEP       WAIT           OUTCOME    CAUSE   STATUS  DNS  CONNECT  TTFB  TRANSFER  TOTAL  DETAIL\n"
        "attempt 1  -              failed     status     503  1ms      2ms  15ms       2ms   20ms  "
        "answered 503 Service Unavailable\n"
        "attempt 2  200ms backoff  succeeded  -          200  1ms      2ms  15ms       2ms   20ms  -\n"
        "\n"
        '{"ok": true}\n'
        "\n" + POLICY
    )


def test_where_nothing_happened_there_is_no_table() -> None:
    """An errand that was stopped before its first attempt shows where the policy stands, and nothing above it."""
    facts = errand(one(1, Ending.CANCELLED), stopped=True)

    assert draw_errand(facts, report_of(facts), View()) == POLICY


MANY = errand(replace(ANSWERED, content=None), UNEXPECTED, TURNED_AWAY, repeat=3)


def test_a_person_sees_a_line_for_each_of_many() -> None:
    """Where the breaker turned, what came of them, and how long those took that were sent."""
    text = draw_errand(MANY, report_of(MANY), View())

    assert text == (
        "REQUEST     WAIT           OUTCOME     CAUSE    STATUS  ATTEMPTS  TOTAL  DETAIL\n"
        "1           200ms backoff  answered    -           200         2  240ms  -\n"
        "transition  -              open        -             -         -      -  the breaker went from closed to "
        "open: failure rate\n"
        "3           -              unexpected  status      503         1  240ms  answered 503 Service Unavailable\n"
        "4           -              rejected    breaker       -         0    1ms  the circuit is open\n"
        "\n"
        "3 requests: 1 answered, 1 answered unexpectedly, 1 rejected (status 1, breaker 1) in 2s\n"
        "response times of the 2 that were sent: p50 240ms, p95 240ms, p99 240ms\n"
        "\n" + POLICY
    )


def test_a_person_who_wants_more_sees_the_attempts_of_many() -> None:
    """Each under the number of its request."""
    lines = draw_errand(MANY, report_of(MANY), View(), verbosity=2).splitlines()

    steps = [line.partition("  ")[0] for line in lines[1:9]]
    assert steps[:5] == ["1 attempt 1", "1 attempt 2", "1", "3 attempt 1", "3 transition"]
    assert steps[5:] == ["3", "4 rejection", "4"]


def test_a_person_who_wants_more_sees_the_headers() -> None:
    """All but those that let somebody in; programs read the same."""
    headers = (("content-type", "text/plain"), ("via", "a"), ("via", "b"), ("set-cookie", "id=hunter22"))
    facts = errand(replace(ANSWERED, headers=headers))
    report = report_of(facts)

    text = draw_errand(facts, report, View(), verbosity=1)

    shown = "content-type: text/plain\nvia: a\nvia: b\nset-cookie: (hidden)\n"
    assert f"\n\n{shown}\n" in text
    assert shown not in draw_errand(facts, report, View())
    assert report.items[-1]["headers"] == {
        "content-type": "text/plain",
        "via": "a\nb",
        "set-cookie": "(hidden)",
    }


@pytest.mark.parametrize(
    ("width", "head"),
    [
        (140, "STEP WAIT OUTCOME CAUSE STATUS DNS CONNECT TTFB TRANSFER TOTAL DETAIL"),
        (100, "STEP WAIT OUTCOME CAUSE STATUS DNS CONNECT TTFB TRANSFER TOTAL"),
        (80, "STEP WAIT OUTCOME CAUSE STATUS TOTAL"),
        (40, "STEP WAIT OUTCOME CAUSE STATUS TOTAL"),
    ],
)
def test_a_narrow_terminal_shortens_nothing(width: int, head: str) -> None:
    """Details go under their rows, and then phases are left out; every word and number stays whole."""
    facts = errand(one(1, Ending.ANSWERED, FAILED, HEDGE, GOOD))

    text = draw_errand(facts, report_of(facts), View(width=width, terminal=True, unicode=True))

    lines = text.splitlines()
    assert " ".join(lines[0].split()) == head
    assert "…" not in text
    assert any(line.startswith("attempt 1 hedge  -              ✓ succeeded") for line in lines)
    assert any(line.startswith("attempt 2        200ms backoff") for line in lines)
    assert ("    answered 503 Service Unavailable" in lines) == (width < 140)


def test_what_sounds_secret_in_an_answer_reaches_no_program() -> None:
    """Under such a key in a body the value is hidden, although nobody has told that it is one."""
    content = replace(HI, value={"access_token": "abc", "scopes": ["a"]})

    item = request_item(replace(ANSWERED, content=content))

    assert item["body"] == {"access_token": "••••", "scopes": ["a"]}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (replace(HI, text="a\x1b[2J\n"), "a\\x1b[2J\n"),
        (replace(HI, text=" \n"), ""),
        (Content(b"\x89PNG", None, None, "image/png", is_cut=False), "(4 bytes of image/png)\n"),
        (Content(b"\0", None, None, "", is_cut=False), "(1 byte of unknown type)\n"),
        (
            Content(b"x" * 5_000, "", "x" * 5_000, "", is_cut=False),
            "x" * 4_000 + "\n(cut: 5,000 bytes were read; `--output-body FILE` writes them all)\n",
        ),
        (
            Content(b"xy", "", "xy", "", is_cut=True),
            "xy\n(cut: 2 bytes were read; `--output-body FILE` writes them all)\n",
        ),
        (replace(HI, text="token=s3cret"), "token=••••\n"),
        (
            replace(HI, text="x" * 3_997 + "s3cret"),
            "x" * 3_997 + "•••\n(cut: 12 bytes were read; `--output-body FILE` writes them all)\n",
        ),
    ],
)
def test_a_body_is_shown_as_far_as_it_can_be(content: Content, shown: str) -> None:
    """Harmless, without secrets, and no longer than a screen or two."""
    facts = errand(replace(ANSWERED, content=content))
    view = View(mask=lambda text: text.replace("s3cret", "••••"))

    table, *body, _policy = draw_errand(facts, report_of(facts), view).split("\n\n")

    assert table.startswith("STEP")
    assert "".join(f"{part}\n" for part in body) == shown
