from __future__ import annotations

import io
from dataclasses import replace

import pytest
from prometheus_client.openmetrics.parser import text_fd_to_metric_families

from tests.health.making import MS, SECOND
from tests.health.watching.test_watch import BAD, GOOD, see, watch_of
from tiktoktoe_cli.health import HealthState
from tiktoktoe_cli.health.watching.facts import facts_of
from tiktoktoe_cli.health.watching.report import change_data, draw_change, draw_watch, watch_report_of
from tiktoktoe_cli.health.watching.watch import Change
from tiktoktoe_cli.report import Report, View
from tiktoktoe_cli.report.openmetrics import draw_openmetrics

CHANGE = Change(
    1_767_225_600_250_000_000,
    "api",
    ("http",),
    HealthState.HEALTHY,
    HealthState.UNREACHABLE,
    ("db",),
    "refused",
)


def report() -> Report:
    """Watch a service and its database, which fails after a second, for ten seconds."""
    watch = watch_of({"api": ["db"], "db": []}, fail=2)
    see(watch, 1, api=GOOD, db=GOOD)
    see(watch, 2, db=BAD)
    see(watch, 3, db=BAD)
    return watch_report_of(facts_of(watch, "shop", 10 * SECOND))


def test_a_change_is_one_line() -> None:
    """When, who, from what to what, and why."""
    line = draw_change(CHANGE, View())

    assert line == "2026-01-01T00:00:00.250Z  api/http  healthy → unreachable  because of `db`; refused\n"


def test_a_change_in_ascii() -> None:
    """Where there are no arrows, there is one of two characters."""
    assert "healthy -> unreachable" in draw_change(CHANGE, View(unicode=False))


def test_a_change_hides_secrets_and_control_characters() -> None:
    """What a server says cannot move the cursor, and no secret leaves."""
    change = Change(0, "api", ("http",), GOOD, BAD, (), "token hunter2\x1b[2J\nnext")

    line = draw_change(change, View(mask=lambda text: text.replace("hunter2", "••••")))

    assert line.count("\n") == 1
    assert "hunter2" not in line
    assert "\x1b" not in line


def test_the_first_state_has_none_before_it() -> None:
    """Nobody needs to read that nothing was known."""
    line = draw_change(Change(0, "api", ("http",), HealthState.SKIPPED, GOOD, (), ""), View())

    assert line == "1970-01-01T00:00:00.000Z  api/http  healthy\n"


def test_a_change_from_without_is_the_services() -> None:
    """Its line names the service, and who is to blame."""
    change = replace(CHANGE, checks=("http", "tcp"), detail="")

    line = draw_change(change, View())

    assert line == "2026-01-01T00:00:00.250Z  api  healthy → unreachable  because of `db`\n"
    assert change_data(change)["check"] is None


def test_on_a_narrow_terminal_the_reason_stands_below() -> None:
    """In whole words, and nothing is lost; a pipe gets one line all the same."""
    change = replace(CHANGE, detail=" ".join(["trouble"] * 20))

    head, *below = draw_change(change, View(width=60, terminal=True)).splitlines()

    assert head == "2026-01-01T00:00:00.250Z  api/http  healthy → unreachable"
    assert " ".join(line.strip() for line in below) == f"because of `db`; {change.detail}"
    assert all(line.startswith("    ") and len(line) <= 60 for line in below)
    assert draw_change(change, View(width=60)).count("\n") == 1


@pytest.mark.parametrize(
    ("service", "titles"),
    [
        ("a-service-so-far", "AVAILABLE P95 CHANGES LONGEST-OUTAGE"),
        ("a-service-with-an-endless-name-that-counts", "AVAILABLE"),
    ],
)
def test_names_and_states_are_whole_on_a_narrow_terminal(service: str, titles: str) -> None:
    """What takes most room and is needed least gives way, and the reasons stand below their rows."""
    found = report()
    items = [{**item, "service": service, "latest_ms": [1.0] * 60} for item in found.items]

    text = draw_watch(replace(found, items=items), View(width=80, terminal=True))

    head, api, db, detail = text.splitlines()
    assert head.split() == ["SERVICE", "CHECK", "STATE", *titles.split()]
    assert (api.split()[:4], db.split()[:4]) == (
        [service, "api", "✓", "healthy"],
        [service, "api", "✗", "unhealthy"],
    )
    assert detail == "    it is down"
    assert max(map(len, text.splitlines())) <= 80


def test_a_change_as_data() -> None:
    """The keys are an interface."""
    assert change_data(CHANGE) == {
        "at": "2026-01-01T00:00:00.250Z",
        "service": "api",
        "check": "http",
        "checks": ["http"],
        "from": "healthy",
        "to": "unreachable",
        "cause": ["db"],
        "detail": "refused",
    }


def test_the_summary_counts_what_was_seen() -> None:
    """Of three looks at the database one passed, and it has been down for seven seconds."""
    api, db = report().items

    assert (db["availability"], db["changes"], db["checks_made"], db["failures"]) == (1 / 3, 1, 3, 2)
    assert db["longest_outage_s"] == 7.0
    assert (api["state"], api["cause"], api["availability"]) == ("healthy", [], 1.0)


def test_the_verdict_is_that_of_the_end() -> None:
    """What fails at the end makes the answer no, and the cause is named."""
    found = report()

    assert not found.ok
    assert found.verdict.startswith("0 of 2 services healthy; ")
    assert found.verdict.endswith("4 checks made, 1 change in 10s")


def test_the_metrics_are_openmetrics() -> None:
    """The reference parser takes all of them; looks tell of the latest result, states of the thresholds."""
    text = draw_openmetrics(report(), View())

    families = {one.name: one for one in text_fd_to_metric_families(io.StringIO(text))}
    values = {
        (sample.name, sample.labels["service"], sample.labels.get("state", "")): sample.value
        for one in families.values()
        for sample in one.samples
    }
    assert values["probe_success", "db", ""] == 0
    assert values["tiktoktoe_checks_total", "db", ""] == 3
    assert values["tiktoktoe_check_failures_total", "db", ""] == 2
    assert values["tiktoktoe_check_state_changes_total", "db", ""] == 1
    assert values["tiktoktoe_check_passing", "db", ""] == 0
    assert values["tiktoktoe_check_spent_seconds_total", "db", ""] == 3 * MS / SECOND
    assert values["tiktoktoe_check_state_age_seconds", "db", ""] == 7
    assert values["tiktoktoe_service_state", "api", "degraded"] == 1
    assert values["tiktoktoe_service_state", "api", "healthy"] == 0
