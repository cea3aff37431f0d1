"""Pieces of CEL as text: literals, members of a value, and the meaning of a glob."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_SELECTORS: Final = frozenset({"in", "true", "false", "null"})
_GLOB_PART: Final = re.compile(
    r"""
    (?P<stars>\*+) | (?P<one>\?) | (?P<set>\[\^?(?:\\.|[^\]\\])+\]) | \\(?P<escaped>.)
    | (?P<variable>\$\$|\$\w+|\$\{[^}]*\}) | (?P<plain>[^\\\[])
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Test:
    """A condition and its opposite, each as a person would write it."""

    yes: str
    no: str

    @property
    def opposite(self) -> Test:
        """The test with its answers exchanged."""
        return Test(self.no, self.yes)


def negated(text: str) -> Test:
    """Make a test of a call or a name, whose opposite has an exclamation mark."""
    return Test(text, f"!{text}")


def quoted(text: str) -> str:
    """Write a text as a literal, a raw one if it has backslashes."""
    if "\\" in text and '"' not in text and text.isprintable() and not text.endswith("\\"):
        return f'r"{text}"'
    return json.dumps(text, ensure_ascii=False)


def listed(items: Iterable[str]) -> str:
    """Write a list of what is CEL already."""
    return f"[{', '.join(items)}]"


def member(value: str, step: str | int) -> str:
    """Write `value.step`, or `value["step"]` where that is no name, or `value[0]`."""
    if isinstance(step, int):
        return f"{value}[{step}]"
    return f"{value}.{step}" if _is_selector(step) else f"{value}[{quoted(step)}]"


def path_of(value: str, steps: Sequence[str | int]) -> str:
    """Write the way from a value to something inside it."""
    for step in steps:
        value = member(value, step)
    return value


def presence(value: str, steps: Sequence[str | int]) -> Test:
    """Test that something is inside a value and is not null."""
    absences = []
    at = value
    for step in steps:
        absences.append(_absence(at, step))
        at = member(at, step)
    return Test(f"{at} != null", " || ".join([*absences, f"{at} == null"]))


def _absence(value: str, step: str | int) -> str:
    if isinstance(step, int):
        return f"size({value}) <= {step}"
    return f"!has({value}.{step})" if _is_selector(step) else f"!({quoted(step)} in {value})"


def _is_selector(step: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(step)) and step not in _NO_SELECTORS


def matches(value: str, pattern: str) -> Test:
    """Test that a regular expression is found in a text."""
    return negated(f"{value}.matches({quoted(pattern)})")


def glob_test(value: str, glob: str) -> Test | None:
    r"""Test that a whole text matches a glob (`* ? [..] \`); None if it is none.

    The simple ones become the function that says the same: `*UP*` is `contains("UP")`. A `*` stands for any text,
    slashes included, as Gatus takes them away before it matches.
    """
    pattern = glob_pattern(glob)
    if pattern is None:
        return None
    parts = list(_GLOB_PART.finditer(glob))
    if not any(part["one"] or part["set"] for part in parts):
        literals = _literals(parts)
        literal = quoted("".join(part for part in literals if part))
        match [part is None for part in literals]:
            case [False]:
                return Test(f"{value} == {literal}", f"{value} != {literal}")
            case [False, True]:
                return negated(f"{value}.startsWith({literal})")
            case [True, False]:
                return negated(f"{value}.endsWith({literal})")
            case [True, False, True]:
                return negated(f"{value}.contains({literal})")
    return matches(value, pattern)


def glob_pattern(glob: str) -> str | None:
    """Write a glob as a regular expression for a whole text; None if it is none."""
    parts = list(_GLOB_PART.finditer(glob))
    if "".join(part[0] for part in parts) != glob:
        return None
    return f"(?s)^{''.join(map(_as_pattern, parts))}$"


def _literals(parts: Iterable[re.Match[str]]) -> list[str | None]:
    """Join what stands between stars; a star is None."""
    joined: list[str | None] = []
    for part in parts:
        literal = part["escaped"] or part["variable"] or part["plain"]
        if literal is not None and joined and joined[-1] is not None:
            joined[-1] += literal
        else:
            joined.append(literal)
    return joined


def _as_pattern(part: re.Match[str]) -> str:
    if part["stars"] or part["one"]:
        return ".*" if part["stars"] else "."
    if part["variable"]:
        return part["variable"].replace("$$", "[$$]")
    return part["set"] or _escaped(part["escaped"] or part["plain"])


def _escaped(character: str) -> str:
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", character)
