"""What is dangerous about a change: each function sees one kind of danger in a difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.algorithms.cycles import first_start_cycle
from tiktoktoe_cli.graph.capacity import Fit
from tiktoktoe_cli.graph.changes.diff import row_of_cycle, row_of_finding
from tiktoktoe_cli.graph.changes.parts import ChangeKind, Part, Property, Row
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.rules.structure import MISSING_DEPENDENCY, SELF_DEPENDENCY, START_CYCLE
from tiktoktoe_cli.graph.semver import SemverError, Version
from tiktoktoe_cli.graph.words import cycle_words, path_words
from tiktoktoe_cli.words import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.errors import Severity
    from tiktoktoe_cli.graph.changes.diff import Difference
    from tiktoktoe_cli.graph.changes.parts import Alteration, Value
    from tiktoktoe_cli.graph.rules.rule import Rule

_MOST_NAMES = 5

_LIMITS = {Property.CPU_LIMIT: Resource.CPU, Property.MEMORY_LIMIT: Resource.MEMORY}


class Subject(NamedTuple):
    """What a sight is about: a difference or the finding that says the same, and the property of it, if it is one."""

    row: Row
    what: Property | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Name what it is about; the identity of a finding begins with its rule."""
        return self.row.names[1:] if self.row.part is Part.FINDING else self.row.names


@dataclass(frozen=True, slots=True)
class Sight:
    """What a hazard saw: in which difference, and a sentence; of those about the same, only the first is told.

    It is about a property of the difference if that is given as `what`, or all of it. `finding` is the row of the
    finding that says the same, be it new or not.
    """

    row: Row
    words: str
    what: Property | None = None
    finding: Row | None = None

    @property
    def subject(self) -> Subject:
        """What it is about."""
        return Subject(self.finding or self.row, self.what)


def cycles(difference: Difference) -> Iterator[Sight]:
    """See services that wait for each other now, in the words of the finding, unless that is accepted."""
    told = {row_of_finding(finding): finding.message for finding in difference.new.findings}
    for cycle in difference.new_cycles:
        row = row_of_cycle(cycle)
        finding = _finding(START_CYCLE, *row.names)
        words = told.get(finding, f"{START_CYCLE.title}: {cycle_words(row.names)}")
        yield Sight(row, words, finding=finding)


def removed_but_needed(difference: Difference) -> Iterator[Sight]:
    """See services that are gone, though others depend on them."""
    for row, name in _removed_services(difference):
        for edge in difference.new.graph.dependents_of(name):
            words = f"{quoted(name)} is removed, and {quoted(edge.source)} depends on it"
            yield Sight(row, words, finding=_finding(MISSING_DEPENDENCY, edge.source, name))


def scaled_to_zero(difference: Difference) -> Iterator[Sight]:
    """See services that nobody runs any more, though others need them."""
    for row, name, replicas in _altered(difference, Property.REPLICAS):
        users = _users(difference, name)
        if replicas.after == 0 and users:
            yield Sight(row, f"{quoted(name)} is scaled to 0, and {_need_words(users)}", replicas.name)


def breaking_versions(difference: Difference) -> Iterator[Sight]:
    """See newer versions that may break who needs them."""
    for row, name, version in _altered(difference, Property.VERSION):
        users = _users(difference, name)
        if users and _is_breaking(version):
            step = f"goes from {version.before} to {version.after}"
            yield Sight(row, f"{quoted(name)} {step}, and {_need_words(users)}", version.name)


def older_versions(difference: Difference) -> Iterator[Sight]:
    """See services that go back."""
    for row, name, version in _altered(difference, Property.VERSION):
        pair = _versions(version)
        if pair and pair[1] < pair[0]:
            words = f"{quoted(name)} goes back from {version.before} to {version.after}"
            yield Sight(row, words, version.name)


def fewer_replicas(difference: Difference) -> Iterator[Sight]:
    """See services with fewer replicas than before."""
    for row, name, replicas in _altered(difference, Property.REPLICAS):
        if _is_less(replicas):
            words = f"{quoted(name)} has {replicas.after} instead of {replicas.before} replicas"
            yield Sight(row, words, replicas.name)


def lower_limits(difference: Difference) -> Iterator[Sight]:
    """See services that may use less than before: what they use now may be too much."""
    for what, resource in _LIMITS.items():
        for row, name, limit in _altered(difference, what):
            if limit.after is not None and (limit.before is None or _is_less(limit)):
                before = "any amount" if limit.before is None else limit.before
                words = f"{quoted(name)} may use {limit.after} {resource}, not {before}"
                yield Sight(row, words, what)


def removed(difference: Difference) -> Iterator[Sight]:
    """See services that are gone, and nobody depends on them."""
    for row, name in _removed_services(difference):
        if not difference.new.graph.dependents_of(name):
            yield Sight(row, f"{quoted(name)} is removed")


