"""How protocols that begin in plain text are asked for TLS: what is sent, and which answers allow it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_ANSWER_BYTES: Final = 16 * 1024
"""The longest answer, and so the longest line of one: RFC 5321 allows a line 512 bytes, and no protocol needs more."""
_LINE: Final = re.compile(rb"[^\n]*\n")
_UNPRINTABLE: Final = re.compile(r"[^\S ]+|[\x00-\x1f\x7f-\x9f]+")
_GOES_ON: Final = re.compile(rb"([0-9]{3})-")
_CODE: Final = slice(0, 3)
_AFTER_CODE: Final = slice(3, 4)
_INTEGER: Final = 0x02
_OCTET_STRING: Final = 0x04
_ENUMERATED: Final = 0x0A
_EXTENDED_RESPONSE: Final = 0x78
_LONG_LENGTH: Final = 0x80


class StartTls(StrEnum):
    """The protocols in which TLS is asked for before it begins."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"
    FTP = "ftp"
    LDAP = "ldap"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: how many bytes it takes, and what is wrong with it if it does not allow to go on."""

    size: int
    refusal: str = ""


Read: TypeAlias = "Callable[[bytes], Answer | None]"
"""Reads an answer at the beginning of what was received; None while it is not complete."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is sent, if anything, and how the answer to it is read."""

    send: bytes
    read: Read


def _lines(is_last: Callable[[bytes, bytes], bool], consent: bytes) -> Read:
    """Read lines up to the last one, which the first one helps to know; together they must begin like a consent."""
    allows = re.compile(consent, re.IGNORECASE)

    def read(received: bytes) -> Answer | None:
        lines = list(_LINE.finditer(received))
        last = next((line for line in lines if is_last(lines[0][0], line[0])), None)
        if last is None:
            return None
        said = received[: last.end()]
        return Answer(last.end(), "" if allows.match(said) else _quoted(said))

    return read


def _is_last_reply(first: bytes, line: bytes) -> bool:
    """SMTP and FTP: `250-` begins an answer of several lines, and `250 ` its last (RFC 5321, 4.2.1; RFC 959, 4.2)."""
    goes_on = _GOES_ON.match(first)
    return goes_on is None or (line[_CODE] == goes_on[1] and line[_AFTER_CODE] in b" \r\n")


def _is_tagged(_first: bytes, line: bytes) -> bool:
    """IMAP: what a server says without being asked begins with `*` (RFC 9051, 2.2.2)."""
    return not line.startswith(b"* ")


def _is_only(_first: bytes, _line: bytes) -> bool:
    return True


def _read_postgres(received: bytes) -> Answer | None:
    """One byte without a line: `S` is yes and `N` is no; old servers send an error."""
    match received[:1]:
        case b"":
            return None
        case b"S":
            return Answer(1)
        case b"N":
            return Answer(1, "it offers no TLS")
        case _:
            return Answer(len(received), _quoted(received))


def _read_ldap(received: bytes) -> Answer | None:
    """An extended response whose result is `success` (RFC 4511, 4.12 and 4.14.1); it is the first element of BER."""
    if received[:1] not in {b"", b"\x30"}:
        return Answer(len(received), _quoted(received))
    message = next(_elements(received), None)
    if message is None:
        return None
    return Answer(message.size, _ldap_refusal(message))


def _ldap_refusal(message: _Element) -> str:
    parts = list(_elements(message.content))
    if [part.tag for part in parts[:2]] != [_INTEGER, _EXTENDED_RESPONSE]:
        return _quoted(message.content)
    result = list(_elements(parts[1].content))
    if [part.tag for part in result[:3]] != [_ENUMERATED, _OCTET_STRING, _OCTET_STRING]:
        return _quoted(message.content)
    code = int.from_bytes(result[0].content, "big")
    return f"it answers with result {code}, {_plain(result[2].content)}" if code else ""


@dataclass(frozen=True, slots=True)
class _Element:
    """A tag and what it holds; `size` is the length of both."""

    tag: int
    content: bytes
    size: int


def _elements(data: bytes) -> Iterator[_Element]:
    """Yield the complete elements of BER in some bytes (X.690, 8.1); lengths are always given (RFC 4511, 5.1)."""
    while len(data) > 1:
        length, start = data[1], 2
        if length & _LONG_LENGTH:  # so many bytes hold the length
            start += length - _LONG_LENGTH
            length = int.from_bytes(data[2:start], "big")
        size = start + length
        if len(data) < size:
            return
        yield _Element(data[0], data[start:size], size)
        data = data[size:]


def _quoted(said: bytes) -> str:
    return f"it answers `{_plain(said)}`"


def _plain(said: bytes) -> str:
    """Write a server's words in one line."""
    return shortened(_UNPRINTABLE.sub(" ", said.decode(errors="replace")).strip(), 200)


DIALOGUES: Final[Mapping[StartTls, tuple[Step, ...]]] = {
    # RFC 3207; who has no name gives an address (RFC 5321, 4.1.4)
    StartTls.SMTP: (
        Step(b"", _lines(_is_last_reply, rb"220")),
        Step(b"EHLO [127.0.0.1]\r\n", _lines(_is_last_reply, rb"250-(?s:.*)\n250[- ]STARTTLS\b")),
        Step(b"STARTTLS\r\n", _lines(_is_last_reply, rb"220")),
    ),
    # RFC 9051, 6.2.1: who is greeted with PREAUTH cannot ask any more
    StartTls.IMAP: (
        Step(b"", _lines(_is_only, rb"\* OK\b")),
        Step(b"a STARTTLS\r\n", _lines(_is_tagged, rb"(?:\* .*\n)*a OK\b")),
    ),
    # RFC 2595, 4
    StartTls.POP3: (
        Step(b"", _lines(_is_only, rb"\+OK\b")),
        Step(b"STLS\r\n", _lines(_is_only, rb"\+OK\b")),
    ),
    # RFC 4217, 4
    StartTls.FTP: (
        Step(b"", _lines(_is_last_reply, rb"220")),
        Step(b"AUTH TLS\r\n", _lines(_is_last_reply, rb"234")),
    ),
    # RFC 4511, 4.14: message 1, an extended request with the name of StartTLS
    StartTls.LDAP: (Step(b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037", _read_ldap),),
    # PostgreSQL's message formats: SSLRequest, its length and the code 80877103
    StartTls.POSTGRES: (Step(b"\x00\x00\x00\x08\x04\xd2\x16\x2f", _read_postgres),),
}
"""What is said before TLS begins. Nothing may come between the last answer and the handshake."""
