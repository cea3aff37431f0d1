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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import sounds_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOLE: Final = "\ufffc"
"""Stands in a settled text where nobody knows what would."""
_MAX_NESTING: Final = 20
_BRACE: Final = re.compile(r"\$\{|\}")
_BEGINNING: Final = re.compile(
    r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<operator>:?[-?+])?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Expression:
    """A variable as it stands in a text; `$$` has no name."""

    written: str
    name: str
    operator: str
    argument: str

    @property
    def apart(self) -> str:
        """The expression, so that no letter behind it is taken for a part of its name."""
        is_plain = self.name and not self.written.startswith("${")
        return f"${{{self.name}}}" if is_plain else self.written

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

    def settled(self, text: str, depth: int = 0) -> str:
        """Return what a text means: defaults count, and what nobody knows is a `HOLE`."""
        return _replaced(text, lambda one: self._settled(one, depth))

    def _filled(self, one: _Expression) -> str:
        value = None if sounds_secret(one.name) else self.values.get(one.name)
        if value is None or one.is_absent(value):
            return one.apart
        return self.filled(one.argument) if one.operator.endswith("+") else value.replace("$", "$$")

    def _settled(self, one: _Expression, depth: int) -> str:
        if not one.name:
            return "$"
        value = self.values.get(one.name)
        is_absent = one.is_absent(value)
        if one.operator.endswith("+") and is_absent:
            return ""
        if one.operator.endswith("+") or (one.operator.endswith("-") and is_absent):
            return HOLE if depth == _MAX_NESTING else self.settled(one.argument, depth + 1)
        return HOLE if value is None or is_absent else value


def _replaced(text: str, replacement: Callable[[_Expression], str]) -> str:
    parts, at = [], 0
    while match := _BEGINNING.search(text, at):
        end = _end(text, match)
        if end is None:  # what follows is no expression, and neither is anything in it
            break
        name = match["plain"] or match["braced"] or ""
        argument = text[match.end() : end - 1] if match["operator"] else ""
        expression = _Expression(text[match.start() : end], name, match["operator"] or "", argument)
        parts += [text[at : match.start()], replacement(expression)]
        at = end
    return "".join([*parts, text[at:]])


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
