"""How dangerous a change of the system is: a table of hazards, each with what it sees in a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.changes import hazards
from tiktoktoe_cli.graph.choices import Risk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tiktoktoe_cli.graph.changes.diff import Difference
    from tiktoktoe_cli.graph.changes.hazards import Sight, Subject
    from tiktoktoe_cli.graph.changes.parts import Row


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is dangerous: the hazard, and what it saw; `about` names what that is about."""

    risk: Risk
    hazard: str
    words: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """How dangerous a change is, and why; `rows` are the differences that a hazard was seen in."""

    risk: Risk
    reasons: tuple[Reason, ...]
    rows: Mapping[Row, Risk]


@dataclass(frozen=True, slots=True)
class Hazard:
    """One kind of danger."""

    risk: Risk
    title: str
    find: Callable[[Difference], Iterator[Sight]]


def assess(difference: Difference) -> Assessment:
    """Judge a change by the worst hazard in it; what several see is told by the first.

    A change that no hazard sees is of low risk.
    """
    reasons: dict[Subject, Reason] = {}
    rows: dict[Row, Risk] = {}
    for hazard in HAZARDS:
        for sight in hazard.find(difference):
            rows.setdefault(sight.row, hazard.risk)
            reason = Reason(hazard.risk, hazard.title, sight.words, sight.subject.names)
            reasons.setdefault(sight.subject, reason)
    harmless = Risk.NONE if difference.is_empty else Risk.LOW
    worst = next((reason.risk for reason in reasons.values()), harmless)
    return Assessment(worst, tuple(reasons.values()), rows)


HAZARDS = (
    Hazard(Risk.HIGH, "new start cycle", hazards.cycles),
    Hazard(Risk.HIGH, "removed service that others depend on", hazards.removed_but_needed),
    Hazard(Risk.HIGH, "service scaled to 0 that others need", hazards.scaled_to_zero),
    Hazard(Risk.HIGH, "breaking version of a service that others need", hazards.breaking_versions),
    Hazard(Risk.HIGH, "no longer fits", hazards.no_longer_fits),
    Hazard(Risk.HIGH, "new error", hazards.findings(Severity.ERROR)),
    Hazard(Risk.HIGH, "no start order any more", hazards.no_start),
    Hazard(Risk.MEDIUM, "older version", hazards.older_versions),
    Hazard(Risk.MEDIUM, "fewer replicas", hazards.fewer_replicas),
    Hazard(Risk.MEDIUM, "lower limit", hazards.lower_limits),
    Hazard(Risk.MEDIUM, "removed service", hazards.removed),
    Hazard(Risk.MEDIUM, "removed health check", hazards.removed_checks),
    Hazard(Risk.MEDIUM, "less room on the nodes", hazards.less_room),
    Hazard(Risk.MEDIUM, "smaller reserve", hazards.less_reserve),
    Hazard(Risk.MEDIUM, "unknown whether it fits", hazards.fit_unknown),
    Hazard(Risk.MEDIUM, "new required dependency", hazards.new_needs),
    Hazard(Risk.MEDIUM, "new warning", hazards.findings(Severity.WARNING)),
    Hazard(Risk.LOW, "slower start", hazards.slower_start),
)
"""The worst first."""
