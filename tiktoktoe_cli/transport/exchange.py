"""What goes into an exchange with a server and what comes out of it: a reply, or a failure with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tiktoktoe_cli.config.units import Duration

MEBIBYTE: Final = 1024 * 1024
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class FailureReason(StrEnum):
    """Why there was no complete answer; the words are stable and part of the output."""

    DNS = "dns"  # the name has no address, or it could not be looked up
    REFUSED = "refused"  # nobody listens
    UNREACHABLE = "unreachable"  # no route to the host or its network
    RESET = "reset"  # the other side broke the connection off
    CLOSED = "closed"  # the other side closed the connection before the answer was complete
    TIMEOUT = "timeout"  # the deadline passed
    TLS = "tls"  # the handshake failed, or the certificate is not trusted
    PROTOCOL = "protocol"  # the answer does not follow the protocol
    TOO_MANY_REDIRECTS = "too-many-redirects"
    NETWORK = "network"  # another error of the operating system
    INVALID_URL = "invalid-url"
    INVALID_REQUEST = "invalid-request"  # a method or header that cannot be sent

    @property
    def is_ours(self) -> bool:
        """Ask whether the request itself was wrong, so that nothing was learnt about the server."""
        return self in {FailureReason.INVALID_URL, FailureReason.INVALID_REQUEST}


def shown_duration(duration_ns: int) -> Duration:
    """Round a time limit to whole milliseconds for a message: what is left of a deadline is never round."""
    return Duration(max(round(duration_ns, -6), 1_000_000))


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the phases of an exchange took, in nanoseconds, summed over redirects; None if one did not end.

    `connect_ns` includes the look-up of the name, `ttfb_ns` goes from the connection being ready to the head of
    the answer having arrived, `transfer_ns` from there to the end of the body, `total_ns` over all of it.
    """

    total_ns: int
    connect_ns: int | None = None
    tls_ns: int | None = None
    ttfb_ns: int | None = None
    transfer_ns: int | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `timeout_ns` is for all of it: look-up, connection, redirects and the body's last byte.

    What may hold credentials is left out of the `repr`.
    """

    url: str = field(repr=False)
    timeout_ns: int
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    follow_redirects: bool = True
    max_body_bytes: int = MEBIBYTE

    @property
    def is_sendable(self) -> bool:
        """Whether the method and the names of the headers are tokens (RFC 9110, 5.6.2)."""
        return all(_TOKEN.fullmatch(word) for word in (self.method, *(name for name, _ in self.headers)))


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A server's answer, whatever its status; `url` is the last one after redirects, without user and password.

    `headers` keep their order and repetitions, with names in lower case. `is_cut` says that the body was longer
    than asked for, and that `body` is only its beginning.
    """

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool
    redirects: int
    timing: Timing

    def header(self, name: str) -> str | None:
        """Return a header's value; that of a repeated one is joined by `, ` (RFC 9110, 5.3)."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class TcpReply:
    """A connection that was made and closed again."""

    timing: Timing


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No complete answer: the reason for machines, the message for people, and the phases that did end."""

    reason: FailureReason
    message: str
    timing: Timing
