"""Paths with expressions in them, such as `out/{data.country}/{type}.ndjson`. Pure.

Whatever a value holds, it becomes one safe part of a name: `/` and all else but letters, digits, `_`, `.`, `-` and `~`
are percent-encoded, and so is a dot at its beginning. Different values give different names.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from tiktoktoe_cli.expressions import compile_expression

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions import Expression

_EXPRESSION = re.compile(r"\{([^{}]+)\}")
_LONGEST = 150
_EMPTY = "%"


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """The texts of a path, and between them expressions over the event's own fields."""

    texts: tuple[str, ...]
    expressions: tuple[Expression, ...]

    @classmethod
    def parse(cls, path: str) -> Self | None:
        """Take a path apart; None if there is no expression in it.

        Raises:
            ExpressionError: one of them is no CEL.
        """
        parts = _EXPRESSION.split(path)
        if len(parts) == 1:
            return None
        return cls(tuple(parts[::2]), tuple(compile_expression(part) for part in parts[1::2]))

    def path(self, body: dict[str, Any]) -> str:  # Any: JSON
        """Return where an event belongs.

        Raises:
            EvaluationError: an expression has no value for it.
            ValueError: the value is neither a text, a number nor a boolean.
        """
        values = [_text(expression, body) for expression in self.expressions]
        pairs = zip(self.texts, map(safe_name, values), strict=False)
        return "".join(text for pair in pairs for text in pair) + self.texts[-1]


def safe_name(text: str) -> str:
    """Make a text a part of a file's name."""
    name = quote(text, safe="", errors="surrogatepass") or _EMPTY
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{name[:_LONGEST]}%-{digest}"


def _text(expression: Expression, body: dict[str, Any]) -> str:  # as above
    value = expression.evaluate(body)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"`{expression.text}` is no text, number or boolean")
