"""Short ways to send requests to servers that behave as a test wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.transport.servers import serving
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import ClientOptions, HttpReply, HttpRequest, TransportFailure
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    import ssl

    from tests.transport.servers import Behaviour

SECOND = 1_000_000_000
KEPT = ClientOptions(keep_alive=True)


async def ask(port: int, path: str = "/", **options: Any) -> HttpReply | TransportFailure:
    """Send one request to a port of the loopback; the options are those of a request."""
    options = {"url": f"http://127.0.0.1:{port}{path}", "timeout_ns": 5 * SECOND, **options}
    async with HttpClient(SystemClock()) as client:
        return await client.request(HttpRequest(**options))


def asked(
    behave: Behaviour, tls: ssl.SSLContext | None = None, **options: Any
) -> HttpReply | TransportFailure:
    """Send one request to a server that behaves like this, over TLS if it has a context for it."""

    async def play() -> HttpReply | TransportFailure:
        async with serving(behave, tls) as port:
            url = {"url": f"https://127.0.0.1:{port}/"} if tls else {}
            return await ask(port, **url, **options)

    return asyncio.run(play())


def replied(behave: Behaviour, tls: ssl.SSLContext | None = None, **options: Any) -> HttpReply:
    """Send one request that is answered."""
    reply = asked(behave, tls, **options)
    assert isinstance(reply, HttpReply), reply
    return reply


def failed(behave: Behaviour, tls: ssl.SSLContext | None = None, **options: Any) -> TransportFailure:
    """Send one request that fails."""
    failure = asked(behave, tls, **options)
    assert isinstance(failure, TransportFailure), failure
    return failure


def asked_together(options: ClientOptions, *requests: HttpRequest) -> list[HttpReply | TransportFailure]:
    """Send requests one after the other through one client."""

    async def play() -> list[HttpReply | TransportFailure]:
        async with HttpClient(SystemClock(), options) as client:
            return [await client.request(request) for request in requests]

    return asyncio.run(play())
