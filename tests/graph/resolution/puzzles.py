"""Small systems to choose versions for, and a solver that tries out everything: slow, plain, and right."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tiktoktoe_cli.graph.semver import Version, VersionRange

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from tiktoktoe_cli.graph.resolution.conflict import Key

Raw = dict[str, Any]  # services as YAML holds them
Assignment = dict[str, str]

VERSIONS = ("1.0.0", "1.1.0", "2.0.0-rc.1", "2.0.0")
RANGES = ("*", "^1", "^2", "1.0.0", ">=1.1.0", "<1.1.0", "^2.0.0-rc.1", ">3 <2")
NAMES = ("a", "b", "c", "d")


@st.composite
def systems(draw: st.DrawFn) -> Raw:
    """Draw up to four services with up to three versions each; some are not deployed, and one name is not there."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    targets = st.sampled_from((*names, "ghost")) if draw(st.integers(0, 4)) == 0 else st.sampled_from(names)
    edge = st.fixed_dictionaries(
        {"version": st.sampled_from((*RANGES, None)), "kind": st.sampled_from(("start", "runtime", "soft"))}
    )
    ranges = st.dictionaries(targets, st.sampled_from((*RANGES, None)), max_size=2)
    system: Raw = {}
    for name in names:
        deployed, *others = draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=3, unique=True))
        system[name] = {
            "depends_on": draw(st.dictionaries(targets, edge, max_size=2)),
            "available": [{"version": version, "depends_on": draw(ranges)} for version in others],
        }
        if draw(st.integers(0, 3)):
            system[name]["version"] = deployed
    return system


@st.composite
def packages(draw: st.DrawFn) -> Raw:
    """Draw services of which none is deployed, but one that needs them: most of it does not fit together."""
    names = ("a", "b", "c", "d", "e")
    needs = st.dictionaries(
        st.sampled_from(names), st.sampled_from(("1.0.0", "2.0.0", "^2", "<2")), max_size=3
    )
    system: Raw = {"root": {"version": "1.0.0", "depends_on": _edges(draw(needs)), "available": []}}
    for name in names:
        versions = [f"{major}.0.0" for major in range(1, draw(st.integers(2, 3)))]
        candidates = [{"version": version, "depends_on": draw(needs)} for version in versions]
        system[name] = {"depends_on": {}, "available": candidates}
    return system


def _edges(ranges: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"version": text, "kind": "start"} for name, text in ranges.items()}


def best_cost(
    system: Raw, *, newest: bool = False, counts: Callable[[Key], bool] = lambda _: True
) -> tuple[int, int] | None:
    """Return what the best choice costs, in changes and in ranks below the best; None if there is no choice.

    Needs that do not count are left out, but still say which services have to run.
    """
    costs = (
        cost_of(system, chosen, newest=newest)
        for chosen in _assignments(system)
        if _is_valid(system, chosen, counts)
    )
    return min(costs, default=None)


def cost_of(system: Raw, chosen: Mapping[str, str | None], *, newest: bool = False) -> tuple[int, int]:
    """Count the changes (none are counted if the newest is preferred), and sum up the ranks."""
    ranks = sum(ranked(system[name], newest=newest).index(version) for name, version in chosen.items())
    changes = sum(version != system[name].get("version") for name, version in chosen.items())
    return (0 if newest else changes), ranks


def ranked(service: Raw, *, newest: bool) -> list[str | None]:
    """List the versions of a service, the best first: what is deployed, then releases, then prereleases."""
    deployed = service.get("version")

    def key(text: str | None) -> tuple[bool, bool, Version]:
        version = Version.parse(text or "0.0.0")
        return text == deployed and not newest, text == deployed or not version.prerelease, version

    return sorted(_versions(service), key=key, reverse=True)


def wanted(system: Raw) -> set[str]:
    """Tell which services have to run: what is deployed or of unknown version, and what no other names."""
    named = {
        target
        for name, service in system.items()
        for one in (service, *service["available"])
        for target in one["depends_on"]
        if target != name
    }
    return {
        name for name, service in system.items() if "version" in service or not service["available"]
    } | system.keys() - named


def needs_of(service: Raw, version: str | None) -> dict[str, str | None]:
    """Return the ranges that a version of a service needs, by target."""
    declared = {target: edge["version"] for target, edge in service["depends_on"].items()}
    if version is None or version == service.get("version"):
        return declared
    own = next(one["depends_on"] for one in service["available"] if one["version"] == version)
    declared |= own
    return {target: text for target, text in declared.items() if not (target in own and own[target] is None)}


def _versions(service: Raw) -> list[str | None]:
    texts = [one["version"] for one in service["available"]]
    return [service["version"], *texts] if "version" in service else texts or [None]


def _assignments(system: Raw) -> Iterator[dict[str, str | None]]:
    """Yield every choice; services that do not have to run may be left out."""
    must, out = wanted(system), object()
    choices = [[*_versions(service), *([] if name in must else [out])] for name, service in system.items()]
    for versions in product(*choices):
        pairs = zip(system, versions, strict=True)
        yield {name: version for name, version in pairs if version is None or isinstance(version, str)}


def _is_valid(system: Raw, chosen: Mapping[str, str | None], counts: Callable[[Key], bool]) -> bool:
    needs = [
        (name, target, text)
        for name, version in chosen.items()
        for target, text in needs_of(system[name], version).items()
        if counts((name, target, text))
    ]
    return all(_is_met(chosen, target, text) for _, target, text in needs) and not _has_cycle(system, needs)


def _is_met(chosen: Mapping[str, str | None], target: str, text: str | None) -> bool:
    if target not in chosen:
        return False
    version = chosen[target]
    return version is None or text is None or VersionRange.parse(text).matches(Version.parse(version))


def _has_cycle(system: Raw, needs: Collection[tuple[str, str, str | None]]) -> bool:
    """Tell whether services start after each other, over an edge that not all versions of its source have."""
    starts = {
        (name, target)
        for name, target, _ in needs
        if system[name]["depends_on"].get(target, {"kind": "start"})["kind"] == "start"
    }
    return any(
        source != target and _reaches(starts, target, source) and not _is_everywhere(system[source], target)
        for source, target in starts
    )


def _is_everywhere(service: Raw, target: str) -> bool:
    """Tell whether all versions of a service need another one."""
    return all(target in needs_of(service, version) for version in _versions(service))


def _reaches(edges: Collection[tuple[str, str]], start: str, end: str) -> bool:
    reached = {start}
    while more := {b for a, b in edges if a in reached} - reached:
        reached |= more
    return end in reached
