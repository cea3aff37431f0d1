from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

import pytest
import uvloop
from pydantic import ValidationError
from websockets.asyncio.server import serve
from websockets.typing import Subprotocol

from tests.health.probes.looking import SECOND, look
from tests.transport.servers import answering
from tests.transport.servers import serving as serving_bytes
from tiktoktoe_cli.health.probes.websocket import WebsocketProbe

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation


GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


async def converse(connection: ServerConnection) -> None:
    """Do what a message asks for, and send back what asks for nothing."""
    async for message in connection:
        match message:
            case "go":
                await connection.close(1011, "oops")
            case "big":
                await connection.send("x" * 3000)
            case "bytes":
                await connection.send(b"\xff")
            case "silence":
                await connection.wait_closed()
            case _:
                await connection.send(message)


async def greet(connection: ServerConnection) -> None:
    """Speak first."""
    await connection.send("[1, 2]")
    await connection.wait_closed()


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    """Refuse a handshake with the status that stands in the path, and let all others in."""
    status = request.path.strip("/")
    return connection.respond(int(status), "no") if status else None


def asked(
    path: str = "/",
    behave: Any = converse,
    timeout_ns: int = 5 * SECOND,
    tls: ssl.SSLContext | None = None,
    trust: dict[str, str] | None = None,
    **settings: Any,
) -> Observation:
    """Let the probe look at a server once."""

    async def play() -> Observation:
        async with serve(
            behave,
            "127.0.0.1",
            0,
            ssl=tls,
            process_request=refuse,
            subprotocols=[Subprotocol("v2"), Subprotocol("v1")],
        ) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}{path}"
            known = {"subprotocols": ["v1"], "tls": trust or {}, **settings}
            return await look(WebsocketProbe, timeout_ns, url=url, **known)

    return asyncio.run(play())


def test_a_handshake_is_enough() -> None:
    """Without anything to send nothing is waited for, and there is no message."""
    seen = asked(headers={"X-Tenant": "shop"})

    assert seen.failure is None
    assert seen.values["subprotocol"] == "v1"
    assert seen.values["headers"]["upgrade"] == "websocket"
    assert "message" not in seen.values
    assert seen.timing.ttfb_ns
    assert seen.timing.transfer_ns is None


@pytest.mark.parametrize(
    ("send", "message"),
    [("hello", "hello"), ('{"queue": 3}', {"queue": 3}), ("", ""), ("bytes", "�")],
)
def test_a_message_is_answered(send: str, message: Any) -> None:
    """What is JSON can be read as what it holds, all else is text."""
    seen = asked(send=send)

    assert seen.values["message"] == message
    assert seen.timing.transfer_ns


def test_the_server_may_speak_first() -> None:
    """A message can be waited for without sending one."""
    assert asked(behave=greet, receive=True).values["message"] == [1, 2]


