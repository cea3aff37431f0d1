"""How a server is reached: its TLS, its proxy, its version of HTTP, and how long connections are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """What a client trusts and shows.

    `ca` is a file of authorities in PEM that takes the place of the machine's. `cert` and `key` are what the
    client shows of itself; without `key`, it stands in the file of the certificate. Without `verify` every
    certificate is taken. `server_name` is asked for, and must be in the certificate, instead of the address's host.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    verify: bool = True
    server_name: str | None = None


@dataclass(frozen=True, slots=True)
class ProxyOptions:
    """A proxy that is spoken to in plain HTTP: `https` goes through a tunnel (CONNECT, RFC 9110, 9.3.6)."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Route:
    """How one request reaches its server. HTTP/2 is offered over TLS only; the server chooses (ALPN, RFC 7301)."""

    tls: TlsOptions = TlsOptions()
    proxy: ProxyOptions | None = None
    http2: bool = False


def _keep_nothing(_secret: str) -> None:
    """Let a secret be one that nobody needs to know of."""


@dataclass(frozen=True, slots=True)
class ClientOptions:
    """What a client does with its connections.

    Without `keep_alive` every request has a connection of its own, so that one that died unnoticed fails none.
    With it, an idle one is used again, for as long as `max_idle_ns`: less than the 5 s after which Apache httpd and
    Node.js close theirs, since over HTTP/2 such an end is only noticed by the next request. `max_connections` is
    the most at a time for each route, to plain and to encrypted servers; a request waits for a free one within
    its deadline. `learn` hears of every token that is fetched, before it is used, so that no output shows it.
    """

    keep_alive: bool = False
    max_connections: int | None = None
    max_idle_ns: int = 4 * NS_PER_S
    learn: Callable[[str], None] = _keep_nothing


DIRECT: Final = Route()
"""No proxy, the machine's authorities, HTTP/1.1."""
