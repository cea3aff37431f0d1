"""Files of variables, such as `.env`, as Compose reads them (Compose specification, `05-services.md`, `env_file`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.importing.compose.variables import HOLE, Variables

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATEMENT: Final = re.compile(
    r"""[ \t]*(?:export[ \t]+)?(?P<name>[\w.\-\[\]]+)[ \t]*
        (?:[=:][ \t]*(?:
            '(?P<single>(?:[^'\\]|\\.)*)'
          | "(?P<double>(?:[^"\\]|\\.)*)"
          | (?P<bare>[^\r\n]*)
        ))?
        [^\n]*(?:\n|\Z)""",
    re.VERBOSE | re.DOTALL,
)
_NOTHING: Final = re.compile(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


@dataclass(slots=True)
class Dotenv:
    """The variables of a text, and the lines of it that say nothing that can be understood."""

    values: dict[str, str] = field(default_factory=dict)
    bad_lines: list[int] = field(default_factory=list)


def read_dotenv(text: str, known: Mapping[str, str]) -> Dotenv:
    """Read the variables of a text; one may use those above it, and those that are `known` and win over it.

    A variable that needs one that nobody knows is itself not known.
    """
    found, at = Dotenv(), 0
    while at < len(text):
        if nothing := _NOTHING.match(text, at):
            at = max(nothing.end(), at + 1)
            continue
        statement = _STATEMENT.match(text, at)
        value = _value(statement, {**found.values, **known}) if statement else None
        if statement is None or value is None:
            found.bad_lines.append(text.count("\n", 0, at) + 1)
        elif HOLE not in value:
            found.values[statement["name"]] = value
        at = statement.end() if statement else (text.find("\n", at) + 1 or len(text))
    return found


def _value(statement: re.Match[str], known: Mapping[str, str]) -> str | None:
    """Read the value of a statement; a `HOLE` if it has none here, None if its quote is never closed."""
    single, double, bare = statement["single"], statement["double"], statement["bare"]
    if single is not None:
        return single.replace("\\'", "'")
    if double is not None:
        return Variables(known).settled(_ESCAPE.sub(_unescaped, double))
    if bare is None:
        return HOLE
    if bare.startswith(("'", '"')):
        return None
    return Variables(known).settled(bare.partition(" #")[0].rstrip())


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[0])