def removed_checks(difference: Difference) -> Iterator[Sight]:
    """See services that are checked less than before; that they are gone themselves is another hazard."""
    for change in difference.of(Part.CHECK):
        service, check = change.names
        if change.kind is ChangeKind.REMOVED and service in difference.new.graph.services:
            words = f"{quoted(service)} has no health check {quoted(check)} any more"
            yield Sight(change.row, words)


def no_longer_fits(difference: Difference) -> Iterator[Sight]:
    """See that everything had its place on the nodes, and now has not."""
    for change in difference.of(Part.FIT):
        if (difference.old.fit, difference.new.fit) == (Fit.FITS, Fit.DOES_NOT_FIT):
            yield Sight(change.row, "all replicas fitted on the nodes, and no longer do")


def fit_unknown(difference: Difference) -> Iterator[Sight]:
    """See that it was known whether everything fits, and now is not."""
    for change in difference.of(Part.FIT):
        if difference.old.fit in {Fit.FITS, Fit.DOES_NOT_FIT} and difference.new.fit in {None, Fit.UNKNOWN}:
            words = "nobody can tell any more whether all replicas fit on the nodes"
            yield Sight(change.row, words)


def less_room(difference: Difference) -> Iterator[Sight]:
    """See nodes that are gone, or fewer, or smaller."""
    for change in difference.of(Part.NODE):
        if change.kind is ChangeKind.REMOVED:
            words = f"there are no nodes {quoted(change.names[0])} any more"
            yield Sight(change.row, words)
        less = [one for one in change.alterations if change.kind is ChangeKind.CHANGED and _is_less(one)]
        if less:
            told = ", ".join(f"{one.name} {one.before} → {one.after}" for one in less)
            yield Sight(change.row, f"nodes {quoted(change.names[0])} have less room: {told}")


def less_reserve(difference: Difference) -> Iterator[Sight]:
    """See that less of the nodes is kept free."""
    for change in difference.of(Part.RESERVE):
        if any(map(_is_less, change.alterations)):
            yield Sight(change.row, "less of every node is kept free")


def new_needs(difference: Difference) -> Iterator[Sight]:
    """See services that were there before and now cannot do without another one."""
    before, after = (
        {(edge.source, edge.target) for edge in edition.graph.edges() if edge.binds}
        for edition in (difference.old, difference.new)
    )
    for source, target in sorted(after - before):
        if source in difference.old.graph.services and target in difference.new.graph.services:
            words = f"{quoted(source)} now requires {quoted(target)}"
            yield Sight(Row(Part.DEPENDENCY, (source, target)), words)


def slower_start(difference: Difference) -> Iterator[Sight]:
    """See that the start is predicted to take longer."""
    before, after = difference.old.start, difference.new.start
    if before and after and after.total_ns > before.total_ns:
        then, now = (Duration(one.total_ns) for one in (before, after))
        words = f"everything is ready after {now} instead of {then}: {path_words(after.chain)} decides"
        for change in difference.of(Part.START_TIME):
            yield Sight(change.row, words)


def no_start(difference: Difference) -> Iterator[Sight]:
    """See that the start could be predicted, and now there is none: what is in its way has a finding of its own."""
    ring = () if difference.new.waves else first_start_cycle(difference.new.graph)
    for change in difference.of(Part.START_TIME) if ring else ():
        rule = START_CYCLE if len(ring) > 1 else SELF_DEPENDENCY
        words = f"no start order exists any more: {cycle_words(ring)}"
        yield Sight(change.row, words, finding=_finding(rule, *ring))


def findings(severity: Severity) -> Callable[[Difference], Iterator[Sight]]:
    """Make the hazard that sees new findings of a severity."""

    def find(difference: Difference) -> Iterator[Sight]:
        for finding in difference.new_findings:
            if finding.severity is severity:
                words = f"{finding.code}: {finding.message}"
                yield Sight(row_of_finding(finding), words)

    return find


def _finding(rule: Rule, *about: str) -> Row:
    """Tell which row a finding of a rule has."""
    return Row(Part.FINDING, (rule.id, *about))


def _removed_services(difference: Difference) -> Iterator[tuple[Row, str]]:
    for change in difference.of(Part.SERVICE):
        if change.kind is ChangeKind.REMOVED:
            yield change.row, change.names[0]


def _altered(difference: Difference, what: Property) -> Iterator[tuple[Row, str, Alteration]]:
    """Yield the services with another value of a property than before."""
    for change in difference.of(Part.SERVICE):
        for alteration in change.alterations if change.kind is ChangeKind.CHANGED else ():
            if alteration.name is what:
                yield change.row, change.names[0], alteration


def _is_less(amount: Alteration) -> bool:
    return _number(amount.after) < _number(amount.before)


def _number(value: Value) -> float:
    """Read an amount; what is not stated is nothing."""
    return value if isinstance(value, int | float) else 0


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
        return Version.parse(str(version.before or "")), Version.parse(str(version.after or ""))
    except SemverError:
        return None
