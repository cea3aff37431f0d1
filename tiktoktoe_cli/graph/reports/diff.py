"""The differences of `graph diff` as a report, as a text, and as a comment on a change in Markdown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.changes.diff import ChangeKind
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.reports.pen import Pen, arrows
from tiktoktoe_cli.report.documents import place_data
from tiktoktoe_cli.report.facts import Column, Json, Report, Shows
from tiktoktoe_cli.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.changes.diff import Alteration, Difference
    from tiktoktoe_cli.graph.changes.risks import Reason
    from tiktoktoe_cli.report import View

_COLUMNS = (
    Column("change", "CHANGE", shows=Shows.STATE),
    Column("what", "WHAT"),
    Column("name", "NAME"),
    Column("detail", "DETAIL"),
)
_TITLES: Final = {
    "service": "services",
    "dependency": "dependencies",
    "cycle": "start cycles",
    "start": "start order",
    "finding": "findings",
}
_PLURALS: Final = {"dependency": "dependencies"}
_MARKS: Final = {
    ChangeKind.ADDED.value: ("+", "green"),
    ChangeKind.REMOVED.value: ("-", "red"),
    ChangeKind.CHANGED.value: ("~", "yellow"),
}
_TELLING: Final = frozenset({"version", "group", "replicas", "kind", "condition"})
"""What is told in words of something that was added or removed."""
_STYLES: Final = {Risk.HIGH: "bold red", Risk.MEDIUM: "bold yellow", Risk.LOW: "bold", Risk.NONE: ""}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different, between which two, and how dangerous that is."""

    difference: Difference
    old: str
    new: str
    risk: Risk
    reasons: tuple[Reason, ...]


def report_of(facts: Comparison, fail_on: Risk | None = None) -> Report:
    """Turn a comparison into a report: one item a difference; it is not ok from the risk `fail_on` on."""
    worst_first = list(Risk)
    items = list(_items(facts.difference))
    report = Report(
        command="graph diff",
        ok=fail_on is None or worst_first.index(facts.risk) > worst_first.index(fail_on),
        verdict=_verdict(facts, items),
        summary={
            "old": facts.old,
            "new": facts.new,
            "risk": facts.risk.value,
            "reasons": [_reason(reason) for reason in facts.reasons],
            **{title.replace(" ", "_"): _counts(items, what) for what, title in _TITLES.items()},
        },
        items=items,
        columns=_COLUMNS,
    )
    return _with_markdown(report, facts)


def draw_difference(facts: Comparison, view: View) -> str:
    """Draw what is different, part by part, and why that is dangerous."""
    pen = Pen(view)
    return "".join([*_parts(list(_items(facts.difference)), pen), *_reasons(facts, pen)])


def _with_markdown(report: Report, facts: Comparison) -> Report:
    from tiktoktoe_cli.report.markdown import draw_markdown, escaped

    def draw(view: View) -> str:
        reasons = (f"- **{reason.risk}**: {escaped(reason.words, view.mask)}" for reason in facts.reasons)
        return draw_markdown(report, view, "\n".join(reasons))

    return replace(report, drawings={"markdown": draw})


def _verdict(facts: Comparison, items: list[dict[str, Json]]) -> str:
    if not items:
        return f"nothing is different between {facts.old} and {facts.new}"
    counts = Counter((str(item["what"]), item["change"]) for item in items)
    parts = [
        f"{plural(count, what, _PLURALS.get(what, ''))} {change}" for (what, change), count in counts.items()
    ]
    return f"risk {facts.risk}: {', '.join(parts)}"


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


def _items(difference: Difference) -> Iterator[dict[str, Json]]:
    for service in difference.services:
        yield _item("service", service.change, service.name, service.alterations)
    for one in difference.dependencies:
        ends = {"from": one.source, "to": one.target}
        yield _item("dependency", one.change, arrows((one.source, one.target)), one.alterations) | ends
    for change, cycles in (
        (ChangeKind.ADDED, difference.new_cycles),
        (ChangeKind.REMOVED, difference.gone_cycles),
    ):
        yield from (_cycle(change, cycle) for cycle in cycles)
    for step in difference.wave_changes:
        waves = {"before": step.before, "after": step.after}
        detail = f"wave {arrows((str(step.before), str(step.after)))}"
        yield _item("start", ChangeKind.CHANGED, step.name) | {"detail": detail} | waves
    for change, findings in (
        (ChangeKind.ADDED, difference.new_findings),
        (ChangeKind.REMOVED, difference.gone_findings),
    ):
        yield from (_finding(change, finding) for finding in findings)


def _item(
    what: str, change: ChangeKind, name: str, alterations: tuple[Alteration, ...] = ()
) -> dict[str, Json]:
    return {
        "what": what,
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
        yield pen.title(_TITLES[what])
        names = pen.names(str(row["name"]) for row in rows)
        for name, row in zip(names, rows, strict=True):
            mark, style = _MARKS[str(row["change"])]
            yield pen.line(f"{pen.paint(mark, style)} {name}", str(row["detail"]))


def _reasons(facts: Comparison, pen: Pen) -> Iterator[str]:
    if facts.reasons:
        yield pen.title("risks")
    width = max((len(reason.risk) for reason in facts.reasons), default=0)
    for reason in facts.reasons:
        yield pen.line(pen.paint(f"{reason.risk:<{width}}", _STYLES[reason.risk]), reason.words)
