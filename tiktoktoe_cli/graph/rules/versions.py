"""Rules about versions: whether what is deployed, and what could be, is what the dependents can use.

A range holds on edges of every kind: `soft` and `required: false` are about a dependency that is down.
What does not suit is told once: by TTG202 if no version suits all who ask, by TTG205 if it is only a matter of
prereleases, else by TTG201.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.graph.rules.compatibility import known_versions
from tiktoktoe_cli.graph.rules.rule import Finding, Rule, located
from tiktoktoe_cli.graph.semver import range_of, version_of, widened, will_do
from tiktoktoe_cli.words import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.graph.model import Candidate, Edge, Graph, Service
    from tiktoktoe_cli.graph.rules.rule import Subject
    from tiktoktoe_cli.graph.semver import Version, VersionRange

_MOST_NAMED = 5
_RESOLVE = "`tiktoktoe graph resolve` looks for what helps: a range to widen, a version to make available"


def find_unsatisfied_ranges(subject: Subject) -> Iterator[Finding]:
    """Find dependencies whose deployed version is outside the range that their dependent can use."""
    graph = subject.graph
    for edge, version, accepted in _mismatches(subject):
        # a range that no version can be in has its own rule
        if not _is_uninvited(version, accepted) and accepted.minimum():
            target = graph.services[edge.target]
            needs = f"{quoted(edge.source)} needs {quoted(edge.target)} in {quoted(edge.version_range or '')}"
            yield Finding(
                f"{needs}, found {_found(target)}",
                _range_place(graph, edge),
                _advice(graph, target, version, accepted),
                _deployed_note(graph, target),
                (edge.source, edge.target),
            )


def find_clashes(subject: Subject) -> Iterator[Finding]:
    """Find services of which no version suits all who depend on them."""
    graph = subject.graph
    for name, clash in subject.compatibility.clashes.items():
        target = graph.services[name]
        asking = [f"{quoted(edge.source)} needs {quoted(edge.version_range or '')}" for edge in clash.edges]
        known = listed(map(str, known_versions(target)), limit=_MOST_NAMED)
        end = "no version can suit all" if clash.is_certain else f"none of {known} suits all"
        notes = [(text, _range_place(graph, edge)) for text, edge in zip(asking, clash.edges, strict=True)]
        yield Finding(
            f"{quoted(name)}: {', '.join(asking)}; {end}",
            notes[0][1],
            _RESOLVE,
            (*located(*notes[1:]), *_deployed_note(graph, target)),
            (name, *(edge.source for edge in clash.edges)),
        )


def find_uninvited_prereleases(subject: Subject) -> Iterator[Finding]:
    """Find deployed prereleases that are within the bounds of a range which does not ask for prereleases."""
    for edge, version, accepted in _mismatches(subject):
        if version and _is_uninvited(version, accepted):
            release = ".".join(map(str, version.release))
            text = edge.version_range or ""
            yield Finding(
                f"{quoted(edge.source)} needs {quoted(edge.target)} in {quoted(text)}, found the prerelease "
                f"{quoted(str(version))} of a version in it",
                _range_place(subject.graph, edge),
                "a range only has prereleases of numbers that it names one of: "
                f"write {quoted(widened(text, version, ''))}, or deploy `{release}`",
                _deployed_note(subject.graph, subject.graph.services[edge.target]),
                (edge.source, edge.target),
            )


def find_newer_versions(subject: Subject) -> Iterator[Finding]:
    """Find services that could be newer: all dependents can use it, and it can use what is deployed."""
    graph = subject.graph
    for name, service in graph.services.items():
        deployed = version_of(service.version)
        if not service.available or deployed is None or name in subject.compatibility.mismatches:
            continue
        newer = [(version, at) for version, at in _upgrades(graph, service, deployed)]
        if newer:
            version, position = max(newer)
            yield Finding(
                f"{quoted(name)} is deployed in {quoted(service.version or '')}; {quoted(str(version))} is available, "
                "and in all ranges",
                graph.value_place("services", name, "available", position, "version"),
                f"deploy {quoted(str(version))}, or take it from `available` if it is not to be deployed",
                _deployed_note(graph, service),
                (name,),
            )


def _newer(problems: Sequence[Problem]) -> str:
    names = listed((problem.about[0] for problem in problems), limit=_MOST_NAMED)
    return f"newer versions of {names} are available, and in all ranges"


def _found(target: Service) -> str:
    if target.version is not None:
        return quoted(target.version)
    return f"only {listed((one.version for one in target.available), limit=_MOST_NAMED)}"


def _mismatches(subject: Subject) -> Iterator[tuple[Edge, Version | None, VersionRange]]:
    """Yield the edges that the deployed version, if there is one, does not suit, without those that clash."""
    for name, edges in subject.compatibility.mismatches.items():
        version = version_of(subject.graph.services[name].version)
        clash = subject.compatibility.clashes.get(name)
        told = {edge.source for edge in clash.edges} if clash else ()
        for edge in edges:
            accepted = range_of(edge.version_range)
            if accepted and edge.source not in told:
                yield edge, version, accepted


def _is_uninvited(version: Version | None, accepted: VersionRange) -> bool:
    return version is not None and bool(version.prerelease) and accepted.encloses(version)


def _upgrades(graph: Graph, service: Service, deployed: Version) -> Iterator[tuple[Version, int]]:
    """Yield newer available versions that could be deployed as things are, and their positions."""
    ranges = {edge.version_range for edge in graph.dependents_of(service.name)}
    if any(text is not None and range_of(text) is None for text in ranges):
        return  # what cannot be read may ask for anything; it has its own rule
    for position, candidate in enumerate(service.available):
        version = version_of(candidate.version)
        if version is None or version <= deployed or (version.prerelease and not deployed.prerelease):
            continue
        suits = all(will_do(candidate.version, text) for text in ranges)
        if suits and _is_content(graph, candidate):
            yield version, position


def _is_content(graph: Graph, candidate: Candidate) -> bool:
    """Tell whether what is deployed is what an available version needs otherwise than its service."""
    return all(
        text is None or (name in graph.services and will_do(graph.services[name].version, text))
        for name, text in candidate.ranges
    )


def _range_place(graph: Graph, edge: Edge) -> Place | None:
    return graph.value_place("services", edge.source, "depends_on", edge.target, "version")


def _deployed_note(graph: Graph, target: Service) -> tuple[tuple[str, Place], ...]:
    if target.version is None:
        return ()
    return located(
        (f"the version of {quoted(target.name)}", graph.value_place("services", target.name, "version"))
    )


def _advice(graph: Graph, target: Service, version: Version | None, accepted: VersionRange) -> str:
    """Name the best version that all dependents can use, or else one that this dependent can; or the direction."""
    ranges = {edge.version_range for edge in graph.dependents_of(target.name)}
    fitting = accepted.select(known_versions(target))
    for_all = [one for one in fitting if all(will_do(str(one), text) for text in ranges)]
    if for_all:
        best = max(for_all)
        if all(_is_content(graph, one) for one in target.available if version_of(one.version) == best):
            return f"deploy `{best}`, which is `available`: it is in the ranges of all dependents"
        return f"`{best}` is in the ranges of all dependents, but needs others itself: see `tiktoktoe graph resolve`"
    if fitting:
        return f"`{max(fitting)}`, which is `available`, is in this range, but not in those of all dependents"
    if version is None:
        return f"make a version of {quoted(target.name)} in this range `available`, or widen the range"
    if accepted.is_below(version):
        return f"deploy an older version of {quoted(target.name)}, or widen the range"
    return f"deploy {quoted(target.name)} in this range, or widen the range"


CLASH = Rule(
    id="TTG202",
    severity=Severity.ERROR,
    title="no version suits all dependents",
    why="Each dependent can use some version, but none of those that are deployed or available suits all of them.",
    example='ledger: {version: "2.0.0", available: ["1.4.3"]}\n'
    'orders: {depends_on: {ledger: "^1.4"}}\nreports: {depends_on: {ledger: "^2"}}',
    fix="widen a range, or make a version available that is in all; `tiktoktoe graph resolve` looks for both.",
    check=find_clashes,
)
RULES = (
    Rule(
        id="TTG201",
        severity=Severity.ERROR,
        title="version outside the range of a dependent",
        why="The version that is deployed is not one of those that a dependent says it can work with, or none of those "
        "that could be.",
        example='ledger: {version: "2.0.0"}\norders: {depends_on: {ledger: "^1.4"}}',
        fix="deploy a version in the range, or widen the range once the dependent can use the new one.",
        check=find_unsatisfied_ranges,
    ),
    CLASH,
    Rule(
        id="TTG205",
        severity=Severity.ERROR,
        title="prerelease in a range that does not ask for it",
        why="As in npm, a range only has prereleases of numbers that it names one of: 1.5.0-rc.1 is not in `^1.4`, so "
        "this version does not suit, and `tiktoktoe graph resolve` looks for another one.",
        example='ledger: {version: "1.5.0-rc.1"}\norders: {depends_on: {ledger: "^1.4"}}',
        fix="name the prerelease in the range (`^1.4 || 1.5.0-rc.1`), or deploy the release.",
        check=find_uninvited_prereleases,
    ),
    Rule(
        id="TTG207",
        severity=Severity.INFO,
        title="newer version available",
        why="It could be deployed as things are: all dependents can use it, and it can use what is deployed.",
        example='ledger: {version: "1.4.2", available: ["1.4.3"]}\norders: {depends_on: {ledger: "^1.4"}}',
        fix="deploy it; `tiktoktoe graph resolve --prefer newest` looks for the newest versions of all services.",
        check=find_newer_versions,
        gathered=_newer,
    ),
)
