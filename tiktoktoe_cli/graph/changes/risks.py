"""How dangerous a change of the system is: a table of hazards, each with what it sees in a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.changes.diff import ChangeKind
from tiktoktoe_cli.graph.choices import Risk
from tiktoktoe_cli.graph.rules.structure import MISSING_DEPENDENCY, START_CYCLE
from tiktoktoe_cli.graph.semver import SemverError, Version
from tiktoktoe_cli.graph.words import cycle_words
from tiktoktoe_cli.words import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.graph.changes.diff import Alteration, Difference, ServiceChange

_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is dangerous: the hazard, and what it saw; `about` names what that is about."""

    risk: Risk
    hazard: str
    words: str
    about: tuple[str, ...]


Sight: TypeAlias = tuple[str, tuple[str, ...]]
"""What a hazard saw: a sentence, and what it is about. What begins with a rule's id is the same as its finding."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """One kind of danger."""

    risk: Risk
    title: str
    find: Callable[[Difference], Iterator[Sight]]


def assess(difference: Difference) -> tuple[Risk, tuple[Reason, ...]]:
    """Judge a change by the worst hazard in it; what several see is told by the first.

    A change that no hazard sees is of low risk.
    """
    reasons: dict[tuple[str, ...], Reason] = {}
    for hazard in HAZARDS:
        for words, about in hazard.find(difference):
            reasons.setdefault(about, Reason(hazard.risk, hazard.title, words, about[1:]))
    if reasons:
        return next(iter(reasons.values())).risk, tuple(reasons.values())
    return Risk.NONE if difference.is_empty else Risk.LOW, ()


def _cycles(difference: Difference) -> Iterator[Sight]:
    for cycle in difference.new_cycles:
        names = tuple(edge.source for edge in cycle.edges)
        yield f"these services wait for each other to start: {cycle_words(names)}", (START_CYCLE.id, *names)


def _removed_but_needed(difference: Difference) -> Iterator[Sight]:
    for service in _services(difference, ChangeKind.REMOVED):
        for edge in difference.new.graph.dependents_of(service.name):
            words = f"{quoted(service.name)} is removed, and {quoted(edge.source)} depends on it"
            yield words, (MISSING_DEPENDENCY.id, edge.source, service.name)


def _scaled_to_zero(difference: Difference) -> Iterator[Sight]:
    for service, replicas in _altered(difference, "replicas"):
        users = _users(difference, service)
        if replicas.after == "0" and users:
            yield f"{quoted(service)} is scaled to 0, and {_need_words(users)}", ("replicas", service)


def _breaking_versions(difference: Difference) -> Iterator[Sight]:
    for service, version in _altered(difference, "version"):
        users = _users(difference, service)
        if users and _is_breaking(version):
            step = f"goes from {version.before} to {version.after}"
            yield f"{quoted(service)} {step}, and {_need_words(users)}", ("version", service)


def _older_versions(difference: Difference) -> Iterator[Sight]:
    for service, version in _altered(difference, "version"):
        pair = _versions(version)
        if pair and pair[1] < pair[0]:
            yield (
                f"{quoted(service)} goes back from {version.before} to {version.after}",
                ("version", service),
            )


def _fewer_replicas(difference: Difference) -> Iterator[Sight]:
    for service, replicas in _altered(difference, "replicas"):
        if int(replicas.after or 0) < int(replicas.before or 0):
            words = f"{quoted(service)} has {replicas.after} instead of {replicas.before} replicas"
            yield words, ("replicas", service)


def _removed(difference: Difference) -> Iterator[Sight]:
    for service in _services(difference, ChangeKind.REMOVED):
        if not difference.new.graph.dependents_of(service.name):
            yield f"{quoted(service.name)} is removed", ("removed", service.name)


def _new_needs(difference: Difference) -> Iterator[Sight]:
    """See services that were there before and now cannot do without another one."""
    before, after = (
        {(edge.source, edge.target) for edge in edition.graph.edges() if edge.binds}
        for edition in (difference.old, difference.new)
    )
    for source, target in sorted(after - before):
        if source in difference.old.graph.services and target in difference.new.graph.services:
            yield f"{quoted(source)} now requires {quoted(target)}", ("requires", source, target)


def _findings(severity: Severity) -> Callable[[Difference], Iterator[Sight]]:
    def find(difference: Difference) -> Iterator[Sight]:
        for finding in difference.new_findings:
            if finding.severity is severity:
                yield f"{finding.code}: {finding.message}", finding.identity

    return find


HAZARDS = (
    Hazard(Risk.HIGH, "new start cycle", _cycles),
    Hazard(Risk.HIGH, "removed service that others depend on", _removed_but_needed),
    Hazard(Risk.HIGH, "service scaled to 0 that others need", _scaled_to_zero),
    Hazard(Risk.HIGH, "breaking version of a service that others need", _breaking_versions),
    Hazard(Risk.HIGH, "new error", _findings(Severity.ERROR)),
    Hazard(Risk.MEDIUM, "older version", _older_versions),
    Hazard(Risk.MEDIUM, "fewer replicas", _fewer_replicas),
    Hazard(Risk.MEDIUM, "removed service", _removed),
    Hazard(Risk.MEDIUM, "new required dependency", _new_needs),
    Hazard(Risk.MEDIUM, "new warning", _findings(Severity.WARNING)),
)
"""The worst first."""


def _services(difference: Difference, change: ChangeKind) -> Iterator[ServiceChange]:
    return (service for service in difference.services if service.change is change)


def _altered(difference: Difference, what: str) -> Iterator[tuple[str, Alteration]]:
    """Yield the services with another value of a property than before."""
    for service in _services(difference, ChangeKind.CHANGED):
        for alteration in service.alterations:
            if alteration.name == what:
                yield service.name, alteration


def _users(difference: Difference, name: str) -> list[str]:
    """Name the services that directly require one."""
    return [edge.source for edge in difference.new.graph.dependents_of(name) if edge.is_needed_at_run_time]


def _need_words(users: list[str]) -> str:
    verb = "needs" if len(users) == 1 else "need"
    return f"{plural(len(users), 'service')} {verb} it: {listed(users, _MOST_NAMES)}"


def _is_breaking(version: Alteration) -> bool:
    """Tell whether a newer version may break its users: another major number, or another minor one of a 0.x.

    So says semver.org 2.0 in 4 and 8.
    """
    pair = _versions(version)
    if pair is None:
        return False
    old, new = (one.release for one in pair)
    return new > old and (new[0] != old[0] or (old[0] == 0 and new[1] != old[1]))


def _versions(version: Alteration) -> tuple[Version, Version] | None:
    """Read both versions; None if one is missing, or is no semantic version."""
    try:
        return Version.parse(version.before or ""), Version.parse(version.after or "")
    except SemverError:
        return None
