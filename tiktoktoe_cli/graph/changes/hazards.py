"""What is dangerous about a change: each function sees one kind of danger in a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tiktoktoe_cli.config.quantity import Quantity
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.changes.parts import ChangeKind, Part
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules.structure import MISSING_DEPENDENCY, START_CYCLE
from tiktoktoe_cli.graph.semver import SemverError, Version
from tiktoktoe_cli.graph.words import cycle_words, path_words
from tiktoktoe_cli.words import duration, listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.errors import Severity
    from tiktoktoe_cli.graph.changes.diff import Difference
    from tiktoktoe_cli.graph.changes.parts import Alteration, PartChange

_MOST_NAMES = 5

Row: TypeAlias = tuple[str, ...]
"""One of the differences: what it is about, and the names of that; of a finding, its identity."""


class Sight(NamedTuple):
    """What a hazard saw: in which difference, a sentence, and what that is about.

    Sights are told once if `about` is the same. What begins with a rule's id is the same as its finding.
    """

    row: Row
    words: str
    about: tuple[str, ...]


def cycles(difference: Difference) -> Iterator[Sight]:
    """See services that wait for each other now."""
    for cycle in difference.new_cycles:
        names = tuple(edge.source for edge in cycle.edges)
        words = f"these services wait for each other to start: {cycle_words(names)}"
        yield Sight(("cycle", *names), words, (START_CYCLE.id, *names))


def removed_but_needed(difference: Difference) -> Iterator[Sight]:
    """See services that are gone, though others depend on them."""
    for row, name in _removed_services(difference):
        for edge in difference.new.graph.dependents_of(name):
            words = f"{quoted(name)} is removed, and {quoted(edge.source)} depends on it"
            yield Sight(row, words, (MISSING_DEPENDENCY.id, edge.source, name))


def scaled_to_zero(difference: Difference) -> Iterator[Sight]:
    """See services that nobody runs any more, though others need them."""
    for row, name, replicas in _altered(difference, "replicas"):
        users = _users(difference, name)
        if replicas.after == "0" and users:
            yield Sight(row, f"{quoted(name)} is scaled to 0, and {_need_words(users)}", ("replicas", name))


def breaking_versions(difference: Difference) -> Iterator[Sight]:
    """See newer versions that may break who needs them."""
    for row, name, version in _altered(difference, "version"):
        users = _users(difference, name)
        if users and _is_breaking(version):
            step = f"goes from {version.before} to {version.after}"
            yield Sight(row, f"{quoted(name)} {step}, and {_need_words(users)}", ("version", name))


def older_versions(difference: Difference) -> Iterator[Sight]:
    """See services that go back."""
    for row, name, version in _altered(difference, "version"):
        pair = _versions(version)
        if pair and pair[1] < pair[0]:
            words = f"{quoted(name)} goes back from {version.before} to {version.after}"
            yield Sight(row, words, ("version", name))


def fewer_replicas(difference: Difference) -> Iterator[Sight]:
    """See services with fewer replicas than before."""
    for row, name, replicas in _altered(difference, "replicas"):
        if _is_less(replicas):
            words = f"{quoted(name)} has {replicas.after} instead of {replicas.before} replicas"
            yield Sight(row, words, ("replicas", name))


def lower_limits(difference: Difference) -> Iterator[Sight]:
    """See services that may use less than before: what they use now may be too much."""
    for resource in Resource:
        what = f"limits.{resource}"
        for row, name, limit in _altered(difference, what):
            if limit.after is not None and (limit.before is None or _is_less(limit)):
                words = f"{quoted(name)} may use {limit.after} {resource}, not {limit.before or 'any amount'}"
                yield Sight(row, words, (what, name))


def removed(difference: Difference) -> Iterator[Sight]:
    """See services that are gone, and nobody depends on them."""
    for row, name in _removed_services(difference):
        if not difference.new.graph.dependents_of(name):
            yield Sight(row, f"{quoted(name)} is removed", ("removed", name))


def removed_checks(difference: Difference) -> Iterator[Sight]:
    """See services that are checked less than before; that they are gone themselves is another hazard."""
    for change in difference.of(Part.CHECK):
        service, check = change.names
        if change.kind is ChangeKind.REMOVED and service in difference.new.graph.services:
            words = f"{quoted(service)} has no health check {quoted(check)} any more"
            yield Sight(_row(change), words, _row(change))


def no_longer_fits(difference: Difference) -> Iterator[Sight]:
    """See that everything had its place on the nodes, and now has not."""
    for change in difference.of(Part.FIT):
        if (difference.old.fit, difference.new.fit) == (Fit.FITS, Fit.DOES_NOT_FIT):
            yield Sight(_row(change), "all replicas fitted on the nodes, and no longer do", _row(change))


def fit_unknown(difference: Difference) -> Iterator[Sight]:
    """See that it was known whether everything fits, and now is not."""
    for change in difference.of(Part.FIT):
        if difference.old.fit in {Fit.FITS, Fit.DOES_NOT_FIT} and difference.new.fit in {None, Fit.UNKNOWN}:
            words = "nobody can tell any more whether all replicas fit on the nodes"
            yield Sight(_row(change), words, _row(change))


def less_room(difference: Difference) -> Iterator[Sight]:
    """See nodes that are gone, or fewer, or smaller."""
    for change in difference.of(Part.NODE):
        if change.kind is ChangeKind.REMOVED:
            words = f"there are no nodes {quoted(change.names[0])} any more"
            yield Sight(_row(change), words, _row(change))
        less = [one for one in change.alterations if change.kind is ChangeKind.CHANGED and _is_less(one)]
        if less:
            told = ", ".join(f"{one.name} {one.before} → {one.after}" for one in less)
            yield Sight(_row(change), f"nodes {quoted(change.names[0])} have less room: {told}", _row(change))


def less_reserve(difference: Difference) -> Iterator[Sight]:
    """See that less of the nodes is kept free."""
    for change in difference.of(Part.RESERVE):
        if any(map(_is_less, change.alterations)):
            yield Sight(_row(change), "less of every node is kept free", _row(change))


def new_needs(difference: Difference) -> Iterator[Sight]:
    """See services that were there before and now cannot do without another one."""
    before, after = (
        {(edge.source, edge.target) for edge in edition.graph.edges() if edge.binds}
        for edition in (difference.old, difference.new)
    )
    for source, target in sorted(after - before):
        if source in difference.old.graph.services and target in difference.new.graph.services:
            words = f"{quoted(source)} now requires {quoted(target)}"
            yield Sight((Part.DEPENDENCY, source, target), words, ("requires", source, target))


def slower_start(difference: Difference) -> Iterator[Sight]:
    """See that the start is predicted to take longer."""
    before, after = difference.old.start, difference.new.start
    if before and after and after.total_ns > before.total_ns:
        then, now = (duration(one.total_ns / NS_PER_S) for one in (before, after))
        words = f"everything is ready after {now} instead of {then}: {path_words(after.chain)} decides"
        for change in difference.of(Part.START_TIME):
            yield Sight(_row(change), words, _row(change))


def findings(severity: Severity) -> Callable[[Difference], Iterator[Sight]]:
    """Make the hazard that sees new findings of a severity."""

    def find(difference: Difference) -> Iterator[Sight]:
        for finding in difference.new_findings:
            if finding.severity is severity:
                words = f"{finding.code}: {finding.message}"
                yield Sight(("finding", *finding.identity), words, finding.identity)

    return find


def _row(change: PartChange) -> Row:
    return (change.part, *change.names)


def _removed_services(difference: Difference) -> Iterator[tuple[Row, str]]:
    for change in difference.of(Part.SERVICE):
        if change.kind is ChangeKind.REMOVED:
            yield _row(change), change.names[0]


def _altered(difference: Difference, what: str) -> Iterator[tuple[Row, str, Alteration]]:
    """Yield the services with another value of a property than before."""
    for change in difference.of(Part.SERVICE):
        for alteration in change.alterations if change.kind is ChangeKind.CHANGED else ():
            if alteration.name == what:
                yield _row(change), change.names[0], alteration


def _is_less(amount: Alteration) -> bool:
    """Compare amounts; what is not stated is nothing."""
    return Quantity.parse(amount.after or "0") < Quantity.parse(amount.before or "0")


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
