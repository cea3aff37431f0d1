"""What the graph commands answer, as reports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.graph.systems import graph_of
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.abilities import Abilities
from tiktoktoe_cli.graph.findings.validation import Validation, validate
from tiktoktoe_cli.graph.reports import overview, plan, validation
from tiktoktoe_cli.graph.rules import RULES, Operations, Subject
from tiktoktoe_cli.graph.selection.overview import survey
from tiktoktoe_cli.graph.starting.plan import plan_start
from tiktoktoe_cli.report import CaseOutcome, OutputFormat, ReportKind, View, render, render_report

CLEAN = {
    "web": {"depends_on": {"db": "^1", "log": {"kind": "runtime"}}},
    "db": {"version": "1.2.0"},
    "log": {},
}


def validation_of(services: dict[str, object]) -> Validation:
    """Validate services that all have health checks, on no particular machines."""
    return validate(Subject(graph_of(services), operations=Operations(Abilities(frozenset(services)))))


def test_a_clean_system_is_counted() -> None:
    """The verdict counts services, dependencies and start waves and says that nothing was found."""
    report = validation.report_of(validation_of(CLEAN))

    assert report.ok
    assert report.verdict == "3 services, 2 dependencies, 2 start waves: no findings"
    assert report.summary == {
        "services": 3,
        "dependencies": 2,
        "start_waves": 2,
        "findings": {"error": 0, "warning": 0, "info": 0},
        "accepted": {"suppression": 0, "baseline": 0},
        "baseline": None,
    }
    assert {case.outcome for case in report.cases} == {CaseOutcome.PASSED}


def test_findings_are_items_problems_and_failed_cases() -> None:
    """A finding is an item and a problem, and its rule is a failed test."""
    report = validation.report_of(
        validation_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}})
    )

    assert not report.ok
    assert report.verdict == "2 services, 2 dependencies, no start order: 1 error"
    assert (
        [item["rule"] for item in report.items] == [problem.code for problem in report.problems] == ["TTG101"]
    )
    assert [case.name for case in report.cases if case.outcome is CaseOutcome.FAILED] == [
        "TTG101 cycle of start edges"
    ]
    assert len(report.cases) == len(RULES)
    assert report.next_steps == ("tiktoktoe config explain TTG101",)


def test_findings_are_counted_for_alerts() -> None:
    """By severity and by rule; what was found nowhere is a zero, so that an alert on it ends."""
    facts = validation_of({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}})

    drawn = render_report(validation.report_of(facts), ReportKind.OPENMETRICS, View()).splitlines()

    rules = [line for line in drawn if line.startswith("tiktoktoe_graph_rule_findings{")]
    assert len(rules) == len(RULES)
    assert [line for line in rules if not line.endswith(" 0.0")] == [
        'tiktoktoe_graph_rule_findings{rule="TTG101"} 1.0'
    ]
    assert {line for line in drawn if line.startswith(("tiktoktoe_graph_f", "tiktoktoe_graph_a"))} == {
        'tiktoktoe_graph_findings{severity="error"} 1.0',
        'tiktoktoe_graph_findings{severity="warning"} 0.0',
        'tiktoktoe_graph_findings{severity="info"} 0.0',
        'tiktoktoe_graph_accepted_findings{by="suppression"} 0.0',
        'tiktoktoe_graph_accepted_findings{by="baseline"} 0.0',
    }


@pytest.mark.parametrize(
    ("fail_on", "ok"), [(Severity.ERROR, True), (Severity.WARNING, False), (Severity.INFO, False)]
)
def test_what_fails_is_the_users_choice(fail_on: Severity, *, ok: bool) -> None:
    """A warning fails the command, and its test case, only if warnings are asked to."""
    facts = validation_of({"a": {"depends_on": {"a": {"kind": "runtime"}}}})

    report = validation.report_of(facts, fail_on)

    assert report.ok is ok
    assert any(case.outcome is CaseOutcome.FAILED for case in report.cases) is not ok


def test_a_plan_lists_services_by_wave() -> None:
    """Each service has its wave and what it starts after."""
    report = plan.report_of(plan_start(graph_of(CLEAN)))

    assert render(report, OutputFormat.TABLE, View()) == (
        "WAVE  SERVICE  AFTER\n   1  db       <none>\n   1  log      <none>\n   2  web      db\n"
    )


def test_an_overview_tells_everything_about_an_edge() -> None:
    """A service's item holds its edges with all that was declared, and who needs it."""
    report = overview.report_of(survey(graph_of(CLEAN)))

    web, database, _ = report.items
    assert web["dependencies"] == [
        {
            "from": "web",
            "to": "db",
            "name": "db",
            "kind": "start",
            "version": "^1",
            "condition": "healthy",
            "required": True,
            "restart": False,
            "timeout_s": 60.0,
            "policy": None,
            "evidence": "declared",
        },
        {
            "from": "web",
            "to": "log",
            "name": "log",
            "kind": "runtime",
            "version": None,
            "condition": "healthy",
            "required": True,
            "restart": False,
            "timeout_s": 60.0,
            "policy": None,
            "evidence": "declared",
        },
    ]
    assert database["needed_by"] == ["web"]


@pytest.mark.parametrize("name", ['quo"te', "line\nend", "🦀", "x" * 300, "`tick`", "]]>&<"])
def test_hostile_names_survive_every_format(name: str) -> None:
    """Names with quotes, line ends, emoji or 300 characters are drawn in every format."""
    services = {name: {"version": name, "depends_on": {name + "!": name}}}
    found = validation.report_of(validation_of(services))
    shown = overview.report_of(survey(graph_of(services)))

    drawn = [render(shown, form, View()) for form in OutputFormat]
    drawn += [render(found, form, View()) for form in (OutputFormat.JSON, OutputFormat.YAML)]
    drawn += [render_report(found, kind, View()) for kind in ReportKind]

    assert all(drawn)


def test_an_empty_system_is_no_failure() -> None:
    """A system without services is counted as it is."""
    assert (
        validation.report_of(validation_of({})).verdict
        == "0 services, 0 dependencies, 0 start waves: no findings"
    )


SCRIPT = """
import sys
from pydantic import TypeAdapter
from tiktoktoe_cli.graph import Graph, service_of
from tiktoktoe_cli.graph.findings.validation import validate
from tiktoktoe_cli.graph.reports.validation import report_of
from tiktoktoe_cli.graph.rules import Subject
from tiktoktoe_cli.graph.settings import ServiceSettings
services = {"a": {"depends_on": {"b": {}}}, "b": {"depends_on": BACK}}
settings = TypeAdapter(dict[str, ServiceSettings]).validate_python(services)
graph = Graph({name: service_of(name, one) for name, one in settings.items()})
report_of(validate(Subject(graph)))
print(sorted({"networkx", "rich", "httpx"} & set(sys.modules)))
"""


@pytest.mark.parametrize(("back", "loaded"), [("{}", []), ('{"a": {}}', ["networkx"])])
def test_networkx_is_loaded_for_cycles_only(back: str, loaded: list[str]) -> None:
    """Validating a sound system costs no import of networkx, nor of anything else that is heavy."""
    source = SCRIPT.replace("BACK", back)

    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.strip() == str(loaded)
