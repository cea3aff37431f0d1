"""The formats that exist, each with the function that draws it; adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar, cast

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View

Draw: TypeAlias = Callable[["Report", "View"], str]


class _Form(StrEnum):
    """A word for the form of an answer, and the function of this room that draws it, as `module:function`."""

    target: str

    def __new__(cls, word: str, target: str = "") -> Self:
        """Make one row; a word that is a form already keeps what draws it."""
        made = str.__new__(cls, word)
        made._value_, made.target = str(word), word.target if isinstance(word, _Form) else target
        return made

    def load(self) -> Draw:
        """Import the function."""
        module, _, function = self.target.partition(":")
        return cast("Draw", getattr(import_module(f"{__package__}.{module}"), function))

    @property
    def is_special(self) -> bool:
        """Tell whether only a feature can draw the whole of it, in `Report.drawings`."""
        return self.target.startswith("verdicts:")


class OutputFormat(_Form):
    """What `-o` accepts: the shape of the answer on standard output.

    What `verdicts` draws says no more than the verdict. Only a feature can draw the whole of it, and its commands
    declare that they have it; so it is with the kinds of reports.
    """

    TABLE = "table", "table:draw_table"
    WIDE = "wide", "table:draw_wide"
    JSON = "json", "documents:draw_json"
    NDJSON = "ndjson", "documents:draw_ndjson"
    YAML = "yaml", "yaml_document:draw_yaml"
    NAME = "name", "names:draw_names"
    MARKDOWN = "markdown", "markdown:draw_markdown"
    DOT = "dot", "verdicts:draw_dot"
    MERMAID = "mermaid", "verdicts:draw_mermaid"
    SVG = "svg", "verdicts:draw_svg"
    HTML = "html", "verdicts:draw_html"


class ReportKind(_Form):
    """What `--report KIND=FILE` accepts: files for other tools, beside the answer."""

    JUNIT = "junit", "junit:draw_junit"
    TAP = "tap", "tap:draw_tap"
    MARKDOWN = OutputFormat.MARKDOWN
    GITHUB = "github", "github:draw_annotations"
    GITLAB = "gitlab", "gitlab:draw_gitlab"
    SARIF = "sarif", "sarif:draw_sarif"
    OPENMETRICS = "openmetrics", "openmetrics:draw_openmetrics"
    JSON = OutputFormat.JSON
    NDJSON = OutputFormat.NDJSON
    HTML = OutputFormat.HTML
    NAGIOS = "nagios", "verdicts:draw_nagios"
    HEALTH_JSON = "health+json", "verdicts:draw_health_json"
    DOT = OutputFormat.DOT
    MERMAID = OutputFormat.MERMAID
    SVG = OutputFormat.SVG


_AnyForm = TypeVar("_AnyForm", bound=_Form)


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms in which a command answers: what its `-o` and its `--report` take."""

    outputs: tuple[OutputFormat, ...] = tuple(OutputFormat)
    reports: tuple[ReportKind, ...] = tuple(ReportKind)


def forms_with(outputs: Collection[OutputFormat] = (), reports: Collection[ReportKind] = ()) -> Forms:
    """List the forms that a command has: those of every command, and its own special ones."""
    return Forms(_with(OutputFormat, outputs), _with(ReportKind, reports))


def _with(forms: type[_AnyForm], special: Collection[_AnyForm]) -> tuple[_AnyForm, ...]:
    return tuple(form for form in forms if not form.is_special or form in special)


def render(report: Report, fmt: OutputFormat, view: View) -> str:
    """Draw the answer in the format of `-o`; the text ends with a newline unless it is empty."""
    return _draw(report, fmt, view)


def render_report(report: Report, kind: ReportKind, view: View) -> str:
    """Draw what `--report KIND=FILE` puts into the file."""
    return _draw(report, kind, view)


def _draw(report: Report, form: _Form, view: View) -> str:
    """Draw a form, the feature's own way if it has one."""
    drawing = report.drawings.get(form)
    return drawing(view) if drawing else form.load()(report, view)
