"""The text of a range → bounds: npm's grammar, in its strict mode, with a comma for "and"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.graph.semver.comparator import EVERYTHING, NOTHING, Bounds, Comparator
from tiktoktoe_cli.graph.semver.version import (
    BUILD,
    NUMBER,
    PRERELEASE,
    SemverError,
    Version,
    read_identifiers,
    read_number,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PART = rf"(?:{NUMBER}|[xX*])"

_PARTIAL = re.compile(
    rf"[v=]*(?P<major>{_PART})(?:\.(?P<minor>{_PART})(?:\.(?P<patch>{_PART}){PRERELEASE})?)?{BUILD}"
)
_SIMPLE = re.compile(rf"(?P<operator>\^|~>?|[<>]?=?) ?{_PARTIAL.pattern}(?: |$)")
_REFUSED = re.compile(r"(~=|!=|===) ?([0-9]+)?(?:\.([0-9]+))?(?:\.([0-9]+))?")

_MAX_LENGTH = 1_024
_RANGE_HINT = "write a range as npm does: `^1.4`, `~1.4.2`, `>=2 <3`, `1.x || 2.x`, `1.2 - 1.8`"


def read_alternatives(text: str) -> tuple[Bounds, ...]:
    """Read a range into its alternatives; an alternative that nothing is in is left out where there are others.

    Raises:
        SemverError: if the text is not a range of this dialect.
    """
    if len(text) > _MAX_LENGTH:
        raise SemverError(f"`{shown(text)}` is too long", f"a range has at most {_MAX_LENGTH} characters")
    refused = _REFUSED.search(text)
    if refused:
        raise SemverError(
            f"`{shown(text)}` uses `{refused[1]}`, which is not an operator here", _rewrite(refused)
        )
    found = [_alternative(clause, text) for clause in text.split("||")]
    some = [bounds for bounds in found if bounds != (NOTHING,)] or found[:1]
    return ((),) if () in some else tuple(some)


class _Partial(NamedTuple):
    """A version whose last numbers may be left open."""

    major: int | None
    minor: int | None
    patch: int | None
    prerelease: tuple[int | str, ...]

    @property
    def is_full(self) -> bool:
        return self.patch is not None

    def floor(self) -> Version:
        """Return the first version that it covers."""
        return Version(self.major or 0, self.minor or 0, self.patch or 0, self.prerelease)

    def after(self) -> Version:
        """Return the first release beyond all that an open one covers."""
        major, minor = self.major or 0, self.minor
        return _bounded(major + 1, 0, 0) if minor is None else _bounded(major, minor + 1, 0)


def _alternative(clause: str, text: str) -> Bounds:
    """Read what stands between two `||`; `>=0.0.0` says nothing and a bound that holds nothing says all."""
    parts = [" ".join(part.split()) for part in clause.split(",")]
    if len(parts) > 1 and not all(parts):
        raise SemverError(f"`{shown(text)}` has nothing before or after a comma", _RANGE_HINT)
    bounds = dict.fromkeys(bound for part in parts for bound in _part(part, text))
    bounds.pop(EVERYTHING, None)
    return (NOTHING,) if NOTHING in bounds else tuple(bounds)


def _part(part: str, text: str) -> Iterator[Comparator]:
    low, dash, high = part.partition(" - ")
    if dash:
        for operator, end in ((">=", low), ("<=", high)):
            yield from _desugar(operator, _partial(_PARTIAL.fullmatch(end), text))
        return
    position = 0
    while position < len(part):
        match = _SIMPLE.match(part, position)
        partial = _partial(match, text)
        yield from _desugar(match["operator"] if match else "", partial)
        position = match.end() if match else len(part)


def _partial(match: re.Match[str] | None, text: str) -> _Partial:
    if match is None:
        raise SemverError(f"`{shown(text)}` is not a version range", _RANGE_HINT)
    major, minor, patch = (_open_number(match[part]) for part in ("major", "minor", "patch"))
    if (major is None and minor is not None) or (minor is None and patch is not None):
        raise SemverError(f"`{shown(text)}` has a number after an `x`", _RANGE_HINT)
    return _Partial(major, minor, patch, read_identifiers(match["prerelease"]) if patch is not None else ())


def _desugar(operator: str, partial: _Partial) -> Bounds:
    if partial.major is None:
        return (NOTHING,) if operator in {"<", ">"} else ()
    return _OPERATORS[operator](partial)


def _exactly(partial: _Partial) -> Bounds:
    if partial.is_full:
        return (Comparator("=", partial.floor()),)
    return _between(partial, partial.after())


def _at_least(partial: _Partial) -> Bounds:
    return (Comparator(">=", partial.floor()),)


def _above(partial: _Partial) -> Bounds:
    return (Comparator(">", partial.floor()) if partial.is_full else Comparator(">=", partial.after()),)


def _under(partial: _Partial) -> Bounds:
    return (Comparator("<", partial.floor()) if partial.is_full else _before(partial.floor()),)


def _at_most(partial: _Partial) -> Bounds:
    return (Comparator("<=", partial.floor()) if partial.is_full else _before(partial.after()),)


def _tilde(partial: _Partial) -> Bounds:
    return _between(partial, partial._replace(patch=None).after())


def _caret(partial: _Partial) -> Bounds:
    """Keep the first number that is not zero, among those that are written."""
    major, minor, patch = partial.major or 0, partial.minor, partial.patch
    if major or minor is None:
        return _between(partial, _bounded(major + 1, 0, 0))
    if minor or patch is None:
        return _between(partial, _bounded(0, minor + 1, 0))
    return _between(partial, _bounded(0, 0, patch + 1))


_OPERATORS: dict[str, Callable[[_Partial], Bounds]] = {
    "": _exactly,
    "=": _exactly,
    ">=": _at_least,
    ">": _above,
    "<": _under,
    "<=": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}


def _between(low: _Partial, end: Version) -> Bounds:
    return Comparator(">=", low.floor()), _before(end)


def _before(version: Version) -> Comparator:
    """Bound from above so that prereleases of the bound stay out, too."""
    return Comparator("<", Version(*version.release, (0,)))


def _bounded(major: int, minor: int, patch: int) -> Version:
    """Make a version of numbers that may have grown past what a version can hold."""
    read_number(str(max(major, minor, patch)))
    return Version(major, minor, patch)


def _open_number(part: str | None) -> int | None:
    return None if part is None or part in "xX*" else read_number(part)


def _rewrite(refused: re.Match[str]) -> str:
    """Say how the meaning that a refused operator has elsewhere (PEP 440, npm) is written here."""
    operator, *written = refused.groups()
    numbers = [number for number in written if number]
    version = ".".join(numbers)
    if not numbers:
        return _RANGE_HINT
    if operator == "===":
        return f"write `{version}`"
    if operator == "!=":
        return f"write `<{version} || >{version}`"
    full = len(numbers) > 2  # noqa: PLR2004  # all three numbers
    return f"write `~{version}`" if full else f"write `>={version} <{read_number(numbers[0]) + 1}`"
