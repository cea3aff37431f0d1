"""What can be said of any answer in the forms that features draw: whether it is yes, and the verdict.

It stands where a command has found nothing out that could be drawn: an old file that says all is well must not stay.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.report.facts import CaseOutcome
from tiktoktoe_cli.report.plugin import PluginState, plugin_line
from tiktoktoe_cli.report.text import escape_hidden, one_line

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.markup import Markup, Writer
    from tiktoktoe_cli.report.view import View


_COLUMN: Final = 10  # pixels: what a letter of the verdict takes at most


def draw_html(report: Report, view: View) -> str:
    """Write a page with the verdict and the problems."""
    from tiktoktoe_cli.report.markup import Writer
    from tiktoktoe_cli.report.page import Page, draw_page

    writer = Writer(view.mask)
    return draw_page(Page(f"tiktoktoe {report.command}", _body(report, writer)), writer)


def draw_nagios(report: Report, view: View) -> str:
    """Write one line of plugin output: OK, CRITICAL, or UNKNOWN if the answer was not found out."""
    unknown = not report.is_found_out or any(case.outcome is CaseOutcome.ERROR for case in report.cases)
    failed = PluginState.UNKNOWN if unknown else PluginState.CRITICAL
    return plugin_line(PluginState.OK if report.ok else failed, report.verdict, view) + "\n"


def draw_health_json(report: Report, view: View) -> str:
    """Write the least that application/health+json asks for, and the verdict."""
    document = {"status": "pass" if report.ok else "fail", "output": view.mask(report.verdict)}
    return escape_hidden(json.dumps(document, ensure_ascii=not view.unicode, indent=2)) + "\n"


def draw_dot(report: Report, view: View) -> str:
    """Write a graph of nothing, under the verdict."""
    from tiktoktoe_cli.report.labels import dot_label

    return f"digraph {{\n  label={dot_label(_words(report, view))};\n}}\n"


def draw_mermaid(report: Report, view: View) -> str:
    """Write a flowchart of one box, which holds the verdict."""
    from tiktoktoe_cli.report.labels import mermaid_label

    return f"flowchart LR\n  verdict[{mermaid_label(_words(report, view))}]\n"


def draw_svg(report: Report, view: View) -> str:
    """Write a picture that holds nothing but the verdict."""
    from tiktoktoe_cli.report.markup import Writer

    words = _words(report, view)
    view_box = f"0 0 {max(len(words), 40) * _COLUMN} 40"
    text = Writer(view.mask).element("text", words, x=16, y=24, fill="gray", font_family="monospace")
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view_box}">{text}</svg>\n'


def _words(report: Report, view: View) -> str:
    return one_line(view.mask(f"tiktoktoe {report.command}: {report.verdict}"))


def _body(report: Report, writer: Writer) -> Markup:
    from tiktoktoe_cli.report.page import listing, state_word

    problems = [
        writer.join(
            state_word(problem.severity.value, writer),
            writer.prose(f" [{problem.code}] {_where(problem)}{problem.message}"),
        )
        for problem in report.problems
    ]
    outcome = state_word("ok" if report.ok else "failed", writer)
    return writer.join(
        writer.element("h1", outcome, writer.prose(f" {report.verdict}")),
        writer.element("p", f"tiktoktoe {report.command}", class_="soft"),
        listing([*problems], writer),
    )


def _where(problem: Problem) -> str:
    return f"{problem.place}: " if problem.place else ""
