"""Markdown (GitHub's dialect) for step summaries and merge requests: verdict, table, problems, what is accepted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.cells import cell, is_missing, leans_right
from tiktoktoe_cli.report.closing import tone_of_verdict
from tiktoktoe_cli.report.diagnostics import MOST_NOTES
from tiktoktoe_cli.report.facts import Shows
from tiktoktoe_cli.report.palette import tone_of
from tiktoktoe_cli.report.text import one_line, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report.facts import Column, Json, Report
    from tiktoktoe_cli.report.view import Mask, View

_PUNCTUATION = re.compile(r"([\\`*_\[\]#|~$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def draw_markdown(report: Report, view: View, picture: str = "") -> str:
    """Write a heading with the verdict, the `picture` if there is one, a table of the items and the problems.

    Problems that are accepted come last, each with the reason.
    """
    parts = (_table, _problems, _accepted)
    blocks = [_heading(report, view.mask), picture, *(part(report, view.mask) for part in parts)]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _heading(report: Report, mask: Mask) -> str:
    return f"### {tone_of_verdict(report).symbol} {escaped(report.command, mask)}: {escaped(report.verdict, mask)}"


def _table(report: Report, mask: Mask) -> str:
    columns = [column for column in report.columns if not column.wide]
    if not (report.items and columns):
        return ""
    rows = [
        [escaped(column.title, mask) for column in columns],
        ["---:" if leans_right(column) else ":---" for column in columns],
        *([_cell(item, column, mask) for column in columns] for item in report.items),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(item: Mapping[str, Json], column: Column, mask: Mask) -> str:
    if is_missing(item, column):
        return "-"
    text = cell(item, column)
    symbol = f"{tone_of(text).symbol} " if column.shows is Shows.STATE else ""
    return symbol + escaped(text, mask)


def _problems(report: Report, mask: Mask) -> str:
    return "\n".join(line for problem in report.problems for line in _problem(problem, mask))


def _accepted(report: Report, mask: Mask) -> str:
    lines = (
        line
        for problem, acceptance in report.accepted
        for line in (_told(problem, mask), f"  - reason: {escaped(acceptance.reason, mask)}")
    )
    return "\n".join(["**Accepted**\n", *lines]) if report.accepted else ""


def _told(problem: Problem, mask: Mask) -> str:
    where = f" at {escaped(str(problem.place), mask)}" if problem.place else ""
    return f"- **{problem.severity}\\[{escaped(problem.code, mask)}\\]**{where}: {escaped(problem.message, mask)}"


def _problem(problem: Problem, mask: Mask) -> Iterator[str]:
    yield _told(problem, mask)
    if problem.hint:
        yield f"  - help: {escaped(problem.hint, mask)}"
    for words, place in problem.related[:MOST_NOTES]:
        yield f"  - note: {escaped(words, mask)} at {escaped(str(place), mask)}"


def escaped(text: str, mask: Mask) -> str:
    """Write any text so that Markdown shows it as it is, on one source line; line feeds become `<br>`."""
    lines = without_ansi(mask(text)).replace("\r\n", "\n").split("\n")
    return "<br>".join(_PUNCTUATION.sub(r"\\\1", one_line(line)).translate(_ENTITIES) for line in lines)
