"""Secrets never appear in what is printed: every text that leaves goes through the mask of its configuration.

What was learnt is hidden wherever it stands, also percent-encoded, in Base64, or escaped as in JSON. What merely
stands under a key that sounds secret is hidden too: its value, and nothing behind it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASKED = "••••"
_MIN_LENGTH = 3  # shorter values would blot out innocent text, and protect nothing
_MIN_BEGINNING = 4
_MIN_BASE64 = 8  # fewer characters are part of many a word
_LONGEST_SHOWN = 200  # no value is cut later than this
_TELLING_WORDS = (
    *("password", "passwd", "secret", "token", "authorization", "cookie", "bearer", "dsn"),
    *("apikey", "api_key", "api-key", "privatekey", "private_key", "private-key"),
)
_ODD_CASES = {"\u0130": "i", "\u0131": "i", "\u017f": "s"}  # to `re.IGNORECASE`, not to `lower`
_ENDS_TELLING = "|".join(f"(?<={word})" for word in _TELLING_WORDS)
_SECRET_NAME = re.compile(rf"(?i)(?:{_ENDS_TELLING})\Z")


def _string(name: str) -> str:
    r"""Write the pattern of a quoted text up to its end, also one that stands in a text itself: `\"a\"`.

    The quotes of such a text have backslashes; one that belongs to what is quoted has more of them.
    """
    slashes, quote = f"(?P={name}_slashes)", f"(?P={name}_quote)"
    content = rf"(?: '' | (?!{slashes}{quote}) (?: {slashes}\\{slashes}?. | . ) )++"
    return rf"(?P<{name}_open> (?P<{name}_slashes>\\*+) (?P<{name}_quote>[\"']) ) {content}"


# no part can match the same characters in two ways: the time is linear in the text
_GUESSED = re.compile(
    rf"""
    (?P<head>
        (?: (?: (?P<line> ^[ \t]*+ (?:-[ \t]++)*+ ) | (?P<flow> [{{,][ \t]*+ ) ) (?=[\w.-]++[ \t]*+:) )?
        (?<![\w.-]) [\w.-]*+ (?:{_ENDS_TELLING})
        (?: (?P<close>\\*+["'])?+ [ \t]*+ (?: [=!]= | [:=](?![:/]) ) [ \t]*+
        | `[ ]is[ ] (?= ["\[] | \d[\d.e+-]*+(?:[,;]|\Z) ) )
    )
    (?:
        (?P<list> \[ (?: [^\[\]{{}}"'\\]++ | {_string("item")} (?P=item_slashes)(?P=item_quote) )++ \] )
        | {_string("value")}
        | (?! \\*+["'`] | \$\{{ | (?:true|false|null|none)(?![^\s,}}\]]) )
          (?P<plain>
            (?(line) (?: (?![ \t]\#)[^\r\n] )++
            | (?![\[{{]) (?(flow) [^,}}\r\n]++ | (?:(?:bearer|basic|digest)[ ]++)?+ [^\s,;&"'`)\]}}\\]++ ) )
          )
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_SHORT_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_URL_ALPHABET = str.maketrans("+/", "-_")
_USER_INFO = re.compile(r"(://[^/\s:@\"`\\]*+:)[^/\s@\"`\\]++(?=@)")


@dataclass(slots=True)
class Mask:
    """A set of secret values, and the replacing of them in texts; call it with a text."""

    _secrets: set[str] = field(default_factory=set)
    _whole: set[str] = field(default_factory=set)
    _pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Learn a secret; each of its lines is one, since output may show them apart."""
        self._whole.add(secret)
        for part in (secret, *secret.splitlines()):
            if len(part) >= _MIN_LENGTH:
                self._secrets |= {part, *_in_base64(part)}
        self._pattern = None

    def add_all(self, secrets: Iterable[str]) -> None:
        """Learn several secrets."""
        for secret in secrets:
            self.add(secret)

    def knows(self, text: str) -> bool:
        """Tell whether a text is a secret as it stands, also one that is too short to be looked for in others."""
        return text in self._whole and text != ""

    def __call__(self, text: str) -> str:
        """Return the text with every secret replaced, in whatever form; the longest is looked for first."""
        if not self._secrets:
            return text
        if self._pattern is None:
            longest_first = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
            self._pattern = re.compile("|".join("".join(map(_forms, secret)) for secret in longest_first))
        *cut, rest = self._pattern.sub(MASKED, text).split("…")
        return "…".join([*map(self._without_beginning, cut), rest])

    def _without_beginning(self, text: str) -> str:
        """Hide the beginning of a secret at the end of a text that was cut there."""
        tail = text[-_MIN_BEGINNING:]
        lengths = (
            length
            for secret in self._secrets
            if len(tail) == _MIN_BEGINNING and tail in secret[:_LONGEST_SHOWN]
            for length in range(min(len(secret), len(text), _LONGEST_SHOWN), _MIN_BEGINNING - 1, -1)
            if text.endswith(secret[:length])
        )
        length = max(lengths, default=0)
        return text[:-length] + MASKED if length else text

    def line(self, text: str) -> str:
        """Mask a text in which keys stand; what belongs to one that sounds secret is hidden even if it was never read.

        What is JSON stays JSON.
        """
        hidden = self(text)
        if _may_tell(hidden):
            hidden = _GUESSED.sub(_hidden, hidden)
        hidden = _USER_INFO.sub(rf"\1{MASKED}", hidden)
        if hidden == text or (value := _json_of(text)) is None or _json_of(hidden) is not None:
            return hidden
        return json.dumps(self._data(without_secrets(value)), ensure_ascii=False)

    def _data(self, value: Any) -> Any:  # JSON
        if isinstance(value, dict):
            return {self(key): self._data(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._data(inner) for inner in value]
        if isinstance(value, str):
            return self.line(value)
        return value if self(written := json.dumps(value)) == written else MASKED


def sounds_secret(key: str) -> bool:
    """Tell whether what stands under a key is nobody's business: `DB_PASSWORD`, `token`, `X-Api-Key`."""
    return _SECRET_NAME.search(key) is not None


def _may_tell(text: str) -> bool:
    """Tell whether a word that sounds secret stands in a text at all; most hold none, and looking closely is slow."""
    for odd, letter in _ODD_CASES.items():
        text = text.replace(odd, letter)
    text = text.lower()
    return any(word in text for word in _TELLING_WORDS)


def without_secrets(value: Any) -> Any:  # JSON
    """Hide what stands under keys that sound secret, in data that others wrote."""
    if isinstance(value, Mapping):
        return {
            key: _under_secret(inner) if sounds_secret(str(key)) else without_secrets(inner)
            for key, inner in value.items()
        }
    return [without_secrets(inner) for inner in value] if isinstance(value, list | tuple) else value


def _under_secret(value: Any) -> Any:  # JSON
    if isinstance(value, list | tuple):
        is_flat = not any(isinstance(inner, list | tuple | Mapping) for inner in value)
        return [MASKED] if value and is_flat else [_under_secret(inner) for inner in value]  # as in a text
    if isinstance(value, Mapping):
        return without_secrets(value)
    return value if value is None or value == "" or isinstance(value, bool) else MASKED


def _hidden(match: re.Match[str]) -> str:
    if match["value_open"]:
        return f"{match['head']}{match['value_open']}{MASKED}"
    quote = match["close"] or ""
    shown = f"{quote}{MASKED}{quote}"
    if match["list"]:  # as many lines as before
        breaks = "\n" * match["list"].count("\n")
        shown = f"[{shown}{breaks}]"
    return match["head"] + shown


def _in_base64(secret: str) -> Iterator[str]:
    """Write a secret in both alphabets of Base64 (RFC 4648), as it is wherever in a text it begins.

    Three octets are four characters; those that others share with it depend on what stands around it.
    """
    octets = secret.encode("utf-8", "surrogatepass")
    for before in range(3):
        written = b64encode(bytes(before) + octets).decode()
        own = written[-(-before * 8 // 6) : (before + len(octets)) * 8 // 6]
        if len(own) >= _MIN_BASE64:
            yield own
            yield own.translate(_URL_ALPHABET)


def _forms(character: str) -> str:
    """Write the pattern of a character as it is, in a URL or a form, and in JSON, also if that stands in JSON."""
    if character.isascii() and character.isalnum():
        return character
    octets = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass").hex()
    forms = [
        r"\\{0,7}" + re.escape(character),
        "".join(f"%(?i:{octet:02x})" for octet in octets),
        "".join(rf"\\{{1,7}}u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4)),
        *([r"\+"] if character == " " else []),
        *([rf"\\{{1,7}}{_SHORT_ESCAPES[character]}"] if character in _SHORT_ESCAPES else []),
    ]
    return f"(?:{'|'.join(forms)})"


def _json_of(text: str) -> Any:
    """Read a text that is a map or a list in JSON; None if it is not."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
