"""CEL text → tokens, after the lexis of the language definition (cel-spec, doc/langdef.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tiktoktoe_cli.expressions.errors import ExpressionError
from tiktoktoe_cli.expressions.values import INT_MAX, UINT_MAX, UInt, Value

MAX_TEXT: Final = 64 * 1024
"""The longest expression, in characters."""


class TokenKind(StrEnum):
    """What a token is to the parser."""

    LITERAL = "literal"
    INTEGER = "integer"
    NAME = "name"
    QUOTED_NAME = "quoted name"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression: its text, its value if it is a literal, and where it stands.

    An INTEGER's value may be 2⁶³, one too large for `int`: the parser accepts it only after a minus.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    value: Value = None


_SPACE: Final = re.compile(r"(?:[\t\n\f\r ]+|//[^\n]*)*")
_QUOTE: Final = re.compile(r"""([bB]?)([rR]?)(\"{3}|'{3}|["'])""")
_NUMBER: Final = re.compile(
    r"(?P<double>[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)"
    r"|(?:0x(?P<hex>[0-9a-fA-F]+)|(?P<decimal>[0-9]+))(?P<unsigned>[uU]?)"
)
_NAME: Final = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_QUOTED_NAME: Final = re.compile(r"`([_a-zA-Z0-9./ -]+)`")
_SYMBOL: Final = re.compile(r"&&|\|\||[<>=!]=|[-+*/%<>!?:.,()\[\]{}]")
_BODIES: Final = {
    "'": re.compile(r"(?:[^'\\\r\n]|\\.)*"),
    '"': re.compile(r'(?:[^"\\\r\n]|\\.)*'),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*', re.DOTALL),
}
_RAW_BODIES: Final = {
    "'": re.compile(r"[^'\r\n]*"),
    '"': re.compile(r'[^"\r\n]*'),
    "'''": re.compile(r"(?:[^']|'(?!''))*"),
    '"""': re.compile(r'(?:[^"]|"(?!""))*'),
}
_ESCAPE: Final = re.compile(
    r"""\\(?:(?P<plain>[abfnrtv\\?"'`])|[xX](?P<octet>[0-9a-fA-F]{2})|(?P<octal>[0-3][0-7]{2})"""
    r"""|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<wrong>.?))""",
    re.DOTALL,
)
_PLAIN: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_LOOKALIKES: Final = {
    "=": "equality is `==`",
    "&": "logical and is `&&`",
    "|": "logical or is `||`",
    "`": "backticks quote a field's name after a dot: letters, digits, and any of `_ - . /` and space",
}


def tokenize(text: str) -> list[Token]:
    """Split an expression into tokens, the last of which is END; raises ExpressionError."""
    if len(text) > MAX_TEXT:
        raise ExpressionError(
            f"the expression has {len(text)} characters, and at most {MAX_TEXT} are allowed",
            text=text,
            offset=MAX_TEXT,
            end=len(text),
        )
    return _Lexer(text).tokens()


class _Lexer:
    """A position in the text that moves over one token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = 0

    def tokens(self) -> list[Token]:
        found = []
        position = self._skip(0)
        while position < len(self._text):
            self._start = position
            found.append(self._token())
            position = self._skip(found[-1].end)
        found.append(Token(TokenKind.END, "", position, position))
        return found

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def _token(self) -> Token:
        if match := _QUOTE.match(self._text, self._start):
            return self._quoted(match)
        if match := _NUMBER.match(self._text, self._start):
            return self._number(match)
        if match := _NAME.match(self._text, self._start):
            return self._made(TokenKind.NAME, match.end())
        if match := _SYMBOL.match(self._text, self._start):
            return self._made(TokenKind.SYMBOL, match.end())
        if match := _QUOTED_NAME.match(self._text, self._start):
            return self._made(TokenKind.QUOTED_NAME, match.end(), match[1])
        character = self._text[self._start]
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        raise self._error(f"unexpected character `{shown}`", self._start, hint=_LOOKALIKES.get(character))

    def _made(self, kind: TokenKind, end: int, value: Value = None) -> Token:
        return Token(kind, self._text[self._start : end], self._start, end, value)

    def _error(
        self, message: str, start: int, end: int | None = None, hint: str | None = None
    ) -> ExpressionError:
        return ExpressionError(message, text=self._text, offset=start, end=end or start + 1, hint=hint)

    def _number(self, match: re.Match[str]) -> Token:
        end = match.end()
        if match["double"]:
            value = float(match["double"])
            if value == float("inf"):
                raise self._error("the number is too large for a double", self._start, end)
            return self._made(TokenKind.LITERAL, end, value)
        digits = (match["hex"] or match["decimal"]).lstrip("0") or "0"
        limit = UINT_MAX if match["unsigned"] else INT_MAX + 1
        number = int(digits, 16 if match["hex"] else 10) if len(digits) <= len(str(UINT_MAX)) else limit + 1
        if number > limit:
            raise self._error("the number does not fit 64 bits", self._start, end)
        if match["unsigned"]:
            return self._made(TokenKind.LITERAL, end, UInt(number))
        return self._made(TokenKind.INTEGER, end, number)

    def _quoted(self, opening: re.Match[str]) -> Token:
        quote, raw = opening[3], bool(opening[2])
        body = (_RAW_BODIES if raw else _BODIES)[quote].match(self._text, opening.end())
        end = body.end() if body else opening.end()
        if body is None or not self._text.startswith(quote, end):
            raise self._error(f"the string has no closing `{quote}`", self._start, opening.end())
        content = self._bytes(body, raw=raw) if opening[1] else self._string(body, raw=raw)
        return self._made(TokenKind.LITERAL, end + len(quote), content)

    def _string(self, body: re.Match[str], *, raw: bool) -> str:
        if raw:
            return self._checked(body[0], body.start())
        parts = []
        for kind, digits, start, end in self._pieces(body):
            parts.append(self._checked(_character(kind, digits), start, end))
        return "".join(parts)

    def _bytes(self, body: re.Match[str], *, raw: bool) -> bytes:
        if raw:
            return self._checked(body[0], body.start()).encode()
        octets = bytearray()
        for kind, digits, start, end in self._pieces(body):
            if kind in ("short", "long"):
                raise self._error("bytes have no `\\u` escapes, only octets such as `\\xff`", start, end)
            if kind in ("octet", "octal"):
                octets.append(int(digits, 16 if kind == "octet" else 8))
            else:
                octets += self._checked(_character(kind, digits), start, end).encode()
        return bytes(octets)

    def _pieces(self, body: re.Match[str]) -> list[tuple[str, str, int, int]]:
        """Split a string's inside into text and escapes: (kind, text or digits, start, end)."""
        pieces = []
        position = body.start()
        for escape in _ESCAPE.finditer(self._text, body.start(), body.end()):
            pieces.append(("text", self._text[position : escape.start()], position, escape.start()))
            kind = str(escape.lastgroup)
            if kind == "wrong":
                raise self._error(
                    f"unknown escape `{escape[0]}`", *escape.span(), hint="write `\\\\` for a backslash"
                )
            pieces.append((kind, escape[kind], *escape.span()))
            position = escape.end()
        pieces.append(("text", self._text[position : body.end()], position, body.end()))
        return pieces

    def _checked(self, content: str, start: int, end: int | None = None) -> str:
        """Give the text unless it is no valid Unicode, which shows in a surrogate."""
        if content.isascii() or not any("\ud800" <= character <= "\udfff" for character in content):
            return content
        raise self._error("this is no Unicode character", start, end)


def _character(kind: str, digits: str) -> str:
    """Translate one piece of a string to its characters; a number beyond Unicode becomes a surrogate."""
    match kind:
        case "text":
            return digits
        case "plain":
            return _PLAIN.get(digits, digits)
        case "octal":
            return chr(int(digits, 8))
        case _:
            number = int(digits, 16)
            return chr(number) if number <= 0x10FFFF else "\ud800"  # noqa: PLR2004  # the last code point
