"""Variables in texts (Compose specification, `12-interpolation.md`), those that are known and those that are not.

    $VAR ${VAR}                the variable
    ${VAR:-text} ${VAR-text}   text if it is unset or empty / if it is unset
    ${VAR:?text} ${VAR?text}   refuse it if it is unset or empty / if it is unset
    ${VAR:+text} ${VAR+text}   text if it is set and not empty / if it is set, else nothing
    $$                         a dollar sign

Our own configuration has the same grammar: what is not known can stay as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import sounds_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOLE: Final = "\ufffc"
"""Stands in a settled text where nobody knows what would."""
_ESCAPED: Final = "$$"
_MAX_NESTING: Final = 20
_BRACE: Final = re.compile(r"\$\{|\}")
_BEGINNING: Final = re.compile(
    r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<operator>:?[-?+])?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Expression:
    """A variable in a text, from the character `at` on; `$$`, and what only begins like one, have no name."""

    at: int
    written: str
    name: str = ""
    operator: str = ""
    argument: str = ""

    @property
    def apart(self) -> str:
        """The expression, so that no letter behind it is taken for a part of its name."""
        is_plain = self.name and not self.written.startswith("${")
        return f"${{{self.name}}}" if is_plain else self.written

    @property
    def inside(self) -> int:
        """Where its argument begins."""
        return self.at + len(self.written) - len(self.argument) - 1

    @property
    def is_required(self) -> bool:
        """Whether it refuses to be without a value."""
        return self.operator.endswith("?")

    def is_absent(self, value: str | None) -> bool:
        """Tell whether the operator takes a variable with this value for one that is not there."""
        return value is None or (self.operator.startswith(":") and not value)


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables that are known, by name."""

    values: Mapping[str, str]

    def filled(self, text: str) -> str:
        """Put in what is known and no secret, and leave everything else what it is, also `$$`."""
        return _replaced(text, self._filled)

    def settled(self, text: str) -> str:
        """Return what a text means: defaults count, and what nobody knows is a `HOLE`."""
        return _Settlement(self.values).of(text)

    def unsettled(self, text: str) -> list[Expression]:
        """List what keeps a text from having a meaning: what nobody knows, and what only begins like a variable."""
        settlement = _Settlement(self.values)
        settlement.of(text)
        return settlement.lacking

    def _filled(self, one: Expression) -> str:
        value = None if sounds_secret(one.name) else self.values.get(one.name)
        if value is None or one.is_absent(value):
            return one.apart
        return self.filled(one.argument) if one.operator.endswith("+") else value.replace("$", "$$")


@dataclass(slots=True)
class _Settlement:
    """Settles a text, and keeps what is lacking for that."""

    values: Mapping[str, str]
    lacking: list[Expression] = field(default_factory=list)

    def of(self, text: str, at: int = 0, depth: int = 0) -> str:
        return _replaced(text, lambda one: self._settled(one, depth), at)

    def _settled(self, one: Expression, depth: int) -> str:
        if not one.name:
            return "$" if one.written == _ESCAPED else self._lack(one, one.written)
        value = self.values.get(one.name)
        is_absent = one.is_absent(value)
        if one.operator.endswith("+") and is_absent:
            return ""
        if one.operator.endswith("+") or (one.operator.endswith("-") and is_absent):
            is_too_deep = depth == _MAX_NESTING
            return self._lack(one, HOLE) if is_too_deep else self.of(one.argument, one.inside, depth + 1)
        return self._lack(one, HOLE) if value is None or is_absent else value

    def _lack(self, one: Expression, instead: str) -> str:
        self.lacking.append(one)
        return instead


def _replaced(text: str, replacement: Callable[[Expression], str], at: int = 0) -> str:
    """Replace the expressions of a text that begins `at` a character of a longer one."""
    parts, done = [], 0
    while match := _BEGINNING.search(text, done):
        expression = _expression(text, match, at)
        parts += [text[done : match.start()], replacement(expression)]
        done = match.start() + len(expression.written)
    return "".join([*parts, text[done:]])


def _expression(text: str, match: re.Match[str], at: int) -> Expression:
    end = _end(text, match)
    if end is None:  # what follows is no expression, and neither is anything in it
        return Expression(at + match.start(), text[match.start() :])
    name, operator = match["plain"] or match["braced"] or "", match["operator"] or ""
    argument = text[match.end() : end - 1] if operator else ""
    return Expression(at + match.start(), text[match.start() : end], name, operator, argument)


def _end(text: str, match: re.Match[str]) -> int | None:
    """Find where an expression ends; None if its brace is never closed, or something else stands before it."""
    if not match["braced"]:
        return match.end()
    if not match["operator"]:
        return match.end() + 1 if text.startswith("}", match.end()) else None
    depth = 1
    for brace in _BRACE.finditer(text, match.end()):
        depth += 1 if brace[0] == "${" else -1
        if not depth:
            return brace.end()
    return None
