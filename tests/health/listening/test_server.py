from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.health.making import MS
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.listening.messages import Request, Response
from tiktoktoe_cli.health.listening.server import Limits, serving

_LIMITS = Limits()
Visit: TypeAlias = Callable[[str], Awaitable[None]]


async def echo(request: Request) -> Response:
    """Answer with the path."""
    return Response.text(200, request.path)


def served(
    visit: Visit,
    answer: Callable[[Request], Awaitable[Response]] = echo,
    limits: Limits = _LIMITS,
) -> None:
    """Serve on a free port of the loopback while a visit lasts, ten seconds at most."""

    async def run() -> None:
        async with asyncio.timeout(10), serving("127.0.0.1", 0, answer, limits) as address:
            await visit(address)

    asyncio.run(run())


async def send(address: str, data: bytes) -> bytes:
    """Send bytes, and read all that comes until the other side is done."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(data)
        return await reader.read()
    finally:
        writer.close()


def test_requests_on_one_connection_are_answered_in_turn() -> None:
    """It is kept open, as every client expects of HTTP/1.1."""

    async def visit(address: str) -> None:
        async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1)) as client:
            answers = [await client.get(f"http://{address}/{number}") for number in range(20)]
            peers = {id(one.extensions["network_stream"]) for one in answers}
        assert [one.text for one in answers] == [f"/{number}\n" for number in range(20)]
        assert len(peers) == 1

    served(visit)


def test_a_head_is_an_answer_without_a_body() -> None:
    """With the length that the body would have."""

    async def visit(address: str) -> None:
        async with httpx.AsyncClient() as client:
            first = await client.head(f"http://{address}/abc")
            second = await client.get(f"http://{address}/abc")
        assert (first.status_code, first.content, first.headers["content-length"]) == (200, b"", "5")
        assert second.text == "/abc\n"

    served(visit)


def test_a_request_with_a_body_is_answered_and_closed() -> None:
    """The body is not read, however long it says it is."""

    async def visit(address: str) -> None:
        head = b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\nsome"
        answer = await send(address, head)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Connection: close\r\n" in answer

    served(visit)


def test_http_1_0_is_closed_after_the_answer() -> None:
    """Its clients wait for the end."""

    async def visit(address: str) -> None:
        answer = await send(address, b"GET /old HTTP/1.0\r\n\r\n")
        assert answer.endswith(b"\r\n\r\n/old\n")

    served(visit)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"garbage\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /" + b"a" * 30_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 100_000, b"431"),
        (b"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_told_so(data: bytes, status: bytes) -> None:
    """And the connection is closed; the next one is served as if nothing had been."""

    async def visit(address: str) -> None:
        answer = await send(address, data)
        assert answer.startswith(b"HTTP/1.1 " + status)
        assert (await send(address, b"GET /next HTTP/1.0\r\n\r\n")).endswith(b"/next\n")

    served(visit)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=300), max_size=4))
def test_any_bytes_leave_the_server_as_it_was(parts: list[bytes]) -> None:
    """Whatever comes, somebody else is served afterwards."""

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        for part in parts:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(part)
            writer.close()
        assert (await send(address, b"GET /next HTTP/1.0\r\n\r\n")).endswith(b"/next\n")

    served(visit)


def test_who_is_too_slow_is_let_go() -> None:
    """A head that does not come within the patience is not waited for."""

    async def visit(address: str) -> None:
        assert await send(address, b"GET / HT") == b""

    served(visit, limits=Limits(patience_ns=50 * MS))


def test_one_connection_too_many_is_closed() -> None:
    """Two places, two visitors who stay, and a third one."""

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        staying = [await asyncio.open_connection(host, int(port)) for _ in range(2)]
        for reader, writer in staying:
            writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            await reader.readuntil(b"/\n")
        reader, writer = await asyncio.open_connection(host, int(port))
        assert await reader.read() == b""
        for _, one in [*staying, (reader, writer)]:
            one.close()

    served(visit, limits=Limits(connections=2))


def test_the_end_does_not_wait_for_answers() -> None:
    """Who is being served when the watch ends is cut off."""
    begun = asyncio.Event()

    async def stall(_request: Request) -> Response:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await begun.wait()
        writer.close()

    served(visit, stall)


def test_a_taken_port_is_said_before_anything_begins() -> None:
    """With the reason of the system."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        async def run() -> None:
            async with serving("127.0.0.1", port, echo):
                pytest.fail("it listens on a port that is taken")

        with pytest.raises(UsageError) as caught:
            asyncio.run(run())

    assert caught.value.message == f"cannot listen on `127.0.0.1:{port}`: address already in use"


def test_an_address_of_somebody_else_is_said() -> None:
    """Nobody can listen where this machine is not (192.0.2.1 is nobody's, RFC 5737)."""

    async def run() -> None:
        async with serving("192.0.2.1", 0, echo):
            pytest.fail("it listens nowhere")

    with pytest.raises(
        UsageError, match=r"cannot listen on `192\.0\.2\.1:0`: (cannot assign|this machine has no)"
    ):
        asyncio.run(run())
