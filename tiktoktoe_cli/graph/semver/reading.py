"""Versions and ranges as configurations hold them: as texts, perhaps missing, perhaps wrong; each is read once.

A large system has hundreds of thousands of them, but few different ones. What cannot be read says nothing here: that it
is wrong is told elsewhere.
"""

from __future__ import annotations

from functools import lru_cache

from tiktoktoe_cli.graph.semver.ranges import VersionRange
from tiktoktoe_cli.graph.semver.version import SemverError, Version

_MOST_KEPT = 65_536


@lru_cache(maxsize=_MOST_KEPT)
def version_of(text: str | None) -> Version | None:
    """Read a version; None if there is none, or it cannot be read."""
    try:
        return None if text is None else Version.parse(text)
    except SemverError:
        return None


@lru_cache(maxsize=_MOST_KEPT)
def range_of(text: str | None) -> VersionRange | None:
    """Read a range; None if there is none, or it cannot be read."""
    try:
        return None if text is None else VersionRange.parse(text)
    except SemverError:
        return None


@lru_cache(maxsize=_MOST_KEPT)
def will_do(version: str | None, accepted: str | None) -> bool:
    """Tell whether a version is in a range; an unknown one will do everywhere, and all will do where no range is."""
    found, within = version_of(version), range_of(accepted)
    return found is None or within is None or within.matches(found)


def widened(text: str, version: Version, operator: str = "^") -> str:
    """Write a range that has what another one has, and a version: alone (no operator) or with what is compatible.

    As in npm, nothing stands beside `*`: it becomes `>=` the version.
    """
    wider = f"{text} || {operator}{version}"
    accepted = range_of(wider)
    return wider if accepted and accepted.matches(version) else f">={version}"
