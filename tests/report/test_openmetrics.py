from __future__ import annotations

import math

import pytest
from hypothesis import given

from tests.report.hostile import ANY_TEXT, REPORT
from tiktoktoe_cli.report import Metric, MetricKind, Report, ReportKind, Sample, View, render_report
from tiktoktoe_cli.report.text import many_lines

parser = pytest.importorskip("prometheus_client.openmetrics.parser")


def _drawn(*metrics: Metric) -> str:
    return render_report(Report("x", ok=True, verdict="", metrics=metrics), ReportKind.OPENMETRICS, View())


def test_is_read_by_prometheus_own_parser() -> None:
    """The reference parser finds every family with its type and unit."""
    text = render_report(REPORT, ReportKind.OPENMETRICS, View())

    families = list(parser.text_string_to_metric_families(text))

    assert [(family.name, family.type, family.unit) for family in families] == [
        ("tiktoktoe_up", "gauge", ""),
        ("tiktoktoe_checks", "counter", ""),
        ("tiktoktoe_probe_seconds", "histogram", "seconds"),
        ("tiktoktoe_build", "info", ""),
    ]


@given(text=ANY_TEXT)
def test_keeps_any_label_and_help(text: str) -> None:
    """Quotes, backslashes and line feeds in labels and help come back as they were."""
    metric = Metric("m", MetricKind.GAUGE, text, samples=(Sample(1, (("label", text),)),))

    (family,) = parser.text_string_to_metric_families(_drawn(metric))

    assert family.samples[0].labels["label"] == many_lines(text)
    assert family.documentation.strip() == many_lines(text).strip()


@pytest.mark.parametrize(
    ("metric", "sample"),
    [
        (Metric("a_total", MetricKind.COUNTER, "h", samples=(Sample(1),)), "a_total 1"),
        (Metric("a_info", MetricKind.INFO, "h", samples=(Sample(1),)), "a_info 1"),
        (Metric("took", MetricKind.GAUGE, "h", "seconds", (Sample(0.5),)), "took_seconds 0.5"),
        (Metric("sent_bytes_total", MetricKind.COUNTER, "h", "bytes", (Sample(1),)), "sent_bytes_total 1"),
        (
            Metric("p99 (ms)", MetricKind.GAUGE, "h", samples=(Sample(1, (("a-b", "c"),)),)),
            'p99__ms_{a_b="c"} 1',
        ),
        (Metric("9", MetricKind.GAUGE, "h", samples=(Sample(-math.inf),)), "_9 -Inf"),
    ],
)
def test_makes_names_that_the_format_allows(metric: Metric, sample: str) -> None:
    """Units and suffixes stand once at the end of a name, and other characters become underscores."""
    assert _drawn(metric).splitlines()[-2] == sample


def test_ends_a_file_without_metrics() -> None:
    """An empty file is complete too."""
    assert _drawn() == "# EOF\n"
