"""The first look of a process: it takes no longer than those after it, whatever has to be loaded for it."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from websockets.asyncio.server import ServerConnection, serve

from tests.transport.conftest import certificates
from tests.transport.name_servers import name_server, telling
from tests.transport.servers import OK, answering, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.transport.conftest import Certificates

__all__ = ["certificates"]
CLIENTS = {
    "confluent_kafka",
    "cryptography",
    "dns.message",
    "grpc",
    "httpx",
    "psycopg",
    "pymysql",
    "redis",
    "websockets",
}


async def pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer as Redis does, whatever is asked."""
    while said := await reader.read(4096):
        writer.write(b"+PONG\r\n" * said.count(b"*"))


async def echo(connection: ServerConnection) -> None:
    """Send every message back."""
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def serving_health() -> AsyncIterator[int]:
    """Run a gRPC server that is healthy."""
    server, servicer = grpc.aio.server(), health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    await servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(0)


async def open_servers(stack: AsyncExitStack, authority: Certificates) -> list[dict[str, Any]]:
    """Start the servers, and write the probes that look at them."""
    trust = {"ca": str(authority.folder / "ca.pem")}
    web = await stack.enter_async_context(serving(answering(OK)))
    secure = await stack.enter_async_context(serving(answering(OK), authority.server()))
    names = await stack.enter_async_context(name_server(telling("shop.example. 60 IN A 192.0.2.1")))
    redis = await stack.enter_async_context(serving(pong))
    rpc = await stack.enter_async_context(serving_health())
    socket = await stack.enter_async_context(serve(echo, "127.0.0.1", 0))
    talking = socket.sockets[0].getsockname()[1]
    login = {"basic": {"username": "u", "password": "p"}}
    return [
        {"http": {"url": f"http://127.0.0.1:{web}/"}},
        {"http": {"url": f"http://localhost:{web}/"}},
        {"http": {"url": f"http://127.0.0.1:{web}/", "auth": login}},
        {"http": {"url": f"http://127.0.0.1:{web}/%7e"}},
        {"http": {"url": f"https://127.0.0.1:{secure}/", "tls": trust}},
        {"http": {"url": f"https://127.0.0.1:{secure}/", "tls": trust, "http2": True}},
        {"tls": {"address": f"127.0.0.1:{secure}", **trust}},
        {"tcp": {"address": f"localhost:{web}"}},
        {"tcp": {"address": f"127.0.0.1:{secure}", "tls": trust}},
        {"dns": {"name": "shop.example", "server": f"127.0.0.1:{names}"}},
        {"grpc": {"address": f"127.0.0.1:{rpc}"}},
        {"websocket": {"url": f"ws://127.0.0.1:{talking}/", "send": "1"}},
        {"redis": {"address": f"127.0.0.1:{redis}"}},
        {"exec": {"run": ["true"]}},
        {"file": {"path": str(authority.folder)}},
    ]


async def made_afresh(probes: list[dict[str, Any]]) -> dict[str, Any]:
    """Let a new process make a check of each probe, round after round."""
    checks = [{"name": str(number), **probe} for number, probe in enumerate(probes)]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.health.first_looks"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        told, _ = await program.communicate(json.dumps(checks).encode())
    made: dict[str, Any] = json.loads(told)
    return made


def test_a_first_look_is_as_quick_as_a_later_one(certificates: Certificates) -> None:
    """What is loaded for a look is loaded before its clock starts, and no look waits for what another one needs."""

    async def play() -> dict[str, Any]:
        async with AsyncExitStack() as stack:
            return await made_afresh(await open_servers(stack, certificates))

    made = asyncio.run(play())

    first, *later = (median(took_ns) for took_ns in made["took_ns"])
    assert made["problems"] == []
    assert made["imported"] == []
    assert first < 5 * median(later)


def test_nothing_is_prepared_that_is_not_needed() -> None:
    """Who has plain web servers does not wait for clients of databases, nor for certificates to be read."""

    async def play() -> dict[str, Any]:
        async with serving(answering(OK)) as port:
            return await made_afresh([{"http": {"url": f"http://127.0.0.1:{port}/"}}])

    made = asyncio.run(play())

    assert made["problems"] == []
    assert CLIENTS.isdisjoint(made["prepared"])


def test_what_cannot_be_prepared_is_told_by_the_look() -> None:
    """An authority that is not there fails its own check, with its name, and no other one."""

    async def play() -> dict[str, Any]:
        async with serving(answering(OK)) as port:
            lost = {"tls": {"address": f"127.0.0.1:{port}", "ca": "/absent.pem"}}
            return await made_afresh([lost, {"http": {"url": f"http://127.0.0.1:{port}/"}}])

    made = asyncio.run(play())

    assert {problem.partition(": ")[0] for problem in made["problems"]} == {"tls"}
    assert "`/absent.pem`" in made["problems"][0]
