"""Plain YAML scalars by the core schema of YAML 1.2 (chapter 10.3): `on`, `NO`, `22:22` and `1_000` stay text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Value

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_INTEGER = re.compile(r"[-+]?\d{1,64}|0o[0-7]{1,64}|0x[0-9a-fA-F]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\.\d{1,64}|\d{1,64}(\.\d{0,64})?)([eE][-+]?\d{1,8})?", re.ASCII)
_NUMBER_STARTS = frozenset("+-.0123456789")


def resolve(text: str) -> Value:
    """Return what an unquoted scalar means; a number of more than 64 digits stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
