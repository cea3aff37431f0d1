"""A set of versions, as npm writes it: `^1.4`, `>=2 <3`, `1.x || 2.x`, `1.2 - 1.8`; and what two of them share.

The versions that a range holds are endless, but its bounds cut the line of all versions into few stretches. Questions
about whole ranges are answered at the first version of each stretch: see `first_versions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.semver.grammar import read_alternatives
from tiktoktoe_cli.graph.semver.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.graph.semver.comparator import Bounds

_ENDS = {"<", "<=", "="}


@dataclass(frozen=True, slots=True)
class VersionRange:
    """A set of versions: any of the alternatives, each of which is a list of bounds that must all hold."""

    alternatives: tuple[Bounds, ...]

    @classmethod
    def parse(cls, text: str) -> VersionRange:
        """Read a range such as `^1.4`, `>=2, <3` or `1.x || 2.x`; an empty text is every version.

        Raises:
            SemverError: if the text is not a range of this dialect.
        """
        return cls(read_alternatives(text))

    def matches(self, version: Version) -> bool:
        """Tell whether a version is in the range.

        A prerelease is only where an alternative names a prerelease of the same three numbers: `^1.2.3-rc.1`
        has 1.2.3-rc.2 and 1.3.0, but not 1.3.0-rc.1.
        """
        return any(_hold(bounds, version) for bounds in self.alternatives)

    def encloses(self, version: Version) -> bool:
        """Tell whether a version is within the bounds, also a prerelease that no alternative names."""
        return any(all(bound.admits(version) for bound in bounds) for bounds in self.alternatives)

    def select(self, versions: Iterable[Version]) -> list[Version]:
        """Return those of some versions that are in the range; the greatest is what npm would install."""
        return [version for version in versions if self.matches(version)]

    def minimum(self) -> Version | None:
        """Return the lowest version in the range, or None if there is none, as in `>2 <1`."""
        return min(self.select(first_versions(self)), default=None)

    def intersects(self, other: VersionRange) -> bool:
        """Tell whether some version is in both ranges.

        node-semver's `intersects` looks at the bounds alone; this asks for a version, so that `>=1.2.3-rc.1 <1.2.3`
        and `^1.2.0` have nothing in common: the second has no prerelease.
        """
        return any(map(other.matches, self.select(first_versions(self, other))))

    def is_subset_of(self, other: VersionRange) -> bool:
        """Tell whether every version of this range is in the other one, be it in several of its alternatives."""
        return all(map(other.matches, self.select(first_versions(self, other))))

    def is_below(self, version: Version) -> bool:
        """Tell whether every version of the range is lower than a version: it is too new."""
        return all(found < version for found in self.select(first_versions(self, beside=version)))

    def is_above(self, version: Version) -> bool:
        """Tell whether every version of the range is greater than a version: it is too old."""
        return all(found > version for found in self.select(first_versions(self, beside=version)))

    @property
    def is_unbounded(self) -> bool:
        """Whether there is no greatest version: some alternative has no upper bound."""
        return any(all(bound.operator not in _ENDS for bound in bounds) for bounds in self.alternatives)

    def __str__(self) -> str:
        """Write the range in bounds only, as node-semver's `validRange` does: `>=1.4.0 <2.0.0-0`."""
        return "||".join(" ".join(map(str, bounds)) for bounds in self.alternatives) or "*"


def first_versions(*ranges: VersionRange, beside: Version | None = None) -> Iterator[Version]:
    """Yield, of every stretch of versions that all these ranges treat alike, the first one; and others.

    A stretch begins at a bound, or else at the first release or prerelease after it, at the first prerelease of
    its release, or at the first version of all: nothing else can be lowest. `beside` is a bound more.
    """
    yield Version(0, 0, 0)
    found = (bound.version for one in ranges for bounds in one.alternatives for bound in bounds)
    for version in (*found, *([beside] if beside else ())):
        major, minor, patch = version.release
        yield version
        yield Version(major, minor, patch, (0,))
        yield Version(major, minor, patch, (*version.prerelease, 0))
        yield Version(major, minor, patch + (not version.prerelease))


def _hold(bounds: Bounds, version: Version) -> bool:
    if not all(bound.admits(version) for bound in bounds):
        return False
    return not version.prerelease or any(bound.invites(version) for bound in bounds)
