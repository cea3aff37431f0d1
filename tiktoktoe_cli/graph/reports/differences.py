"""The differences of two systems as lines: what a report, a text and a comment tell of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.changes.diff import row_of_cycle, row_of_finding
from tiktoktoe_cli.graph.changes.parts import ChangeKind, Part, Property
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.reports.pen import arrows
from tiktoktoe_cli.graph.reports.values import step_words, written
from tiktoktoe_cli.report.documents import place_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.algorithms.cycles import Cycle
    from tiktoktoe_cli.graph.changes.diff import Difference, WaveChange
    from tiktoktoe_cli.graph.changes.parts import Alteration, PartChange, Row
    from tiktoktoe_cli.graph.changes.risks import Assessment
    from tiktoktoe_cli.report.facts import Json

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


@dataclass(frozen=True, slots=True)
class Line:
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


def lines_of(difference: Difference, assessment: Assessment) -> Iterator[Line]:
    """List the differences, each with its risk."""
    for line in _differences(difference):
        harmless = Risk.NONE if (line.row.part, line.change) in _HAPPY_ENDS else Risk.LOW
        yield replace(line, risk=assessment.rows.get(line.row, harmless))


def _differences(difference: Difference) -> Iterator[Line]:
    yield from map(_change, difference.changes)
    yield from (_cycle(ChangeKind.ADDED, cycle) for cycle in difference.new_cycles)
    yield from (_cycle(ChangeKind.REMOVED, cycle) for cycle in difference.gone_cycles)
    yield from map(_wave, difference.wave_changes)
    yield from (_finding(ChangeKind.ADDED, finding) for finding in difference.new_findings)
    yield from (_finding(ChangeKind.REMOVED, finding) for finding in difference.gone_findings)


def _change(change: PartChange) -> Line:
    return Line(
        change.row,
        change.kind,
        change.part.told.joint.join(change.names),
        "; ".join(_words(change.kind, change.alterations)),
        alterations=change.alterations,
        extras=dict(zip(change.part.told.ends, change.names, strict=False)),
    )


def _wave(step: WaveChange) -> Line:
    detail = f"wave {arrows((str(step.before), str(step.after)))}"
    waves: dict[str, Json] = {"before": step.before, "after": step.after}
    return Line(step.row, ChangeKind.CHANGED, step.name, detail, extras=waves)


def _alteration(one: Alteration) -> dict[str, Json]:
    before, after = written(one)
    return {"name": one.name.value, "before": before, "after": after}


def _words(change: ChangeKind, alterations: tuple[Alteration, ...]) -> Iterator[str]:
    for one in alterations:
        if change is ChangeKind.CHANGED:
            yield from step_words(one)
        elif one.name in _TELLING:
            before, after = written(one)
            yield f"{one.name} {after or before}"
        elif one.name is Property.REQUIRED and False in {one.before, one.after}:
            yield "optional"


def _cycle(change: ChangeKind, cycle: Cycle) -> Line:
    row = row_of_cycle(cycle)
    services: dict[str, Json] = {"services": sorted(cycle.component)}
    return Line(row, change, arrows([*row.names, row.names[0]]), "", extras=services)


def _finding(change: ChangeKind, finding: Problem) -> Line:
    extras = {
        "severity": finding.severity.value,
        "about": finding.about,
        **place_data(finding.place),
    }
    detail = f"{finding.severity}: {finding.message}"
    return Line(row_of_finding(finding), change, finding.code, detail, extras=extras)
