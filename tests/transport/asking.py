"""Short ways to send one request to a server that behaves as a test wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.transport.servers import serving
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import HttpReply, HttpRequest, TransportFailure
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    from tests.transport.servers import Behaviour

SECOND = 1_000_000_000


async def ask(port: int, path: str = "/", **options: object) -> HttpReply | TransportFailure:
    """Send one request to a port of the loopback."""
    options = {"url": f"http://127.0.0.1:{port}{path}", "timeout_ns": 5 * SECOND, **options}
    async with HttpClient(SystemClock()) as client:
        return await client.request(HttpRequest(**options))  # type: ignore[arg-type]


def asked(behave: Behaviour, **options: object) -> HttpReply | TransportFailure:
    """Send one request to a server that behaves like this."""

    async def play() -> HttpReply | TransportFailure:
        async with serving(behave) as port:
            return await ask(port, **options)  # type: ignore[arg-type]

    return asyncio.run(play())


def replied(behave: Behaviour, **options: object) -> HttpReply:
    """Send one request that is answered."""
    reply = asked(behave, **options)
    assert isinstance(reply, HttpReply), reply
    return reply


def failed(behave: Behaviour, **options: object) -> TransportFailure:
    """Send one request that fails."""
    failure = asked(behave, **options)
    assert isinstance(failure, TransportFailure), failure
    return failure
