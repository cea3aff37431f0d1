"""Short ways to make one check of the real world: of anything, or of a web server that behaves in some way."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from tests.health.making import make_check
from tests.transport.servers import serving
from tiktoktoe_cli.health import CheckResult, Effects
from tiktoktoe_cli.health.probes import open_probes
from tiktoktoe_cli.health.runner import run_check
from tiktoktoe_cli.resilience import SystemClock

if TYPE_CHECKING:
    import ssl

    from tests.transport.servers import Behaviour

ENVIRON = {"PATH": os.environ["PATH"]}


async def check(**settings: Any) -> CheckResult:
    """Run one check against the real world."""
    clock = SystemClock()
    async with open_probes(clock, ENVIRON) as probe:
        return await run_check("s", make_check(**settings), Effects(probe, clock))


def checked(behave: Behaviour, *, tls: ssl.SSLContext | None = None, **settings: Any) -> CheckResult:
    """Run one http check against a server that behaves like this."""
    http = settings.pop("http", {})
    scheme = "https" if tls else "http"

    async def play() -> CheckResult:
        async with serving(behave, tls) as port:
            return await check(http={"url": f"{scheme}://127.0.0.1:{port}/health", **http}, **settings)

    return asyncio.run(play())


def json_answer(text: str) -> bytes:
    """Write an answer with a JSON body."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    return (head + text).encode()