def test_a_message_that_never_comes() -> None:
    """The limit covers the message too."""
    seen = asked(send="silence", timeout_ns=SECOND // 2)

    assert seen.failure
    assert seen.failure.reason == "timeout"


@pytest.mark.parametrize(
    ("status", "reason", "phrase"),
    [
        (401, "auth", "401 Unauthorized"),
        (403, "auth", "403 Forbidden"),
        (503, "rejected", "503 Service Unavailable"),
        (302, "rejected", "302 Found"),
    ],
)
def test_a_handshake_that_is_refused(status: int, reason: str, phrase: str) -> None:
    """The status is told; a redirect is not followed."""
    seen = asked(f"/{status}")

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == (reason, False)
    assert seen.failure.message.endswith(f"/{status}` answers the handshake with {phrase}")


def test_a_server_that_closes_says_why() -> None:
    """Its code and reason are part of the message."""
    seen = asked(send="go")

    assert seen.failure
    assert seen.failure.reason == "closed"
    assert "1011 (internal error) oops" in seen.failure.message


def test_a_message_that_is_too_long() -> None:
    """What is longer than allowed is not read."""
    seen = asked(send="big", max_message="2Ki")

    assert seen.failure
    assert seen.failure.reason == "protocol"
    assert "1009 (message too big)" in seen.failure.message


def test_it_answers_over_tls(certificates: Certificates) -> None:
    """The handshake of TLS is a phase, and what was agreed on can be read."""
    ca = str(certificates.folder / "ca.pem")

    seen = asked(tls=certificates.server(), send="x", trust={"ca": ca})

    assert seen.values["message"] == "x"
    assert seen.timing.tls_ns
    assert seen.session
    assert seen.session.is_verified


def test_an_answer_to_another_key_is_none() -> None:
    """Who only says 101 does not speak the protocol (RFC 6455, 4.1)."""
    answer = (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )

    async def play() -> Observation:
        async with serving_bytes(answering(answer.encode())) as port:
            return await look(WebsocketProbe, url=f"ws://127.0.0.1:{port}")

    seen = asyncio.run(play())
    assert seen.failure
    assert seen.failure.reason == "protocol"


FLOODS = {
    "pings": (b"", b"\x89\x00"),
    "empty fragments": (b"\x01\x00", b"\x00\x00"),
    "fragments": (b"\x01\x01a", b"\x00\x01a"),
}


def shaken(server: socket.socket) -> socket.socket:
    """Accept a connection, and the handshake on it (RFC 6455, 1.3)."""
    connection, _ = server.accept()
    head = connection.recv(4096).decode()
    key = next(line[19:] for line in head.splitlines() if line.startswith("Sec-WebSocket-Key: "))
    accepted = base64.b64encode(hashlib.sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accepted + b"\r\n\r\n"
    )
    return connection


@contextmanager
def saying(first: bytes, then: bytes = b"") -> Iterator[str]:
    """Shake hands with one client, say something, and then something else again and again; it reads nothing."""

    def serve_one() -> None:
        with suppress(OSError), shaken(server) as connection:
            connection.sendall(first)
            while then:
                connection.sendall(then * 30_000)
            connection.recv(4096)
            over.wait(10)

    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve_one)
        thread.start()
        yield f"ws://127.0.0.1:{server.getsockname()[1]}/"
        over.set()
        thread.join()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_frames_ends_in_time_and_leaves_time_to_others(flood: str, run: Any) -> None:
    """Whoever sends frames for ever without reading an answer is given up, and other checks go on beside it."""
    pauses: list[int] = []

    async def be_beside() -> None:
        while True:
            before_ns = monotonic_ns()
            await asyncio.sleep(0.01)
            pauses.append(monotonic_ns() - before_ns)

    async def play(url: str) -> Observation:
        beside = asyncio.create_task(be_beside())
        seen = await look(WebsocketProbe, SECOND // 2, url=url, receive=True)
        beside.cancel()
        return seen

    with saying(*FLOODS[flood]) as url:
        seen = run(play(url))

    assert seen.failure
    assert seen.failure.reason == "timeout"
    assert seen.timing.total_ns < SECOND
    assert len(pauses) > 10
    assert max(pauses) < SECOND // 4


@pytest.mark.parametrize(
    ("frame", "reason", "words"),
    [
        (b"\x88\x05\x0f\xa0bye", "closed", "4000 (private use) bye"),
        (b"\x81\x01\xff", "protocol", "1007 (invalid frame payload data)"),
        (b"\x81\x7f\x40" + bytes(7), "protocol", "1009 (message too big)"),
        (b"\x80\x01a", "protocol", "1002 (protocol error)"),
    ],
)
def test_what_ends_a_conversation_is_told_at_once(frame: bytes, reason: str, words: str) -> None:
    """A close frame says why, and a frame against the rules is one, although the connection stays open."""
    with saying(frame) as url:
        seen = asyncio.run(look(WebsocketProbe, url=url, receive=True))

    assert seen.failure
    assert seen.failure.reason == reason
    assert words in seen.failure.message
    assert seen.timing.total_ns < 2 * SECOND


def test_a_message_in_parts_with_a_ping_between() -> None:
    """Parts are put together, whatever is said about the connection meanwhile (RFC 6455, 5.4)."""
    with saying(b"\x01\x02[1\x89\x00\x80\x04, 2]") as url:
        seen = asyncio.run(look(WebsocketProbe, url=url, receive=True))

    assert seen.values["message"] == [1, 2]


@pytest.mark.parametrize(
    "url", ["http://h/", "ws://", "ws://u:sesame-1@h/", "ws://h:0/", "ws://h:x/", "ws://a b/"]
)
def test_an_address_that_is_none(url: str) -> None:
    """Only WebSockets are asked for, and no credentials stand in the address."""
    with pytest.raises(ValidationError) as caught:
        WebsocketProbe.model_validate({"url": url})

    assert "sesame" not in caught.value.errors()[0]["msg"]


def test_it_is_known_where_somebody_must_listen() -> None:
    """The scheme has a port of its own."""
    ports = [
        WebsocketProbe.model_validate({"url": url}).listens_at
        for url in ("ws://h/", "wss://[::1]/", "ws://h:8/")
    ]

    assert ports == [("h", 80), ("::1", 443), ("h", 8)]
