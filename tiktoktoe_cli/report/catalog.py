"""The formats that exist, each with the function that draws it; adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View

Draw: TypeAlias = Callable[["Report", "View"], str]


class OutputFormat(StrEnum):
    """What `-o` accepts: the shape of the answer on standard output."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    NDJSON = "ndjson"
    YAML = "yaml"
    NAME = "name"


class ReportKind(StrEnum):
    """What `--report KIND=FILE` accepts: files for other tools, beside the answer."""

    JUNIT = "junit"
    TAP = "tap"
    MARKDOWN = "markdown"
    GITHUB = "github"
    OPENMETRICS = "openmetrics"
    JSON = "json"
    NDJSON = "ndjson"
    HTML = "html"
    NAGIOS = "nagios"
    HEALTH_JSON = "health+json"


SPECIAL_KINDS = frozenset({ReportKind.HTML, ReportKind.NAGIOS, ReportKind.HEALTH_JSON})
"""What only a feature can draw, in `Report.drawings`; its commands declare that they have it."""


def kinds_with(special: Collection[ReportKind]) -> tuple[ReportKind, ...]:
    """List the kinds that a command has: those of every command, and its own."""
    return tuple(kind for kind in ReportKind if kind not in SPECIAL_KINDS or kind in special)


_ROOM = "tiktoktoe_cli.report."

_OUTPUTS = {
    OutputFormat.TABLE: "table:draw_table",
    OutputFormat.WIDE: "table:draw_wide",
    OutputFormat.JSON: "documents:draw_json",
    OutputFormat.NDJSON: "documents:draw_ndjson",
    OutputFormat.YAML: "yaml_document:draw_yaml",
    OutputFormat.NAME: "names:draw_names",
}

_REPORTS = {
    ReportKind.JUNIT: "junit:draw_junit",
    ReportKind.TAP: "tap:draw_tap",
    ReportKind.MARKDOWN: "markdown:draw_markdown",
    ReportKind.GITHUB: "github:draw_annotations",
    ReportKind.OPENMETRICS: "openmetrics:draw_openmetrics",
    ReportKind.JSON: "documents:draw_json",
    ReportKind.NDJSON: "documents:draw_ndjson",
    ReportKind.HTML: "verdicts:draw_html",
    ReportKind.NAGIOS: "verdicts:draw_nagios",
    ReportKind.HEALTH_JSON: "verdicts:draw_health_json",
}


def render(report: Report, fmt: OutputFormat, view: View) -> str:
    """Draw the answer in the format of `-o`; the text ends with a newline unless it is empty."""
    return _load(_OUTPUTS[fmt])(report, view)


def render_report(report: Report, kind: ReportKind, view: View) -> str:
    """Draw what `--report KIND=FILE` puts into the file, the feature's own way if it has one."""
    drawing = report.drawings.get(kind)
    return drawing(view) if drawing else _load(_REPORTS[kind])(report, view)


def _load(target: str) -> Draw:
    module, _, function = target.partition(":")
    return cast("Draw", getattr(import_module(_ROOM + module), function))
