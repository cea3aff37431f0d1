"""OpenMetrics text, for Prometheus' textfile collector and everything that reads it, and the format before it.

Follows the OpenMetrics 1.0 specification (github.com/prometheus/OpenMetrics): `# TYPE`, `# UNIT` and `# HELP`
before the samples, the unit as the name's suffix, `_total` on counters, no blank lines, `# EOF` at last. What knows
only Prometheus' own text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) gets that: no units, no
end, the suffix is part of the family's name, and an info is a gauge.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample
from tiktoktoe_cli.report.text import many_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import Mask, View

_SUFFIXES = {MetricKind.COUNTER: "_total", MetricKind.INFO: "_info"}
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


def draw_openmetrics(report: Report, view: View) -> str:
    """Write every metric of the report."""
    lines = [line for metric in report.metrics for line in _family(metric, view.mask)]
    return "\n".join([*lines, "# EOF", ""])


def draw_prometheus(report: Report, view: View) -> str:
    """Write every metric of the report in Prometheus' text format 0.0.4."""
    lines = [line for metric in report.metrics for line in _plain_family(metric, view.mask)]
    return "\n".join([*lines, ""])


def _family(metric: Metric, mask: Mask) -> Iterator[str]:
    suffix = _SUFFIXES.get(metric.kind, "")
    name = _family_name(metric, suffix)
    yield f"# TYPE {name} {metric.kind}"
    if metric.unit:
        yield f"# UNIT {name} {_name(metric.unit)}"
    yield f"# HELP {name} {_escaped(metric.help, mask)}"
    yield from _samples(metric, name, suffix, mask)


def _plain_family(metric: Metric, mask: Mask) -> Iterator[str]:
    suffix = _SUFFIXES.get(metric.kind, "")
    name = _family_name(metric, suffix)
    kind = MetricKind.GAUGE if metric.kind is MetricKind.INFO else metric.kind
    yield f"# HELP {name}{suffix} {many_lines(mask(metric.help)).translate(_HELP_ESCAPES)}"
    yield f"# TYPE {name}{suffix} {kind}"
    yield from _samples(metric, name, suffix, mask)


def _samples(metric: Metric, name: str, suffix: str, mask: Mask) -> Iterator[str]:
    for sample in metric.samples:
        yield f"{name}{sample.suffix or suffix}{_labels(sample, mask)} {_value(sample.value)}"


def _family_name(metric: Metric, suffix: str) -> str:
    name = _name(metric.name)
    if suffix:
        name = name.removesuffix(suffix)
    unit = f"_{_name(metric.unit)}" if metric.unit else ""
    return name if name.endswith(unit) else name + unit


def _name(text: str) -> str:
    cleaned = re.sub(r"[^a-zA-Z0-9_]", "_", text)
    return cleaned if cleaned and not cleaned[0].isdigit() else f"_{cleaned}"


def _labels(sample: Sample, mask: Mask) -> str:
    pairs = ",".join(f'{_name(key)}="{_escaped(value, mask)}"' for key, value in sample.labels)
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str, mask: Mask) -> str:
    return many_lines(mask(text)).translate(_ESCAPES)


def _value(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
