"""Rules about versions and ranges as they are written: whether they can be read, and what they let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule
from tiktoktoe_cli.graph.rules.written import written_by
from tiktoktoe_cli.graph.semver import SemverError, Version, VersionRange, range_of, version_of
from tiktoktoe_cli.words import listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.rules.written import Written

_MOST_NAMED = 5


def find_invalid_versions(subject: Subject) -> Iterator[Finding]:
    """Find texts that are no version or no range."""
    if all(map(version_of, subject.compatibility.versions)) and all(
        map(range_of, subject.compatibility.ranges)
    ):
        return
    for name, service in subject.graph.services.items():
        for written in written_by(service):
            if error := _error(written):
                owner = quoted(name) if written.target is None else _dependency(name, written.target)
                place = subject.graph.value_place(*written.path)
                yield Finding(f"{owner}: {error.message}", place, error.hint, about=written.about)


def find_empty_ranges(subject: Subject) -> Iterator[Finding]:
    """Find ranges that no version can be in."""
    hint = "a space or a comma means that both bounds must hold; alternatives are written with `||`"
    for name, written in _written_ranges(subject, lambda accepted: accepted.minimum() is None):
        message = f"{_dependency(name, written.target)}: no version can be in {quoted(written.text)}"
        yield Finding(message, subject.graph.value_place(*written.path), hint, about=written.about)


def find_unbounded_ranges(subject: Subject) -> Iterator[Finding]:
    """Find ranges that let in versions which nobody has made yet, whatever they will break."""
    hint = "say where the known versions end, as `^1.4` or `>=1.4 <3` do"
    for name, written in _written_ranges(subject, lambda accepted: accepted.is_unbounded):
        message = f"{_dependency(name, written.target)}: {quoted(written.text)} has no upper end"
        yield Finding(message, subject.graph.value_place(*written.path), hint, about=written.about)


def _unbounded(problems: Sequence[Problem]) -> str:
    names = listed(dict.fromkeys(problem.about[0] for problem in problems), limit=_MOST_NAMED)
    return f"{plural(len(problems), 'range')} of {names} have no upper end"


def _written_ranges(subject: Subject, wrong: Callable[[VersionRange], bool]) -> Iterator[tuple[str, Written]]:
    """Yield the ranges that something is wrong with, and whose they are: decided once for each text."""
    found = {
        text for text in subject.compatibility.ranges if (accepted := range_of(text)) and wrong(accepted)
    }
    for name, service in subject.graph.services.items() if found else ():
        yield from ((name, one) for one in written_by(service) if one.target and one.text in found)


def _error(written: Written) -> SemverError | None:
    parse: Callable[[str], object] = Version.parse if written.target is None else VersionRange.parse
    try:
        parse(written.text)
    except SemverError as error:
        return error
    return None


def _dependency(name: str, target: str | None) -> str:
    return f"{quoted(name)} on {quoted(target or '')}"


INVALID_VERSION = Rule(
    id="TTG203",
    severity=Severity.ERROR,
    title="invalid version or range",
    why="Versions follow semver.org, ranges follow npm; what cannot be read cannot be compared.",
    example='ledger: {version: "1.10"}\norders: {depends_on: {ledger: "~=1.4"}}',
    fix="write all three numbers of a version; write ranges with `^ ~ < <= > >=`, spaces and `||`.",
    check=find_invalid_versions,
)
RULES = (
    INVALID_VERSION,
    Rule(
        id="TTG204",
        severity=Severity.ERROR,
        title="range that no version can be in",
        why="The bounds exclude each other, so no deployment will ever satisfy them, and no choice of versions.",
        example='orders: {depends_on: {ledger: ">2 <1"}}',
        fix="swap the bounds, or separate alternatives with `||`.",
        check=find_empty_ranges,
    ),
    Rule(
        id="TTG206",
        severity=Severity.INFO,
        title="range without an upper end",
        why="A range such as `>=1.4` or `*` also takes the next major version, which may break what it promises today.",
        example='orders: {depends_on: {ledger: ">=1.4"}}',
        fix="end the range before the next major version, as `^1.4` does.",
        check=find_unbounded_ranges,
        gathered=_unbounded,
    ),
)
