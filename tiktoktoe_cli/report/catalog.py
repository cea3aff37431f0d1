"""The formats that exist, each with the function that draws it; adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Self, TypeAlias, cast

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View

Draw: TypeAlias = Callable[["Report", "View"], str]


class _Form(StrEnum):
    """A word for the form of an answer, and the function of this room that draws it, as `module:function`."""

    target: str

    def __new__(cls, word: str, target: str) -> Self:
        """Make one row."""
        made = str.__new__(cls, word)
        made._value_, made.target = word, target
        return made

    def load(self) -> Draw:
        """Import the function."""
        module, _, function = self.target.partition(":")
        return cast("Draw", getattr(import_module(f"{__package__}.{module}"), function))


class OutputFormat(_Form):
    """What `-o` accepts: the shape of the answer on standard output."""

    TABLE = "table", "table:draw_table"
    WIDE = "wide", "table:draw_wide"
    JSON = "json", "documents:draw_json"
    NDJSON = "ndjson", "documents:draw_ndjson"
    YAML = "yaml", "yaml_document:draw_yaml"
    NAME = "name", "names:draw_names"


class ReportKind(_Form):
    """What `--report KIND=FILE` accepts: files for other tools, beside the answer.

    What `verdicts` draws says no more than the verdict. Only a feature can draw the whole of it, in
    `Report.drawings`, and its commands declare that they have it.
    """

    JUNIT = "junit", "junit:draw_junit"
    TAP = "tap", "tap:draw_tap"
    MARKDOWN = "markdown", "markdown:draw_markdown"
    GITHUB = "github", "github:draw_annotations"
    OPENMETRICS = "openmetrics", "openmetrics:draw_openmetrics"
    JSON = "json", "documents:draw_json"
    NDJSON = "ndjson", "documents:draw_ndjson"
    HTML = "html", "verdicts:draw_html"
    NAGIOS = "nagios", "verdicts:draw_nagios"
    HEALTH_JSON = "health+json", "verdicts:draw_health_json"


SPECIAL_KINDS = frozenset(kind for kind in ReportKind if kind.target.startswith("verdicts:"))
"""What only a feature can draw."""


def kinds_with(special: Collection[ReportKind]) -> tuple[ReportKind, ...]:
    """List the kinds that a command has: those of every command, and its own."""
    return tuple(kind for kind in ReportKind if kind not in SPECIAL_KINDS or kind in special)


def render(report: Report, fmt: OutputFormat, view: View) -> str:
    """Draw the answer in the format of `-o`; the text ends with a newline unless it is empty."""
    return fmt.load()(report, view)


def render_report(report: Report, kind: ReportKind, view: View) -> str:
    """Draw what `--report KIND=FILE` puts into the file, the feature's own way if it has one."""
    drawing = report.drawings.get(kind)
    return drawing(view) if drawing else kind.load()(report, view)
