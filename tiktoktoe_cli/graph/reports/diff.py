"""The differences of `graph diff` as a report, as a text, and as a comment on a change in Markdown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.changes.diff import row_of_cycle, row_of_finding
from tiktoktoe_cli.graph.changes.parts import ChangeKind, Part, Property
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.reports.pen import Pen, arrows
from tiktoktoe_cli.graph.reports.values import written
from tiktoktoe_cli.report.documents import place_data
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.changes.diff import Difference, WaveChange
    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.changes.parts import Alteration, PartChange, Row
    from tiktoktoe_cli.graph.changes.risks import Assessment, Reason
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("change", "CHANGE", shows=Shows.STATE),
    Column("risk", "RISK"),
    Column("what", "WHAT"),
    Column("name", "NAME"),
    Column("detail", "DETAIL"),
)


_HAPPY_ENDS: Final = {(Part.CYCLE, ChangeKind.REMOVED), (Part.FINDING, ChangeKind.REMOVED)}
"""What is no risk at all."""
_TELLING: Final = frozenset(
    {
        Property.VERSION,
        Property.GROUP,
        Property.REPLICAS,
        Property.KIND,
        Property.CONDITION,
        Property.ASKS,
        Property.COUNT,
        Property.CPU,
        Property.MEMORY,
        Property.VERDICT,
        Property.TIME,
    }
)
"""What is told in words of something that was added or removed."""
_STYLES: Final = {Risk.HIGH: "bold red", Risk.MEDIUM: "bold yellow", Risk.LOW: "bold", Risk.NONE: ""}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different, between which two, and how dangerous that is."""

    difference: Difference
    old: str
    new: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class _Line:
    """One difference as it is told; programs also get `extras`."""

    row: Row
    change: ChangeKind
    name: str
    detail: str
    risk: Risk = Risk.LOW
    alterations: tuple[Alteration, ...] = ()
    extras: Mapping[str, Json] = field(default_factory=dict)

    def item(self) -> dict[str, Json]:
        """Write it for programs."""
        return {
            "what": self.row.part.value,
            "change": self.change.value,
            "name": self.name,
            "detail": self.detail,
            "alterations": [_alteration(one) for one in self.alterations],
            **self.extras,
            "risk": self.risk.value,
        }


def report_of(facts: Comparison, fail_on: Risk | None = None) -> Report:
    """Turn a comparison into a report: one item a difference; it is not ok from the risk `fail_on` on."""
    worst_first = list(Risk)
    risk, before, after = facts.assessment.risk, facts.difference.old, facts.difference.new
    lines = list(_lines(facts))
    report = Report(
        command="graph diff",
        ok=fail_on is None or worst_first.index(risk) > worst_first.index(fail_on),
        verdict=_verdict(facts, lines),
        summary={
            "old": facts.old,
            "new": facts.new,
            "risk": risk.value,
            "reasons": [_reason(reason) for reason in facts.assessment.reasons],
            **{part.told.key: _counts(lines, part) for part in Part},
            "predicted": {"before": _predicted(before), "after": _predicted(after)},
        },
        items=[line.item() for line in lines],
        columns=_COLUMNS,
        has_doubts=risk in {Risk.HIGH, Risk.MEDIUM},
    )
    return _with_markdown(report, facts)


def draw_difference(facts: Comparison, view: View) -> str:
    """Draw what is different, part by part, and why that is dangerous."""
    pen = Pen(view)
    return "".join([*_parts(_lines(facts), pen), *_reasons(facts.assessment, pen)])


def _with_markdown(report: Report, facts: Comparison) -> Report:
    from tiktoktoe_cli.report.markdown import draw_markdown, escaped

    def draw(view: View) -> str:
        reasons = (
            f"- **{reason.risk}**: {escaped(reason.words, view.mask)}" for reason in facts.assessment.reasons
        )
        return draw_markdown(report, view, "\n".join(reasons))

    return replace(report, drawings={"markdown": draw})


def _verdict(facts: Comparison, lines: list[_Line]) -> str:
    if not lines:
        return f"nothing is different between {facts.old} and {facts.new}"
    counts = Counter((line.row.part, line.change) for line in lines)
    parts = [
        f"{plural(count, part.told.noun, part.told.many)} {change}"
        for (part, change), count in counts.items()
    ]
    return f"risk {facts.assessment.risk}: {', '.join(parts)}"


def _counts(lines: Iterable[_Line], part: Part) -> dict[str, Json]:
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


def _lines(facts: Comparison) -> Iterator[_Line]:
    """List the differences, each with its risk."""
    for line in _differences(facts.difference):
        harmless = Risk.NONE if (line.row.part, line.change) in _HAPPY_ENDS else Risk.LOW
        yield replace(line, risk=facts.assessment.rows.get(line.row, harmless))


def _differences(difference: Difference) -> Iterator[_Line]:
    yield from map(_change, difference.changes)
    yield from (_cycle(ChangeKind.ADDED, cycle) for cycle in difference.new_cycles)
    yield from (_cycle(ChangeKind.REMOVED, cycle) for cycle in difference.gone_cycles)
    yield from map(_wave, difference.wave_changes)
    yield from (_finding(ChangeKind.ADDED, finding) for finding in difference.new_findings)
    yield from (_finding(ChangeKind.REMOVED, finding) for finding in difference.gone_findings)


def _change(change: PartChange) -> _Line:
    return _Line(
        change.row,
        change.kind,
        change.part.told.joint.join(change.names),
        "; ".join(_words(change.kind, change.alterations)),
        alterations=change.alterations,
        extras=dict(zip(change.part.told.ends, change.names, strict=False)),
    )


def _wave(step: WaveChange) -> _Line:
    detail = f"wave {arrows((str(step.before), str(step.after)))}"
    waves: dict[str, Json] = {"before": step.before, "after": step.after}
    return _Line(step.row, ChangeKind.CHANGED, step.name, detail, extras=waves)


def _alteration(one: Alteration) -> dict[str, Json]:
    before, after = written(one)
    return {"name": one.name.value, "before": before, "after": after}


def _words(change: ChangeKind, alterations: tuple[Alteration, ...]) -> Iterator[str]:
    for one in alterations:
        before, after = written(one)
        if change is ChangeKind.CHANGED:
            yield f"{one.name} {arrows((before or 'none', after or 'none'))}"
        elif one.name in _TELLING:
            yield f"{one.name} {after or before}"
        elif one.name is Property.REQUIRED and False in {one.before, one.after}:
            yield "optional"


def _cycle(change: ChangeKind, cycle: Cycle) -> _Line:
    row = row_of_cycle(cycle)
    services: dict[str, Json] = {"services": sorted(cycle.component)}
    return _Line(row, change, arrows([*row.names, row.names[0]]), "", extras=services)


def _finding(change: ChangeKind, finding: Problem) -> _Line:
    extras = {
        "severity": finding.severity.value,
        "about": finding.about,
        **place_data(finding.place),
    }
    detail = f"{finding.severity}: {finding.message}"
    return _Line(row_of_finding(finding), change, finding.code, detail, extras=extras)


def _parts(lines: Iterable[_Line], pen: Pen) -> Iterator[str]:
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
