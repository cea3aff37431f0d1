"""The differences of `graph diff` as a report, as a text, and as a comment on a change in Markdown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.changes.parts import ChangeKind
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.reports.pen import Pen, arrows
from tiktoktoe_cli.report.documents import place_data
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.changes.diff import Difference
    from tiktoktoe_cli.graph.changes.edition import Edition
    from tiktoktoe_cli.graph.changes.hazards import Row
    from tiktoktoe_cli.graph.changes.parts import Alteration
    from tiktoktoe_cli.graph.changes.risks import Assessment, Reason
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("change", "CHANGE", shows=Shows.STATE),
    Column("risk", "RISK"),
    Column("what", "WHAT"),
    Column("name", "NAME"),
    Column("detail", "DETAIL"),
)


class _Kind(NamedTuple):
    """How differences of one kind are told: a title, one of them and many, and their names, joined or apart."""

    title: str
    noun: str
    many: str = ""
    joint: str = " "
    ends: tuple[str, ...] = ()


_KINDS: Final = {
    "service": _Kind("services", "service"),
    "dependency": _Kind("dependencies", "dependency", "dependencies", " → ", ("from", "to")),
    "check": _Kind("health checks", "health check", joint=": ", ends=("service", "check")),
    "node": _Kind("nodes", "kind of node", "kinds of node"),
    "reserve": _Kind("reserve", "reserve"),
    "fit": _Kind("fit", "fit"),
    "start_time": _Kind("start time", "start time"),
    "cycle": _Kind("start cycles", "cycle"),
    "start": _Kind("start order", "start"),
    "finding": _Kind("findings", "finding"),
}
_HAPPY_ENDS: Final = {("cycle", "removed"), ("finding", "removed")}
"""What is no risk at all."""
_TELLING: Final = frozenset(
    {"version", "group", "replicas", "kind", "condition", "asks", "count", "cpu", "memory", "verdict", "time"}
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


def report_of(facts: Comparison, fail_on: Risk | None = None) -> Report:
    """Turn a comparison into a report: one item a difference; it is not ok from the risk `fail_on` on."""
    worst_first = list(Risk)
    risk, before, after = facts.assessment.risk, facts.difference.old, facts.difference.new
    items = list(_items(facts))
    report = Report(
        command="graph diff",
        ok=fail_on is None or worst_first.index(risk) > worst_first.index(fail_on),
        verdict=_verdict(facts, items),
        summary={
            "old": facts.old,
            "new": facts.new,
            "risk": risk.value,
            "reasons": [_reason(reason) for reason in facts.assessment.reasons],
            **{kind.title.replace(" ", "_"): _counts(items, what) for what, kind in _KINDS.items()},
            "predicted": {"before": _predicted(before), "after": _predicted(after)},
        },
        items=items,
        columns=_COLUMNS,
        has_doubts=risk in {Risk.HIGH, Risk.MEDIUM},
    )
    return _with_markdown(report, facts)


def draw_difference(facts: Comparison, view: View) -> str:
    """Draw what is different, part by part, and why that is dangerous."""
    pen = Pen(view)
    return "".join([*_parts(list(_items(facts)), pen), *_reasons(facts.assessment, pen)])


def _with_markdown(report: Report, facts: Comparison) -> Report:
    from tiktoktoe_cli.report.markdown import draw_markdown, escaped

    def draw(view: View) -> str:
        reasons = (
            f"- **{reason.risk}**: {escaped(reason.words, view.mask)}" for reason in facts.assessment.reasons
        )
        return draw_markdown(report, view, "\n".join(reasons))

    return replace(report, drawings={"markdown": draw})


def _verdict(facts: Comparison, items: list[dict[str, Json]]) -> str:
    if not items:
        return f"nothing is different between {facts.old} and {facts.new}"
    counts = Counter((str(item["what"]), item["change"]) for item in items)
    parts = [
        f"{plural(count, _KINDS[what].noun, _KINDS[what].many)} {change}"
        for (what, change), count in counts.items()
    ]
    return f"risk {facts.assessment.risk}: {', '.join(parts)}"


def _counts(items: Iterable[dict[str, Json]], what: str) -> dict[str, Json]:
    found = Counter(item["change"] for item in items if item["what"] == what)
    return {change.value: found[change.value] for change in ChangeKind}


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


def _items(facts: Comparison) -> Iterator[dict[str, Json]]:
    """List the differences, each with its risk."""
    for row, item in _rows(facts.difference):
        harmless = Risk.NONE if (item["what"], item["change"]) in _HAPPY_ENDS else Risk.LOW
        yield item | {"risk": facts.assessment.rows.get(row, harmless).value}


def _rows(difference: Difference) -> Iterator[tuple[Row, dict[str, Json]]]:
    for change in difference.changes:
        kind = _KINDS[change.part]
        ends = dict(zip(kind.ends, change.names, strict=False))
        item = _item(change.part, change.kind, kind.joint.join(change.names), change.alterations)
        yield (change.part, *change.names), item | ends
    for became, cycles in (
        (ChangeKind.ADDED, difference.new_cycles),
        (ChangeKind.REMOVED, difference.gone_cycles),
    ):
        for cycle in cycles:
            yield ("cycle", *(edge.source for edge in cycle.edges)), _cycle(became, cycle)
    for step in difference.wave_changes:
        waves = {"before": step.before, "after": step.after}
        detail = f"wave {arrows((str(step.before), str(step.after)))}"
        yield ("start", step.name), _item("start", ChangeKind.CHANGED, step.name) | {"detail": detail} | waves
    for became, findings in (
        (ChangeKind.ADDED, difference.new_findings),
        (ChangeKind.REMOVED, difference.gone_findings),
    ):
        for finding in findings:
            yield ("finding", *finding.identity), _finding(became, finding)


def _item(
    what: str, change: ChangeKind, name: str, alterations: tuple[Alteration, ...] = ()
) -> dict[str, Json]:
    return {
        "what": str(what),
        "change": change.value,
        "name": name,
        "detail": "; ".join(_words(change, alterations)),
        "alterations": [{"name": one.name, "before": one.before, "after": one.after} for one in alterations],
    }


def _words(change: ChangeKind, alterations: tuple[Alteration, ...]) -> Iterator[str]:
    for one in alterations:
        if change is ChangeKind.CHANGED:
            yield f"{one.name} {arrows((one.before or 'none', one.after or 'none'))}"
        elif one.name in _TELLING:
            yield f"{one.name} {one.after or one.before}"
        elif one.name == "required" and "false" in {one.before, one.after}:
            yield "optional"


def _cycle(change: ChangeKind, cycle: Cycle) -> dict[str, Json]:
    names = [edge.source for edge in cycle.edges]
    services: dict[str, Json] = {"services": sorted(cycle.component)}
    return _item("cycle", change, arrows([*names, names[0]])) | services


def _finding(change: ChangeKind, finding: Problem) -> dict[str, Json]:
    return _item("finding", change, finding.code) | {
        "detail": f"{finding.severity}: {finding.message}",
        "severity": finding.severity.value,
        "about": finding.about,
        **place_data(finding.place),
    }


def _parts(items: list[dict[str, Json]], pen: Pen) -> Iterator[str]:
    for what, group in groupby(items, lambda item: str(item["what"])):
        rows = list(group)
        yield pen.title(_KINDS[what].title)
        names = pen.names(str(row["name"]) for row in rows)
        width = max(len(str(row["risk"])) for row in rows)
        for name, row in zip(names, rows, strict=True):
            head = f"{pen.mark(str(row['change']))} {name}  {_risk_word(Risk(str(row['risk'])), width, pen)}"
            yield pen.line(head, str(row["detail"]))


def _reasons(assessment: Assessment, pen: Pen) -> Iterator[str]:
    if assessment.reasons:
        yield pen.title("risks")
    width = max((len(reason.risk) for reason in assessment.reasons), default=0)
    for reason in assessment.reasons:
        yield pen.line(_risk_word(reason.risk, width, pen), reason.words)


def _risk_word(risk: Risk, width: int, pen: Pen) -> str:
    return pen.paint(f"{risk:<{width}}", _STYLES[risk])
