"""One bound of a range, and the list of bounds that must all hold."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from tiktoktoe_cli.graph.semver.version import Version


class Comparator(NamedTuple):
    """One bound: an operator of `< <= > >= =`, and the version it compares with."""

    operator: str
    version: Version

    def admits(self, version: Version) -> bool:
        """Tell whether a version is on the right side of the bound, whatever its prerelease."""
        match self.operator:
            case "<":
                return version < self.version
            case "<=":
                return version <= self.version
            case ">":
                return version > self.version
            case ">=":
                return version >= self.version
            case _:
                return version == self.version

    def __str__(self) -> str:
        return f"{'' if self.operator == '=' else self.operator}{self.version}"

    def invites(self, version: Version) -> bool:
        """Tell whether the bound names a prerelease of a version's three numbers, and so asks for such prereleases."""
        return bool(self.version.prerelease) and self.version.release == version.release


Bounds: TypeAlias = tuple[Comparator, ...]
"""Bounds that must all hold."""

NOTHING = Comparator("<", Version(0, 0, 0, (0,)))
"""The bound that no version is within."""
EVERYTHING = Comparator(">=", Version(0, 0, 0))
"""The bound that says nothing: every version is within, and prereleases need an invitation anyway."""
