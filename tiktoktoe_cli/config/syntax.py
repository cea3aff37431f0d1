"""What YAML's parser says, in the words of somebody who has to mend the file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.errors import Place, Problem

if TYPE_CHECKING:
    from tiktoktoe_cli.config.nodes import Source

Position: TypeAlias = tuple[int, int]
_GLUED = re.compile(r"\s*(?:- )?([A-Za-z_][\w.-]*):((?!//)\S[^:]*)")


@dataclass(frozen=True, slots=True)
class _Translation:
    says: str
    message: str
    hint: str
    at_opening: bool = False  # the place to mend is where the quote or bracket opens, not where the text ends
    code: str = "yaml-syntax"


_TABLE = (
    _Translation("found character '\\t'", "a tab stands where YAML wants spaces", "indent with spaces"),
    _Translation("that cannot start any token", "`{char}` cannot start a value", "put the value in quotes"),
    _Translation("mapping values are not allowed", "a second `: ` on the line", "put the value in quotes"),
    _Translation(
        "unexpected end of stream", "this quote is never closed", "add the missing quote", at_opening=True
    ),
    _Translation(
        "found undefined alias", "the alias `*{word}` has no anchor", "define it before, as `&{word}`"
    ),
    _Translation("duplicate anchor", "the anchor `{word}` is defined twice", "give one of them another name"),
    _Translation("could not find expected ':'", "a key without `:`", "write `key: value`"),
    _Translation(
        "did not find expected ',' or", "this bracket is never closed", "add `,`, `]` or `}`", at_opening=True
    ),
    _Translation(
        "did not find expected node content", "a value is missing", "add the value, or remove the rest"
    ),
    _Translation(
        "did not find expected key",
        "this line does not belong to the block above it",
        "check its indentation and quotes",
    ),
    _Translation(
        "did not find expected '-'", "a list item without `-`", "start it with `- `, aligned with the others"
    ),
    _Translation("document start", "a second document begins here", "keep one document in a file"),
    _Translation(
        "unknown escape character", "an unknown escape in a quoted text", "use single quotes, or `\\\\`"
    ),
    _Translation("surrogate", "half of a character stands in a quoted text", "write the character itself"),
    _Translation(
        "exceeded maximum", "nested deeper than YAML's parser reads", "check its brackets", code="too-deep"
    ),
    _Translation("control characters", "a control character stands in the text", "remove it"),
    _Translation("special characters", "a control character stands in the text", "remove it"),
)


def syntax_problem(source: Source, problem: str, at: Position, opening: Position | None = None) -> Problem:
    """Translate a parser's complaint at a 0-based position; what is not in the table is passed on as it is.

    `opening` is where the quote, list or map began that the parser was reading.
    """
    glued = _glued_key(source, at) if "mapping values" in problem else None
    if glued:
        hint = "put a space after the `:`"
        return Problem("yaml-syntax", "a key and its value without a space between them", glued, hint)
    rest = _rest_of_line(source, at)
    if rest.startswith("\t"):
        problem = "found character '\\t'"
    for entry in _TABLE:
        if entry.says in problem:
            words = {"char": rest[:1], "word": (rest.lstrip("*&").split() or [""])[0].rstrip(",]}")}
            place = _place(source, opening if opening and entry.at_opening else at)
            return Problem(entry.code, _fill(entry.message, words), place, _fill(entry.hint, words))
    return Problem("yaml-syntax", f"this is not YAML: {problem}", _place(source, at))


def _glued_key(source: Source, at: Position) -> Place | None:
    """Find `key:value` on the line before: YAML reads it as a text that goes on, and stumbles over the next key."""
    above = [(number, line) for number, line in enumerate(source.text.splitlines()[: at[0]]) if line.strip()]
    match = _GLUED.fullmatch(above[-1][1]) if above else None
    if match is None:
        return None
    return Place(source.name, above[-1][0] + 1, match.start(1) + 1, match.end(2) + 1)


def _rest_of_line(source: Source, at: Position) -> str:
    lines = source.text.splitlines()
    return lines[at[0]][at[1] :] if at[0] < len(lines) else ""


def _place(source: Source, at: Position) -> Place:
    return Place(source.name, at[0] + 1, at[1] + 1, at[1] + 2)


def _fill(template: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        template = template.replace("{" + name + "}", word)
    return template
