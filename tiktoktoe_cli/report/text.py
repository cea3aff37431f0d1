r"""Texts that users and services wrote, made harmless to show, measured in terminal columns, and shortened.

Control characters could move the cursor or retitle the terminal (ANSI escapes), and bidirectional overrides
can make a line read as something else (CVE-2021-42574); both are shown as escapes: `\x1b`, `\u202e`. So is
all that XML 1.0 cannot hold, not even as a reference (production [2], Char): what is harmless here fits any document.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import TypeAlias

Measure: TypeAlias = Callable[[str], int]

# Cc, Cs, Zl, Zp and the format characters, but not the joiners U+200C and U+200D that scripts and emoji need; and the
# two noncharacters that XML forbids.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_UNSAFE_BETWEEN_LINES = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")


def one_line(text: str) -> str:
    r"""Show any text on one line: control and invisible characters become `\n`, `\x1b`, `\u202e`."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escape, text)


def many_lines(text: str) -> str:
    """Show any text with its line feeds kept and everything else as `one_line` does."""
    return _UNSAFE_BETWEEN_LINES.sub(_escape, text.replace("\r\n", "\n"))


def without_ansi(text: str) -> str:
    """Drop terminal escape sequences (ECMA-48 CSI and OSC), as programs print them in colour."""
    return _ANSI.sub("", text)


def escape_hidden(text: str) -> str:
    r"""Write what a terminal would obey or hide as `\uXXXX`, which JSON and YAML read back."""
    return _UNSAFE_BETWEEN_LINES.sub(lambda match: _utf16_escape(match[0]), text)


def _utf16_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:  # noqa: PLR2004  # the range that \x can write
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004  # as above, for \u


def width_of(text: str) -> int:
    """Count the terminal columns of a harmless text: 2 for wide characters, 0 for combining ones."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text with spaces to a width in columns; a longer text stays as it is."""
    fill = " " * (width - width_of(text))
    return fill + text if right else text + fill


def shorten(text: str, width: int, *, mark: str = "…", measure: Measure = width_of) -> str:
    """Cut a text so that it and the mark of the cut fit a width in columns (at least that of the mark)."""
    if measure(text) <= width:
        return text
    room = width - measure(mark)
    kept = bisect_right(range(len(text)), room, key=lambda end: measure(text[:end])) - 1
    return text[: max(0, kept)] + mark
