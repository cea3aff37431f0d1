"""Requests of the plain kind: what the lean client sends for them, byte for byte; pure.

Plain is an address without anything that would have to be encoded, resolved or decoded, a small body, no proxy, no
HTTP/2 offered, and no header that changes how messages are framed. All else is left to the rich client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS
from tiktoktoe_cli.transport.auth import ClientCredentials
from tiktoktoe_cli.transport.headers import headers_of

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.exchange import HttpRequest

_FRAMING: Final = frozenset({"connection", "content-length", "expect", "te", "transfer-encoding", "upgrade"})
_WITH_LENGTH: Final = frozenset({"POST", "PUT", "PATCH"})  # an empty body is told too (RFC 9110, 8.6)
_MAX_BODY_BYTES: Final = 16_384  # goes out at once: whoever answers early and hangs up is heard
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = rf"(?:{_OCTET}\.){{3}}{_OCTET}|(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_CHARACTER: Final = r"[A-Za-z0-9._~!$&()*+,;=:@-]|%[0-9A-F]{2}"
_PATH: Final = rf"(?:/(?!\.\.?(?:[/?]|$))(?:{_CHARACTER})*)*"
_PORT: Final = r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_URL: Final = re.compile(rf"(https?)://({_HOST})(?::({_PORT}))?({_PATH}(?:\?(?:{_CHARACTER}|[/?])*)?)")


@dataclass(frozen=True, slots=True)
class PlainRequest:
    """Whom to ask and what to send; `url` is the address as it is shown."""

    host: str
    port: int
    url: str
    payload: bytes = field(repr=False)


def is_plain(request: HttpRequest) -> bool:
    """Ask whether a request is of the plain kind."""
    return (
        _URL.fullmatch(request.url) is not None
        and request.route.proxy is None
        and not request.route.http2
        and not isinstance(request.auth, ClientCredentials)
        and len(request.body) <= _MAX_BODY_BYTES
        and request.method != "CONNECT"
        and not any(name.lower() in _FRAMING for name, _ in request.headers)
    )


def write_plain(request: HttpRequest) -> PlainRequest:
    """Write down a request of the plain kind, which can be sent."""
    match = _URL.fullmatch(request.url)
    assert match, "it is plain"  # noqa: S101  # states an invariant
    scheme, host, port_text, target = match.groups()
    port = int(port_text or DEFAULT_PORTS[scheme])
    authority = host if port == DEFAULT_PORTS[scheme] else f"{host}:{port}"
    payload = _payload(request, authority, target if target.startswith("/") else f"/{target}")
    return PlainRequest(host, port, f"{scheme}://{authority}{target}", payload)


def _payload(request: HttpRequest, authority: str, target: str) -> bytes:
    """Write the request as httpx would."""
    headers = headers_of(request)
    if not any(name.lower() == "host" for name, _ in request.headers):
        headers.insert(0, ("Host", authority))
    method = request.method.upper()
    if request.body or method in _WITH_LENGTH:
        headers.append(("Content-Length", str(len(request.body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode() + request.body
