"""Bytes from a server → its answer in HTTP/1.1; pure.

The usual answer arrives with its whole head at once and tells its length in the usual way: reading that takes 3 µs.
Every other one is read by h11, which takes 40 µs, from its first byte: chunks, interim answers, heads in pieces, and
all that is odd or wrong, so that both clients agree about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

import h11

from tiktoktoe_cli.transport.bodies import Body, encoding_of
from tiktoktoe_cli.transport.exchange import FailureReason
from tiktoktoe_cli.transport.redirects import leads_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.transport.exchange import HttpRequest

MAX_HEAD_BYTES: Final = 100 * 1024  # httpcore's limit (`MAX_INCOMPLETE_EVENT_SIZE`)
PIECE_BYTES: Final = 16_384
"""What both clients read at a time: the limit above is looked at between two pieces, and others get their turn."""
_AT_ONCE: Final = 256  # pieces of a body, which h11 reads in a few milliseconds
_MOST_INTERIM: Final = 32  # answers such as `100 Continue` before the one that counts
_TEXT: Final = r"[\t\x20-\x7e\x80-\xff]*"
_LINE: Final = rf"[!#$%&'*+.^_`|~0-9A-Za-z-]+:{_TEXT}\r\n"
_USUAL_HEAD: Final = re.compile(
    rf"HTTP/(1\.[01]) ([2-9][0-9][0-9])(?: {_TEXT})?\r\n((?:{_LINE})*)\r\n".encode()
)
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_WITHOUT_BODY: Final = frozenset({204, 304})  # RFC 9110, 15.3.5 and 15.4.5
_VERSIONS: Final = frozenset({"HTTP/1.0", "HTTP/1.1", "HTTP/2"})
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})


class AnswerError(Exception):
    """An answer that is not HTTP, or that ended too early: the reason says which."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer; the names of headers are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    http_version: str


class Answer:
    """An answer as it arrives: its head, and as much of its body as the request wants.

    The body of a redirect that is followed is not unpacked: nobody will look at it.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._reader: _Reader | None = None
        self._body: Body | None = None
        self._pieces: Iterator[bytes] = iter(())
        self.has_more = False

    @property
    def head(self) -> Head | None:
        """The head, as soon as it was read."""
        return self._reader.head if self._reader else None

    @property
    def is_cut(self) -> bool:
        """Whether there was more of the body than is wanted."""
        return self._body is not None and self._body.is_cut

    @property
    def is_complete(self) -> bool:
        """Whether nothing else need be read."""
        return self._body is not None and (self._reader is None or self._reader.is_over or self._body.is_cut)

    def content(self) -> bytes:
        """Return the body.

        Raises:
            PackingError: if what was packed ends too early.
        """
        return self._body.finish() if self._body else b""

    def feed(self, data: bytes) -> None:
        """Take what arrived; nothing is the end of the connection.

        No more is read at once than takes a few milliseconds; if it then `has_more`, `read_on` reads the rest.

        Raises:
            AnswerError: if it is no HTTP, or its end comes too early.
            PackingError: if the body cannot be unpacked.
        """
        if self._reader is None:
            self._reader = _reader_for(self._request.method.upper(), data)
        pieces = self._reader.feed(data)
        self._pieces = chain(self._pieces, pieces) if self.has_more else pieces
        self.read_on()

    def read_on(self) -> None:
        """Read some more of what has arrived; raises as `feed` does."""
        self.has_more = False
        for number, piece in enumerate(self._pieces, 1):
            self._keep(piece)
            if self.is_cut:
                return
            if number == _AT_ONCE:
                self.has_more = True
                return
        self._keep(b"")

    def _keep(self, piece: bytes) -> None:
        head = self.head
        if head is None:
            return
        if self._body is None:
            is_last = not leads_on(self._request, head.status, head.headers)
            self._body = Body(encoding_of(head.headers) if is_last else "", self._request.max_body_bytes)
        self._body.take(piece)


class _Reader(Protocol):
    """Reads one answer; `is_over` after its last byte."""

    head: Head | None
    is_over: bool

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take what arrived, and yield what it holds of the body."""
        ...


