"""The format that came before OpenMetrics, and one line about something that has just happened."""

from __future__ import annotations

import json

from prometheus_client.parser import text_string_to_metric_families

from tiktoktoe_cli.report import Metric, MetricKind, Report, Sample, View
from tiktoktoe_cli.report.documents import draw_event
from tiktoktoe_cli.report.openmetrics import draw_prometheus


def drawn(*metrics: Metric) -> str:
    """Draw metrics."""
    return draw_prometheus(Report("x", ok=True, verdict="", metrics=metrics), View())


def test_the_suffix_of_a_counter_belongs_to_its_name() -> None:
    """In the text format 0.0.4 a family is called as its samples are."""
    text = drawn(Metric("jobs", MetricKind.COUNTER, "jobs done", samples=(Sample(2.0),)))

    assert text == "# HELP jobs_total jobs done\n# TYPE jobs_total counter\njobs_total 2.0\n"


def test_an_info_is_a_gauge() -> None:
    """There was no such type then."""
    text = drawn(Metric("tls_version", MetricKind.INFO, "TLS", samples=(Sample(1.0, (("version", "1.3"),)),)))

    assert "# TYPE tls_version_info gauge\n" in text
    assert 'tls_version_info{version="1.3"} 1.0\n' in text


def test_units_are_not_told() -> None:
    """They are part of the name alone."""
    text = drawn(Metric("took_seconds", MetricKind.GAUGE, "time", "seconds", (Sample(0.5),)))

    assert text == "# HELP took_seconds time\n# TYPE took_seconds gauge\ntook_seconds 0.5\n"


def test_texts_survive_the_way() -> None:
    """Quotes, backslashes and line feeds come out as they went in; in a help, a quote is nothing special."""
    nasty = 'a "b" \\ c\nd'

    text = drawn(Metric("x", MetricKind.GAUGE, nasty, samples=(Sample(1.0, (("l", nasty),)),)))

    (family,) = text_string_to_metric_families(text)
    assert family.documentation == nasty
    assert family.samples[0].labels == {"l": nasty}


def test_an_event_is_one_line() -> None:
    """What it is about stands under the key that its kind names, and no secret is in it."""
    line = draw_event(
        "change", {"to": "x\n", "why": "hunter2"}, View(mask=lambda text: text.replace("hunter2", "•"))
    )

    assert line.count("\n") == 1
    assert json.loads(line) == {"kind": "change", "change": {"to": "x\n", "why": "•"}}
