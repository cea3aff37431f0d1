from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from tiktoktoe_cli.report import Case, CaseOutcome, Report, ReportKind, View, render_report

NO_ANSWER = Report(
    "health check",
    ok=False,
    verdict="no | configuration",
    cases=(Case("health check", "health check", CaseOutcome.ERROR, "no configuration"),),
)


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (Report("x", ok=True, verdict="all well"), "OK - all well\n"),
        (Report("x", ok=False, verdict="not well"), "CRITICAL - not well\n"),
        (NO_ANSWER, "UNKNOWN - no ¦ configuration\n"),
    ],
)
def test_a_monitoring_system_reads_what_became_of_a_command(report: Report, line: str) -> None:
    """A command that found nothing out is UNKNOWN; a `|` would begin the performance data."""
    assert render_report(report, ReportKind.NAGIOS, View()) == line


def test_a_health_document_of_no_answer_fails() -> None:
    """An old document that says all is well must not stay where nothing was found out."""
    document = json.loads(render_report(NO_ANSWER, ReportKind.HEALTH_JSON, View()))

    assert document == {"status": "fail", "output": "no | configuration"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ReportKind.DOT, 'digraph {\n  label="tiktoktoe health check: no | configuration";\n}\n'),
        (
            ReportKind.MERMAID,
            'flowchart LR\n  verdict["tiktoktoe health check#58; no #124; configuration"]\n',
        ),
    ],
)
def test_a_graph_of_no_answer_tells_why(kind: ReportKind, text: str) -> None:
    """What reads such files can read this one."""
    assert render_report(NO_ANSWER, kind, View()) == text


def test_a_picture_of_no_answer_tells_why() -> None:
    """It is wide enough for all of it."""
    root = ET.fromstring(render_report(NO_ANSWER, ReportKind.SVG, View()))

    words = "".join(root.itertext())
    assert words == "tiktoktoe health check: no | configuration"
    assert int(root.attrib["viewBox"].split()[2]) >= 16 + len(words) * 9


def test_a_feature_draws_its_own_forms() -> None:
    """What a feature has drawn itself stands instead of the verdict."""
    report = Report("x", ok=True, verdict="", drawings={ReportKind.HTML: lambda view: f"own {view.width}\n"})

    assert render_report(report, ReportKind.HTML, View(width=7)) == "own 7\n"
