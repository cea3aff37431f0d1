from __future__ import annotations

import asyncio
import resource
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
) -> list[str]:
    """Serve on a free port of the loopback while a visit lasts, ten seconds at most; return what was said."""
    said: list[str] = []

    async def run() -> None:
        async with asyncio.timeout(10), serving("127.0.0.1", 0, answer, limits, said.append) as address:
            await visit(address)

    asyncio.run(run())
    return said


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


def test_who_has_been_idle_for_longest_goes_for_one_too_many() -> None:
    """Two places, two visitors who stay, the first of them in the middle of a head, and a third one."""

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        (slow, slow_writer), (kept, kept_writer) = [
            await asyncio.open_connection(host, int(port)) for _ in range(2)
        ]
        slow_writer.write(b"GET / HT")
        kept_writer.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        await kept.readuntil(b"/\n")

        assert (await send(address, b"GET /third HTTP/1.0\r\n\r\n")).endswith(b"/third\n")

        assert await slow.read() == b""
        kept_writer.write(b"GET /again HTTP/1.0\r\n\r\n")
        assert (await kept.read()).endswith(b"/again\n")
        for one in (slow_writer, kept_writer):
            one.close()

    served(visit, limits=Limits(connections=2))


def test_while_nobody_is_idle_the_next_one_waits() -> None:
    """One place, which is taken by an answer that takes its time: the second visitor is served after it."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Response:
        if request.path == "/slow":
            begun.set()
            await go_on.wait()
        return await echo(request)

    async def visit(address: str) -> None:
        first = asyncio.create_task(send(address, b"GET /slow HTTP/1.0\r\n\r\n"))
        await begun.wait()
        second = asyncio.create_task(send(address, b"GET /next HTTP/1.0\r\n\r\n"))
        done, _ = await asyncio.wait([second], timeout=0.05)
        go_on.set()

        assert not done
        assert (await first).endswith(b"/slow\n")
        assert (await second).endswith(b"/next\n")

    served(visit, answer, Limits(connections=1))


def test_nobody_works_for_who_has_left() -> None:
    """An answer is broken off when its client hangs up, and its place is free."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Response:
        if request.path == "/slow":
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()
        return await echo(request)

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /slow HTTP/1.0\r\n\r\n")
        await begun.wait()
        writer.close()

        await ended.wait()
        assert (await send(address, b"GET /next HTTP/1.0\r\n\r\n")).endswith(b"/next\n")

    served(visit, answer, Limits(connections=1))


def test_what_comes_during_an_answer_is_not_lost() -> None:
    """A client may send its next request before it has read the answer to the first one (RFC 9112, 9.3.2)."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def answer(request: Request) -> Response:
        begun.set()
        await go_on.wait()
        return await echo(request)

    async def visit(address: str) -> None:
        host, _, port = address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /first HTTP/1.1\r\nHost: h\r\n\r\n")
        await begun.wait()
        writer.write(b"GET /second HTTP/1.0\r\n\r\n")
        await asyncio.sleep(0)
        go_on.set()

        told = await reader.read()
        assert told.index(b"/first\n") < told.index(b"/second\n")
        writer.close()

    served(visit, answer)


def test_an_answer_that_breaks_is_told_in_a_line() -> None:
    """Whoever asked reads 500, we read one line, and the next one is served."""

    async def answer(request: Request) -> Response:
        if request.path == "/broken":
            raise OverflowError
        return await echo(request)

    async def visit(address: str) -> None:
        assert (await send(address, b"GET /broken HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 500 ")
        assert (await send(address, b"GET /next HTTP/1.0\r\n\r\n")).endswith(b"/next\n")

    assert served(visit, answer) == ["`/broken` cannot be answered, a bug in tiktoktoe: OverflowError"]


def test_what_the_loop_stumbles_over_is_one_line() -> None:
    """Whatever it is, and however often: no traceback stands between the lines of a watch."""

    async def visit(_address: str) -> None:
        for _ in range(3):
            asyncio.get_running_loop().call_soon(int, "x")
        await asyncio.sleep(0)

    (line,) = served(visit)

    assert line.startswith("Exception in callback")
    assert line.endswith(": ValueError")


def test_where_no_file_can_be_opened_is_said_in_a_line() -> None:
    """The connection that could not be taken is taken when there are files again."""
    said: list[str] = []

    async def run() -> None:
        async with asyncio.timeout(10), serving("127.0.0.1", 0, echo, Limits(), said.append) as address:
            host, _, port = address.partition(":")
            client = socket.socket()
            client.setblocking(False)
            before = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (client.fileno() + 1, before[1]))
            try:
                await asyncio.get_running_loop().sock_connect(client, (host, int(port)))
                while not said:  # noqa: ASYNC110  # nobody tells the client
                    await asyncio.sleep(0.01)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, before)
            client.close()
            assert (await send(address, b"GET /next HTTP/1.0\r\n\r\n")).endswith(b"/next\n")

    asyncio.run(run())

    assert set(said) == {"cannot take a connection: too many open files"}


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
            async with serving("127.0.0.1", port, echo, _LIMITS, print):
                pytest.fail("it listens on a port that is taken")

        with pytest.raises(UsageError) as caught:
            asyncio.run(run())

    assert caught.value.message == f"cannot listen on `127.0.0.1:{port}`: address already in use"


def test_an_address_of_somebody_else_is_said() -> None:
    """Nobody can listen where this machine is not (192.0.2.1 is nobody's, RFC 5737)."""

    async def run() -> None:
        async with serving("192.0.2.1", 0, echo, _LIMITS, print):
            pytest.fail("it listens nowhere")

    with pytest.raises(
        UsageError, match=r"cannot listen on `192\.0\.2\.1:0`: (cannot assign|this machine has no)"
    ):
        asyncio.run(run())
