"""One version: three numbers, perhaps a prerelease, perhaps build metadata (semver.org 2.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import total_ordering

from tiktoktoe_cli.words import shortened

_LARGEST = 2**53 - 1
_MAX_LENGTH = 256
_LARGEST_HINT = f"the largest number is {_LARGEST}"
_VERSION_HINT = "a version is three numbers, such as `1.4.2` or `2.0.0-rc.1`"

NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
PRERELEASE = rf"(?:-(?P<prerelease>{_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
BUILD = r"(?:\+(?P<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
_VERSION = re.compile(rf"v?(?P<major>{NUMBER})\.(?P<minor>{NUMBER})\.(?P<patch>{NUMBER}){PRERELEASE}{BUILD}")


class SemverError(ValueError):
    """A text that is no version or no range; `hint` shows what would be."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version; build metadata counts neither for equality nor for order."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[int | str, ...] = ()
    build: str = field(default="", compare=False)
    # sorts a prerelease before its release, and its numbers before its words (semver.org, 11)
    _key: tuple[object, ...] = field(init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read `1.2.3`, `v1.2.3`, `1.2.3-rc.1+build`.

        Raises:
            SemverError: if the text is not a version, is longer than 256 characters or a number exceeds 2⁵³-1.
        """
        match = _VERSION.fullmatch(text.strip()) if len(text) <= _MAX_LENGTH else None
        if match is None:
            raise SemverError(f"`{shown(text)}` is not a version", _version_hint(text))
        major, minor, patch = (read_number(match[part]) for part in ("major", "minor", "patch"))
        return cls(major, minor, patch, read_identifiers(match["prerelease"]), match["build"] or "")

    def __post_init__(self) -> None:
        ranks = tuple((0, one, "") if isinstance(one, int) else (1, 0, one) for one in self.prerelease)
        object.__setattr__(self, "_key", (*self.release, not self.prerelease, ranks))

    @property
    def release(self) -> tuple[int, int, int]:
        """The three numbers."""
        return self.major, self.minor, self.patch

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __str__(self) -> str:
        words = "-" * bool(self.prerelease) + ".".join(map(str, self.prerelease))
        return f"{self.major}.{self.minor}.{self.patch}{words}"


def read_number(digits: str) -> int:
    """Read one of the three numbers of a version.

    Raises:
        SemverError: if it exceeds 2⁵³-1, as in JavaScript.
    """
    if len(digits) > len(str(_LARGEST)) or int(digits) > _LARGEST:
        raise SemverError(f"`{shown(digits)}` is too large for a version", _LARGEST_HINT)
    return int(digits)


def read_identifiers(text: str | None) -> tuple[int | str, ...]:
    """Read the dotted identifiers of a prerelease; numbers are compared as numbers.

    Raises:
        SemverError: if they are longer than 256 characters.
    """
    if text is not None and len(text) > _MAX_LENGTH:
        raise SemverError(f"`{shown(text)}` is too long", f"a version has at most {_MAX_LENGTH} characters")
    return tuple(int(one) if one.isdigit() else one for one in text.split(".")) if text else ()


def shown(text: str) -> str:
    """Cut what the user wrote to a length that a message can hold."""
    return shortened(text, _MAX_LENGTH)


def _version_hint(text: str) -> str:
    match = re.fullmatch(rf"v?({NUMBER})(?:\.({NUMBER}))?", text.strip()[:_MAX_LENGTH])
    return f"write all three numbers: `{match[1]}.{match[2] or 0}.0`" if match else _VERSION_HINT
