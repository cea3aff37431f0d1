"""Which versions suit whom, found out once for all rules about versions: on distinct texts, since these are few."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.semver import first_versions, range_of, version_of, will_do

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tiktoktoe_cli.graph.model import Edge, Graph, Service
    from tiktoktoe_cli.graph.semver import Version


_MOST_RANGES = 50  # of one service: with more, only known versions are compared


@dataclass(frozen=True, slots=True)
class Clash:
    """Edges to one service that no version suits together, though each alone is suited; without any one, some would.

    They are in the order of their sources, and of several such sets it is one of the first sources.
    With `is_certain` that is so for every version there could be, else for those that are known.
    """

    edges: tuple[Edge, ...]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Compatibility:
    """Edges whose range does not have what is deployed, and clashes: both by the service that they end at.

    Where nobody says what is deployed, an edge must have one of the available versions in its range. `versions` and
    `ranges` are the different texts that are written.
    """

    mismatches: Mapping[str, tuple[Edge, ...]]
    clashes: Mapping[str, Clash]
    versions: frozenset[str]
    ranges: frozenset[str]


def compatibility_of(graph: Graph) -> Compatibility:
    """Compare all ranges with the deployed and the available versions."""
    offered = {name: _offered(service) for name, service in graph.services.items()}
    edges = [edge for service in graph.services.values() for edge in service.dependencies]
    pairs = {(edge.version_range, offered.get(edge.target, (None,))) for edge in edges}
    unsuited = {(text, found) for text, found in pairs if not any(will_do(one, text) for one in found)}
    mismatches = _mismatches(edges, offered, unsuited)
    unsettled = [
        name for name, service in graph.services.items() if name in mismatches or service.version is None
    ]
    found = ((name, _clash(graph.services[name], graph.dependents_of(name))) for name in unsettled)
    candidates = [candidate for service in graph.services.values() for candidate in service.available]
    versions = {*chain.from_iterable(offered.values()), *(candidate.version for candidate in candidates)}
    ranges = {text for text, _ in pairs} | {text for one in candidates for _, text in one.ranges}
    return Compatibility(
        mismatches=mismatches,
        clashes={name: clash for name, clash in found if clash},
        versions=frozenset(text for text in versions if text is not None),
        ranges=frozenset(text for text in ranges if text is not None),
    )


def _offered(service: Service) -> tuple[str | None, ...]:
    """Return the version that a service has, or else those that it could have; None is one that nobody knows."""
    if service.version is None and service.available:
        return tuple(candidate.version for candidate in service.available)
    return (service.version,)


def known_versions(service: Service) -> list[Version]:
    """Return the versions that a service could have: the deployed one and those that are available."""
    texts = [service.version, *(candidate.version for candidate in service.available)]
    return [version for version in map(version_of, texts) if version is not None]


def _mismatches(
    edges: list[Edge],
    offered: Mapping[str, tuple[str | None, ...]],
    unsuited: Collection[tuple[str | None, tuple[str | None, ...]]],
) -> dict[str, tuple[Edge, ...]]:
    """Find the edges whose range has none of the versions that are offered."""
    found: dict[str, list[Edge]] = {}
    texts = {text for text, _ in unsuited}
    for edge in edges if unsuited else ():
        if edge.version_range in texts and (edge.version_range, offered.get(edge.target)) in unsuited:
            found.setdefault(edge.target, []).append(edge)
    return {name: tuple(edges) for name, edges in found.items()}


def _clash(service: Service, asking: Iterable[Edge]) -> Clash | None:
    first: dict[str, Edge] = {}
    for edge in asking:
        text = edge.version_range
        if text is not None and (text not in first or edge.source < first[text].source):
            first[text] = edge
    texts = sorted(first, key=lambda text: first[text].source)
    if len(texts) < 2:  # noqa: PLR2004  # it takes two to clash
        return None
    is_certain = _exclude_each_other(frozenset(texts))
    versions = _thinkable(texts) if is_certain else known_versions(service)
    told = _apart(texts, versions) if versions else ()
    return Clash(tuple([first[text] for text in told]), is_certain) if told else None


@lru_cache(maxsize=4096)  # pure, and services have few different sets of ranges
def _exclude_each_other(texts: frozenset[str]) -> bool:
    """Tell whether no version at all is in all ranges; not where there are too many to compare."""
    return len(texts) <= _MOST_RANGES and bool(_apart(sorted(texts), _thinkable(texts)))


def _thinkable(texts: Collection[str]) -> list[Version]:
    """Return versions of which one is in all ranges, if any version is."""
    return list(first_versions(*(accepted for text in texts if (accepted := range_of(text)))))


def _apart(texts: Sequence[str], versions: Sequence[Version]) -> tuple[str, ...]:
    """Return as few ranges as possible that have none of the versions in common; none if all have one.

    Ranges that have none of them at all are left out: they clash with nobody else.
    """
    ranges = {text: accepted for text in texts if (accepted := range_of(text))}
    suited = {text: frozenset(accepted.select(versions)) for text, accepted in ranges.items()}
    kept = [text for text, found in suited.items() if found]
    if not kept or frozenset.intersection(*(suited[text] for text in kept)):
        return ()
    for text in kept[::-1]:
        others = [suited[one] for one in kept if one != text]
        if not frozenset.intersection(*others):
            kept.remove(text)
    return tuple(kept)
