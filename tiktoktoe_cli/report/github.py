"""GitHub Actions: annotations as workflow commands, and the step summary.

The wire format is that of actions/toolkit (`packages/core/src/command.ts`). GitHub shows 10 annotations per
level and step and silently drops the rest: the worst come first, and the tenth says how many more there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.report.diagnostics import MOST_NOTES
from tiktoktoe_cli.report.facts import CaseOutcome
from tiktoktoe_cli.report.markdown import draw_markdown
from tiktoktoe_cli.report.text import many_lines, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.report.facts import Case, Report
    from tiktoktoe_cli.report.view import Mask, View

PER_LEVEL = 10
SUMMARY_BYTES = 1024 * 1024
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_CUT = "\n… cut here: GitHub shows at most 1 MiB of a step's summary\n"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark that GitHub shows beside the code, or in the log if it has no place."""

    level: str
    title: str
    message: str
    place: Place | None = None

    def command(self) -> str:
        """Write the workflow command, in one line."""
        properties = ",".join(f"{key}={_property(value)}" for key, value in self._properties() if value)
        return f"::{self.level} {properties}::{_data(self.message)}"

    def clean(self, mask: Mask) -> Annotation:
        """Hide the secrets and drop what would disturb the log."""
        place = self.place and replace(self.place, file=_clean(self.place.file, mask))
        return replace(self, title=_clean(self.title, mask), message=_clean(self.message, mask), place=place)

    def _properties(self) -> Iterator[tuple[str, str]]:
        yield "title", self.title
        if self.place:
            yield "file", self.place.file
            yield "line", str(self.place.line)
            yield "col", str(self.place.column)
            yield "endColumn", str(self.place.end_column or "")


def draw_annotations(report: Report, view: View) -> str:
    """Write the problems and the cases that did not pass as annotations, within GitHub's limits."""
    found = list(_annotations(report, view.mask))
    chosen = [line for level in _LEVELS.values() for line in _within_limit(found, level)]
    return "".join(annotation.command() + "\n" for annotation in chosen)


def step_summary(report: Report, view: View, room_bytes: int = SUMMARY_BYTES) -> str:
    """Write the Markdown for the step summary, cut at a line if it exceeds the room that is left."""
    text = draw_markdown(report, replace(view, unicode=True))
    if len(text.encode()) <= room_bytes:
        return text
    kept = text.encode()[: max(0, room_bytes - len(_CUT.encode()))]
    return kept[: kept.rfind(b"\n") + 1].decode() + _CUT if kept else ""


def _annotations(report: Report, mask: Mask) -> Iterator[Annotation]:
    for problem in report.problems:
        yield Annotation(_LEVELS[problem.severity], problem.code, _message(problem), problem.place).clean(
            mask
        )
    told = {(problem.place or problem.message) for problem in report.problems}
    for case in report.cases:
        is_news = (case.place or case.message) not in told
        if is_news and case.outcome in {CaseOutcome.FAILED, CaseOutcome.ERROR}:
            yield Annotation("error", _title(case), case.message or "failed", case.place).clean(mask)


def _message(problem: Problem) -> str:
    notes = "".join(f"\nnote: {words} ({place})" for words, place in problem.related[:MOST_NOTES])
    return problem.message + (f"\nhelp: {problem.hint}" if problem.hint else "") + notes


def _title(case: Case) -> str:
    return f"{case.group}: {case.name}"


def _within_limit(found: list[Annotation], level: str) -> list[Annotation]:
    same = [annotation for annotation in found if annotation.level == level]
    if len(same) <= PER_LEVEL:
        return same
    more = len(same) - PER_LEVEL + 1
    return [*same[: PER_LEVEL - 1], Annotation(level, "and more", f"and {more} more {level}s")]


def _clean(text: str, mask: Mask) -> str:
    return many_lines(without_ansi(mask(text)))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
