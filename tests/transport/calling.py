"""Short ways to make TCP connections to servers that behave as a test wants."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.transport.servers import serving
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport.tcp import TcpClient, TcpRequest

if TYPE_CHECKING:
    import ssl

    from tests.transport.servers import Behaviour
    from tiktoktoe_cli.transport import TcpReply, TransportFailure
    from tiktoktoe_cli.transport.tcp import Talk

SECOND = 1_000_000_000


async def call(port: int, talk: Talk | None = None, **options: Any) -> TcpReply | TransportFailure:
    """Connect to a port of the loopback; the options are those of a request."""
    options = {"host": "127.0.0.1", "port": port, "timeout_ns": 5 * SECOND, **options}
    return await TcpClient(SystemClock()).connect(TcpRequest(**options), talk)


def called(
    behave: Behaviour, context: ssl.SSLContext | None = None, talk: Talk | None = None, **options: Any
) -> TcpReply | TransportFailure:
    """Connect to a server that behaves like this, over TLS if it has a context for it."""

    async def play() -> TcpReply | TransportFailure:
        async with serving(behave, context) as port:
            return await call(port, talk, **options)

    return asyncio.run(play())
