"""A short way to let a probe look at a server on the loopback."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.transport.servers import serving
from tiktoktoe_cli.health.probes.outside import Outside
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport.client import HttpClient
from tiktoktoe_cli.transport.tcp import TcpClient

if TYPE_CHECKING:
    import ssl

    from tests.transport.servers import Behaviour
    from tiktoktoe_cli.health import Observation
    from tiktoktoe_cli.health.probes.settings import ProbeSettings

SECOND = 1_000_000_000


async def look(kind: type[ProbeSettings], timeout_ns: int = 5 * SECOND, **settings: Any) -> Observation:
    """Let a probe with these settings look once, by the machine's clock unless there is a `clock` among them."""
    clock = settings.pop("clock", None) or SystemClock()
    async with HttpClient(clock) as client:
        outside = Outside(clock, client, TcpClient(clock), {})
        return await kind.model_validate(settings).observe(timeout_ns, outside)


def looked(
    kind: type[ProbeSettings], behave: Behaviour, context: ssl.SSLContext | None = None, **settings: Any
) -> Observation:
    """Let a probe look at the address of a server that behaves like this."""

    async def play() -> Observation:
        async with serving(behave, context) as port:
            return await look(kind, **{"address": f"127.0.0.1:{port}", **settings})

    return asyncio.run(play())


def failure_of(seen: Observation) -> str:
    """Return the reason of a failure, with which there are no values."""
    assert seen.failure, seen
    assert seen.values == {}
    return seen.failure.reason
