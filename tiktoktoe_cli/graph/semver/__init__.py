"""Versions and version ranges with npm's grammar and npm's answers.

Follows node-semver 7.8 in its strict mode (https://github.com/npm/node-semver), with three changes: a comma means
"and", as a space does; the operators `~=`, `!=` and `===`, which mean other things in other dialects, are refused
with a hint that says how to write them; a number after an `x` is refused everywhere, also after `~` and `^`.
"""

from tiktoktoe_cli.graph.semver.comparator import Comparator
from tiktoktoe_cli.graph.semver.ranges import VersionRange, first_versions
from tiktoktoe_cli.graph.semver.reading import range_of, version_of, widened, will_do
from tiktoktoe_cli.graph.semver.version import SemverError, Version

__all__ = [
    "Comparator",
    "SemverError",
    "Version",
    "VersionRange",
    "first_versions",
    "range_of",
    "version_of",
    "widened",
    "will_do",
]