def _reader_for(method: str, data: bytes) -> _Reader:
    """Choose the reader of an answer by its first bytes, which it has yet to be fed."""
    usual = _read_usual(method, data)
    return _LengthReader(*usual) if usual else _CarefulReader(method)


def _read_usual(method: str, data: bytes) -> tuple[Head, int, int | None] | None:
    """Read a usual head; return it with its own length and that of its body, None for one up to the end."""
    match = _USUAL_HEAD.match(data, 0, PIECE_BYTES)
    if match is None:
        return None
    lines = (line.partition(":") for line in match[3].decode("latin-1").split("\r\n")[:-1])
    headers = tuple((name.lower(), value.strip(" \t")) for name, _, value in lines)
    lengths = [value for name, value in headers if name == "content-length"]
    has_codings = any(name == "transfer-encoding" for name, _ in headers)
    if has_codings or len(lengths) > 1 or not all(map(_LENGTH.fullmatch, lengths)):
        return None
    head = Head(int(match[2]), headers, f"HTTP/{match[1].decode()}")
    if method == "HEAD" or head.status in _WITHOUT_BODY:
        return head, match.end(), 0
    return head, match.end(), int(lengths[0]) if lengths else None


class _LengthReader:
    """Reads the body after a usual head."""

    def __init__(self, head: Head, head_bytes: int, left_bytes: int | None) -> None:
        self.head: Head | None = head
        self.is_over = left_bytes == 0
        self._skip_bytes = head_bytes
        self._left_bytes = left_bytes

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not data:
            self._end()
            return
        body, self._skip_bytes = data[self._skip_bytes :][: self._left_bytes], 0
        if self._left_bytes is not None:
            self._left_bytes -= len(body)
            self.is_over = self._left_bytes == 0
        yield body

    def _end(self) -> None:
        if self._left_bytes:
            raise AnswerError(FailureReason.CLOSED)
        self.is_over = True


class _CarefulReader:
    """Reads whatever h11 can read, in the steps in which httpcore does."""

    def __init__(self, method: str) -> None:
        self.head: Head | None = None
        self.is_over = False
        self._connection = h11.Connection(h11.CLIENT, MAX_HEAD_BYTES)
        headers = [(b"host", b""), (b"connection", b"close")]
        self._connection.send(h11.Request(method=method, target="/", headers=headers))
        self._connection.send(h11.EndOfMessage())
        self._interim = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        if not data and self.head is None:
            raise AnswerError(FailureReason.CLOSED)
        for start in range(0, len(data) or 1, PIECE_BYTES):
            self._connection.receive_data(data[start : start + PIECE_BYTES])
            try:
                yield from self._events()
            except h11.RemoteProtocolError as error:
                raise AnswerError(FailureReason.PROTOCOL if data else FailureReason.CLOSED) from error

    def _events(self) -> Iterator[bytes]:
        while not self.is_over and (event := self._connection.next_event()) is not h11.NEED_DATA:
            match event:
                case h11.InformationalResponse():
                    self._interim += 1
                    if self._interim > _MOST_INTERIM:
                        raise AnswerError(FailureReason.PROTOCOL)
                case h11.Response():
                    self.head = _head_of(event)
                    if not is_sound(self.head.http_version, self.head.headers):
                        raise AnswerError(FailureReason.PROTOCOL)
                case h11.Data():
                    yield bytes(event.data)
                case h11.EndOfMessage():
                    self.is_over = True


def _head_of(response: h11.Response) -> Head:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in response.headers.raw_items()
    )
    return Head(response.status_code, headers, f"HTTP/{response.http_version.decode()}")


def is_sound(http_version: str, headers: Iterable[tuple[str, str]]) -> bool:
    """Ask whether a head is of a version that is spoken here, and tells the length of its body in one way only.

    Both ways together may be an attack, so that two readers see two bodies (RFC 9112, 6.1).
    """
    return http_version in _VERSIONS and not {name for name, _ in headers} >= _FRAMING
