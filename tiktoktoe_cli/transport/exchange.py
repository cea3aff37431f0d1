"""What goes into an exchange with a server and what comes out of it: a reply, or a failure with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.route import DIRECT, Route

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.auth import Auth

MEBIBYTE: Final = 1024 * 1024
MAX_REDIRECTS: Final = 10  # as Prometheus' blackbox exporter
CREDENTIAL_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})
"""The headers of requests that say who sends them: for the first server only, and never to be shown."""
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# what has no UTF-8 is left out too: Python's half characters for bytes of the command line that are no text
_FIELD_VALUE: Final = re.compile(r"(?![ \t])[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]*(?<![ \t])")


def is_token(word: str) -> bool:
    """Ask whether a word can be a method or the name of a header (RFC 9110, 5.6.2)."""
    return _TOKEN.fullmatch(word) is not None


def is_field_value(text: str) -> bool:
    """Ask whether a text can be the value of a header: one line without blanks at its ends (RFC 9110, 5.5)."""
    return _FIELD_VALUE.fullmatch(text) is not None


class FailureReason(StrEnum):
    """Why there was no complete answer; the words are stable and part of the output."""

    DNS = "dns"  # the name has no address, or it could not be looked up
    REFUSED = "refused"  # nobody listens
    UNREACHABLE = "unreachable"  # no route to the host or its network
    RESET = "reset"  # the other side broke the connection off
    CLOSED = "closed"  # the other side closed the connection before the answer was complete
    TIMEOUT = "timeout"  # the deadline passed
    TLS = "tls"  # the handshake failed, or the certificate is not trusted; `TlsFault` says which
    PROTOCOL = "protocol"  # the answer does not follow the protocol
    TOO_MANY_REDIRECTS = "too-many-redirects"
    PROXY = "proxy"  # the proxy did not let the request through
    # the token server could not be asked, or is in trouble
    TOKEN_SERVER = "token-server"  # noqa: S105  # a word, no token
    NETWORK = "network"  # another error of the operating system
    LOCAL = "local"  # this machine has no descriptor, memory or port left for a connection
    INVALID_URL = "invalid-url"
    INVALID_REQUEST = "invalid-request"  # a method or header that cannot be sent
    TLS_FILES = "tls-files"  # our own authorities, certificate or key cannot be used
    AUTH = "auth"  # the token server gives us no token

    @property
    def is_ours(self) -> bool:
        """Ask whether the request itself or this machine was wrong, so that nothing was learnt about the server."""
        return self in _OURS

    @property
    def is_transient(self) -> bool:
        """Ask whether the same request may go better later, without anybody changing anything."""
        return self not in _LASTING


_OURS: Final = frozenset(
    {
        FailureReason.LOCAL,
        FailureReason.INVALID_URL,
        FailureReason.INVALID_REQUEST,
        FailureReason.TLS_FILES,
        FailureReason.AUTH,
    }
)
_LASTING: Final = _OURS | {FailureReason.TLS, FailureReason.TOO_MANY_REDIRECTS, FailureReason.PROXY}


class TlsFault(StrEnum):
    """What was wrong in a TLS handshake; the words are stable and part of the output."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    REVOKED = "revoked"
    WRONG_NAME = "wrong-name"  # the certificate is for another host
    SELF_SIGNED = "self-signed"  # the certificate vouches for itself
    UNTRUSTED_ISSUER = "untrusted-issuer"  # nobody we trust vouches for it
    CLIENT_CERTIFICATE_REQUIRED = "client-certificate-required"
    CLIENT_CERTIFICATE_REFUSED = "client-certificate-refused"
    NOT_TLS = "not-tls"  # what answers does not speak TLS
    NOTHING_IN_COMMON = "nothing-in-common"  # no version or cipher that both sides accept
    UNKNOWN_NAME = "unknown-name"  # the server has nothing under this name
    OTHER = "other"

    @property
    def is_of_certificate(self) -> bool:
        """Ask whether it is the server's certificate that is not right."""
        return self in _OF_CERTIFICATE


_OF_CERTIFICATE: Final = frozenset(
    {
        TlsFault.EXPIRED,
        TlsFault.NOT_YET_VALID,
        TlsFault.REVOKED,
        TlsFault.WRONG_NAME,
        TlsFault.SELF_SIGNED,
        TlsFault.UNTRUSTED_ISSUER,
    }
)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the phases of an exchange took, in nanoseconds, summed over redirects; None if one did not end.

    `dns_ns` is the look-up of the name, `connect_ns` the connection after it, with the consent of a proxy,
    `ttfb_ns` goes from the connection being ready to the head of the answer having arrived, `transfer_ns` from
    there to the end of the body, `total_ns` over all of it. A connection that is used again has no look-up.
    """

    total_ns: int
    dns_ns: int | None = None
    connect_ns: int | None = None
    tls_ns: int | None = None
    ttfb_ns: int | None = None
    transfer_ns: int | None = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `timeout_ns` is for all of it: token, look-up, connection, redirects and the body's last byte.

    What may hold credentials is left out of the `repr`. `auth` takes the place of a user and password in the URL,
    and both of an `Authorization` among the headers.
    """

    url: str = field(repr=False)
    timeout_ns: int
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    follow_redirects: bool = True
    max_body_bytes: int = MEBIBYTE
    max_redirects: int = MAX_REDIRECTS
    auth: Auth | None = None
    route: Route = DIRECT

    @property
    def is_sendable(self) -> bool:
        """Whether the method and the headers are such as the protocol knows (RFC 9110, 5.5 and 5.6.2)."""
        return is_token(self.method) and all(
            is_token(name) and is_field_value(value) for name, value in self.headers
        )


@dataclass(frozen=True, slots=True)
class TlsSession:
    """What both sides agreed on in a handshake, and the certificates that the server showed, its own first, in DER.

    `version` and `cipher` are OpenSSL's words, such as `TLSv1.3` and `TLS_AES_256_GCM_SHA384`. `is_verified` says
    that the server's certificate was found right, and not just taken as it was.
    """

    version: str
    cipher: str
    chain: tuple[bytes, ...] = field(repr=False)
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A server's answer, whatever its status; `url` is the last one after redirects, without user and password.

    `headers` keep their order and repetitions, with names in lower case. `is_cut` says that the body was longer
    than asked for, and that `body` is only its beginning. `ip` is the address that was connected to, of the last
    server or of the proxy before it; `tls` is the session with the last server, if it was asked over TLS.
    """

    status: int
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool
    redirects: int
    timing: Timing
    http_version: str = "HTTP/1.1"
    ip: str = ""
    tls: TlsSession | None = None

    def header(self, name: str) -> str | None:
        """Return a header's value; that of a repeated one is joined by `, ` (RFC 9110, 5.3)."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class TcpReply:
    """A connection that was made and closed again: the address that took it, and its session, if it was over TLS."""

    timing: Timing
    ip: str = ""
    tls: TlsSession | None = None


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """No complete answer: the reason for machines, the message for people, and the phases that did end.

    `tls_fault` says more about the reason `tls`; `tls` is the session of a second look, without verification, at a
    server whose certificate was not right.
    """

    reason: FailureReason
    message: str
    timing: Timing
    tls_fault: TlsFault | None = None
    tls: TlsSession | None = None

    @property
    def is_transient(self) -> bool:
        """Ask whether the same request may go better later: certificates do not mend themselves, handshakes may."""
        return self.reason.is_transient or self.tls_fault is TlsFault.OTHER
