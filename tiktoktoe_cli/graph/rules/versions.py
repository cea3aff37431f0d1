"""Rules about versions: whether they can be read, and whether what is deployed is what its dependents can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.semver import SemverError, Version, VersionRange
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.rules.rule import Subject


def find_unsatisfied_ranges(subject: Subject) -> Iterator[Finding]:
    """Find dependencies whose deployed version is outside the range that their dependent can use."""
    versions = {name: _version(service.version) for name, service in subject.graph.services.items()}
    for edge, accepted in _ranges(subject.graph):
        version = versions.get(edge.target)
        # a range that no version can be in has its own rule
        if version and not accepted.matches(version) and accepted.minimum():
            target = subject.graph.services[edge.target]
            needs = f"{quoted(edge.source)} needs {quoted(edge.target)} in {quoted(edge.version_range or '')}"
            declared = subject.graph.locate("services", target.name, "version")
            yield Finding(
                f"{needs}, found {quoted(str(target.version))}",
                _range_place(subject.graph, edge),
                _advice(target, version, accepted),
                located((f"the version of {quoted(target.name)}", declared)),
                (edge.source, edge.target),
            )


def find_invalid_versions(subject: Subject) -> Iterator[Finding]:
    """Find texts that are no version or no range."""
    for written in _written(subject.graph):
        try:
            written.parse(written.text)
        except SemverError as error:
            place = subject.graph.locate(*written.path)
            yield Finding(f"{written.owner}: {error.message}", place, error.hint, about=written.about)


def find_empty_ranges(subject: Subject) -> Iterator[Finding]:
    """Find ranges that no version can be in."""
    ranges = list(_ranges(subject.graph))
    distinct = {edge.version_range: accepted for edge, accepted in ranges}
    empty = {text for text, accepted in distinct.items() if accepted.minimum() is None}
    for edge, _ in ranges:
        if edge.version_range in empty:
            names = f"{quoted(edge.source)} on {quoted(edge.target)}"
            message = f"{names}: no version can be in {quoted(edge.version_range or '')}"
            hint = "a space or a comma means that both bounds must hold; alternatives are written with `||`"
            yield Finding(message, _range_place(subject.graph, edge), hint, about=(edge.source, edge.target))


class _Written(NamedTuple):
    """A version or range as it stands in the configuration."""

    owner: str
    text: str
    parse: Callable[[str], object]
    path: tuple[str | int, ...]

    @property
    def about(self) -> tuple[str, ...]:
        return tuple(str(step) for step in self.path if step not in {"services", "depends_on"})


def _written(graph: Graph) -> Iterator[_Written]:
    for name, service in graph.services.items():
        at = ("services", name)
        if service.version is not None:
            yield _Written(quoted(name), service.version, Version.parse, (*at, "version"))
        for position, text in enumerate(service.available):
            yield _Written(quoted(name), text, Version.parse, (*at, "available", position))
        for edge in service.dependencies:
            if edge.version_range is not None:
                owner = f"{quoted(name)} on {quoted(edge.target)}"
                path = (*at, "depends_on", edge.target, "version")
                yield _Written(owner, edge.version_range, VersionRange.parse, path)


def _ranges(graph: Graph) -> Iterator[tuple[Edge, VersionRange]]:
    """Yield the edges that ask for versions, with what they accept; malformed ranges have their own rule."""
    for edge in graph.edges():
        if edge.version_range is None:
            continue
        try:
            yield edge, VersionRange.parse(edge.version_range)
        except SemverError:
            continue


def _version(text: str | None) -> Version | None:
    """Read a version; malformed ones have their own rule."""
    try:
        return None if text is None else Version.parse(text)
    except SemverError:
        return None


def _range_place(graph: Graph, edge: Edge) -> Place | None:
    return graph.locate("services", edge.source, "depends_on", edge.target, "version")


def _advice(target: Service, version: Version, accepted: VersionRange) -> str:
    fitting = [one for one in map(_version, target.available) if one and accepted.matches(one)]
    if fitting:
        return f"`{max(fitting)}`, which is `available`, is in the range"
    if version.prerelease:
        return (
            f"a prerelease is only in ranges that name one of the same three numbers, as `>={version}` does"
        )
    return f"deploy {quoted(target.name)} in this range, or widen the range"


RULES = (
    Rule(
        id="TTG201",
        severity=Severity.ERROR,
        title="version outside the range of a dependent",
        why="The version that is deployed is not one of those that a dependent says it can work with.",
        example='ledger: {version: "2.0.0"}\norders: {depends_on: {ledger: "^1.4"}}',
        fix="deploy a version in the range, or widen the range once the dependent can use the new one.",
        check=find_unsatisfied_ranges,
    ),
    Rule(
        id="TTG203",
        severity=Severity.ERROR,
        title="invalid version or range",
        why="Versions follow semver.org, ranges follow npm; what cannot be read cannot be compared.",
        example='ledger: {version: "1.10"}\norders: {depends_on: {ledger: "~=1.4"}}',
        fix="write all three numbers of a version; write ranges with `^ ~ < <= > >=`, spaces and `||`.",
        check=find_invalid_versions,
    ),
    Rule(
        id="TTG204",
        severity=Severity.WARNING,
        title="range that no version can be in",
        why="The bounds exclude each other, so no deployment will ever satisfy them.",
        example='orders: {depends_on: {ledger: ">2 <1"}}',
        fix="swap the bounds, or separate alternatives with `||`.",
        check=find_empty_ranges,
    ),
)
