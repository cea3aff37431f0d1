"""The functions on strings: the standard ones and cel-go's strings extension. Positions count code points."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.arithmetic import MAX_SIZE, checked_size
from tiktoktoe_cli.expressions.dispatch import no_such_overload
from tiktoktoe_cli.expressions.errors import EvaluationError

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions.values import Value

# Unicode's White_Space property; Python's own idea of a space has the separators U+001C to U+001F besides.
_SPACES: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_ASCII_UPPER: Final = {upper + 32: upper for upper in _ASCII_LOWER}
_QUOTED: Final = str.maketrans(
    {
        "\a": r"\a",
        "\b": r"\b",
        "\f": r"\f",
        "\n": r"\n",
        "\r": r"\r",
        "\t": r"\t",
        "\v": r"\v",
        "\\": r"\\",
        '"': r"\"",
    }
)
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


def _position(text: str, position: int) -> int:
    if not 0 <= position <= len(text):
        raise EvaluationError(f"index out of range: {position}")
    return position


def char_at(text: str, position: int) -> str:
    """Give the character at a position, nothing at the end; raises EvaluationError beyond."""
    return text[_position(text, position) :][:1]


def index_of(text: str, part: str, offset: int = 0) -> int:
    """Find the first place of a part at or after an offset, -1 if there is none."""
    return text.find(part, _position(text, offset))


def last_index_of(text: str, part: str, offset: int | None = None) -> int:
    """Find the last place of a part that begins at or before an offset, -1 if there is none."""
    return text.rfind(part) if offset is None else text.rfind(part, 0, _position(text, offset) + len(part))


def lower_ascii(text: str) -> str:
    """Turn A to Z into a to z."""
    return text.translate(_ASCII_LOWER)


def upper_ascii(text: str) -> str:
    """Turn a to z into A to Z."""
    return text.translate(_ASCII_UPPER)


def replace(text: str, old: str, new: str, limit: int = -1) -> str:
    """Replace the first `limit` places, all if it is negative; raises EvaluationError for a huge result."""
    places = text.count(old) if limit < 0 else min(text.count(old), limit)
    if len(text) + places * (len(new) - len(old)) > MAX_SIZE:
        raise EvaluationError(f"a value of more than {MAX_SIZE} elements")
    return text.replace(old, new, places)


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    """Split into at most `limit` parts, any number if negative; an empty separator parts the characters."""
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def substring(text: str, start: int, end: int | None = None) -> str:
    """Give the characters from `start` to before `end`; raises EvaluationError for positions out of order."""
    stop = len(text) if end is None else _position(text, end)
    if _position(text, start) > stop:
        raise EvaluationError(f"invalid substring range: {start} to {stop}")
    return text[start:stop]


def trim(text: str) -> str:
    """Remove Unicode's white space from both ends."""
    return text.strip(_SPACES)


def reverse(text: str) -> str:
    """Reverse the order of the characters."""
    return text[::-1]


def join(parts: list[Value], separator: str = "") -> str:
    """Join strings; raises EvaluationError for an element of another type or a huge result."""
    if not all(isinstance(part, str) for part in parts):
        raise no_such_overload("join", (parts,))
    if sum(map(len, parts)) + len(separator) * len(parts) > MAX_SIZE:
        raise EvaluationError(f"a value of more than {MAX_SIZE} elements")
    return separator.join(parts)


def quote(text: str) -> str:
    """Write a string as a literal in double quotes; what is no character becomes U+FFFD."""
    return checked_size(f'"{text.translate(_QUOTED).translate(_SURROGATES)}"')


def base64_encode(octets: bytes) -> str:
    """Encode bytes in base 64, padded."""
    return base64.b64encode(octets).decode()


def base64_decode(text: str) -> bytes:
    """Decode base 64, padded or not; raises EvaluationError."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("invalid base64") from None
