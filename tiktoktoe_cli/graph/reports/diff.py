"""The differences of `graph diff` as a report, as a text, and as a comment on a change in Markdown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.changes.parts import ChangeKind, Part
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.reports.differences import lines_of
from tiktoktoe_cli.graph.reports.pen import Pen
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.changes.diff import Difference
    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.changes.risks import Assessment, Reason
    from tiktoktoe_cli.graph.reports.differences import Line
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("change", "CHANGE", shows=Shows.STATE),
    Column("risk", "RISK"),
    Column("what", "WHAT"),
    Column("name", "NAME"),
    Column("detail", "DETAIL"),
)
_STYLES: Final = {Risk.HIGH: "bold red", Risk.MEDIUM: "bold yellow", Risk.LOW: "bold", Risk.NONE: ""}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different, between which two, and how dangerous that is; `advice` says what to know of the two."""

    difference: Difference
    old: str
    new: str
    assessment: Assessment
    advice: tuple[str, ...] = ()


def report_of(facts: Comparison, fail_on: Risk | None = None) -> Report:
    """Turn a comparison into a report: one item a difference; it is not ok from the risk `fail_on` on."""
    worst_first = list(Risk)
    risk, before, after = facts.assessment.risk, facts.difference.old, facts.difference.new
    lines = list(lines_of(facts.difference, facts.assessment))
    ok = fail_on is None or worst_first.index(risk) > worst_first.index(fail_on)
    verdict = _verdict(facts, lines)
    report = Report(
        command="graph diff",
        ok=ok,
        verdict=verdict,
        summary={
            "old": facts.old,
            "new": facts.new,
            "risk": risk.value,
            "reasons": [_reason(reason) for reason in facts.assessment.reasons],
            **{part.told.key: _counts(lines, part) for part in Part},
            "predicted": {"before": _predicted(before), "after": _predicted(after)},
            "advice": facts.advice,
        },
        items=[line.item() for line in lines],
        columns=_COLUMNS,
        has_doubts=risk in {Risk.HIGH, Risk.MEDIUM},
        cases=(_case(verdict, facts.assessment, ok=ok),),
        advice=facts.advice,
    )
    return _with_markdown(report, facts)


def draw_difference(facts: Comparison, view: View) -> str:
    """Draw what is different, part by part, and why that is dangerous."""
    pen = Pen(view)
    return "".join(
        [*_parts(lines_of(facts.difference, facts.assessment), pen), *_reasons(facts.assessment, pen)]
    )


def _with_markdown(report: Report, facts: Comparison) -> Report:
    from tiktoktoe_cli.report.markdown import draw_markdown, escaped

    def draw(view: View) -> str:
        reasons = (
            f"- **{reason.risk}**: {escaped(reason.words, view.mask)}" for reason in facts.assessment.reasons
        )
        advice = (f"- {escaped(one, view.mask)}" for one in facts.advice)
        return draw_markdown(report, view, "\n".join([*reasons, *advice]))

    return replace(report, drawings={"markdown": draw})


def _verdict(facts: Comparison, lines: list[Line]) -> str:
    if not lines:
        return f"nothing is different between {facts.old} and {facts.new}"
    counts = Counter((line.row.part, line.change) for line in lines)
    parts = [
        f"{plural(count, part.told.noun, part.told.many)} {change}"
        for (part, change), count in counts.items()
    ]
    return f"risk {facts.assessment.risk}: {', '.join(parts)}"


def _case(verdict: str, assessment: Assessment, *, ok: bool) -> Case:
    reasons = (f"{reason.risk}: {reason.words}" for reason in assessment.reasons)
    outcome = CaseOutcome.PASSED if ok else CaseOutcome.FAILED
    return Case("graph diff", "verdict", outcome, "\n".join([verdict, *reasons]))


def _counts(lines: Iterable[Line], part: Part) -> dict[str, Json]:
    found = Counter(line.change for line in lines if line.row.part is part)
    return {change.value: found[change] for change in ChangeKind}


def _reason(reason: Reason) -> dict[str, Json]:
    return {
        "risk": reason.risk.value,
        "hazard": reason.hazard,
        "message": reason.words,
        "about": reason.about,
    }


def _predicted(edition: Edition) -> dict[str, Json]:
    start = edition.start
    return {
        "fit": edition.fit.value if edition.fit else None,
        "start_time_s": start.total_ns / NS_PER_S if start else None,
        "chain": start.chain if start else None,
    }


def _parts(lines: Iterable[Line], pen: Pen) -> Iterator[str]:
    for part, group in groupby(lines, lambda line: line.row.part):
        same = list(group)
        yield pen.title(part.told.heading)
        names = pen.names(line.name for line in same)
        width = max(len(line.risk) for line in same)
        for name, line in zip(names, same, strict=True):
            head = f"{pen.mark(line.change)} {name}  {_risk_word(line.risk, width, pen)}"
            yield pen.line(head, line.detail)


def _reasons(assessment: Assessment, pen: Pen) -> Iterator[str]:
    if assessment.reasons:
        yield pen.title("risks")
    width = max((len(reason.risk) for reason in assessment.reasons), default=0)
    for reason in assessment.reasons:
        yield pen.line(_risk_word(reason.risk, width, pen), reason.words)


def _risk_word(risk: Risk, width: int, pen: Pen) -> str:
    return pen.paint(f"{risk:<{width}}", _STYLES[risk])
