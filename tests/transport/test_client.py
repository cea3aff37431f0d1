from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.client.flapping import flapping
from tests.transport.asking import KEPT, SECOND, ask, asked, failed, replied
from tests.transport.servers import (
    OK,
    answering,
    beginning,
    closed_port,
    flood,
    hang_up,
    redirecting,
    reset,
    serving,
    stay_silent,
    trickle,
)
from tiktoktoe_cli.resilience import SystemClock, VirtualClock
from tiktoktoe_cli.transport import FailureReason, HttpReply, HttpRequest, Route, TlsOptions, TransportFailure
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.servers import Behaviour

SHORT = SECOND // 5


def packed(encoding: str, body: bytes) -> Behaviour:
    """Answer with a body that is packed."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    return answering(head.encode() + body)


def test_an_answer_is_returned_whatever_its_status() -> None:
    """A 503 is an answer like any other; what it means is for others to say."""
    answer = b"HTTP/1.1 503 Busy\r\nX-Twice: a\r\nX-Twice: b\r\nContent-Length: 4\r\n\r\ndown"

    reply = replied(answering(answer))

    assert (reply.status, reply.body, reply.is_cut, reply.redirects) == (503, b"down", False, 0)
    assert reply.header("X-TWICE") == "a, b"
    assert reply.header("absent") is None


FIRST_REQUEST = """
import asyncio, sys
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import HttpRequest
from tiktoktoe_cli.transport.client import HttpClient

async def play():
    async with HttpClient(SystemClock()) as client:
        request = HttpRequest(sys.argv[1], 60 * 10**9)
        await client.prepare(request)
        known = set(sys.modules)
        answer = await client.request(request)
        print(answer.status, *sorted(set(sys.modules) - known))

asyncio.run(play())
"""


def test_the_first_request_of_a_process_pays_for_no_import() -> None:
    """What it measures is the server: its libraries were all loaded before its clock started."""
    with flapping(200) as server:
        result = subprocess.run(
            [sys.executable, "-c", FIRST_REQUEST, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (result.stdout, result.stderr) == ("200\n", "")


def test_preparing_leaves_it_to_the_request_to_tell_what_is_wrong(tmp_path: Path) -> None:
    """An authority that cannot be read is a failure like any other, once the request is sent."""
    route = Route(TlsOptions(ca=tmp_path / "none.pem"))

    async def play() -> HttpReply | TransportFailure:
        async with HttpClient(SystemClock()) as client:
            request = HttpRequest("https://127.0.0.1:1/", SECOND, route=route)
            await client.prepare(request)
            return await client.request(request)

    answer = asyncio.run(play())

    assert isinstance(answer, TransportFailure)
    assert answer.reason is FailureReason.TLS_FILES


def test_the_phases_of_a_plain_answer_are_timed() -> None:
    """Connecting, waiting and transfer take some time and no more than the whole; there is no TLS."""

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        writer.write(OK[:-2])
        await asyncio.sleep(0.05)
        writer.write(OK[-2:])

    timing = replied(late).timing

    assert timing.tls_ns is None
    assert timing.dns_ns is not None
    assert timing.connect_ns is not None
    assert timing.ttfb_ns is not None
    assert timing.transfer_ns is not None
    assert timing.ttfb_ns >= 0.09 * SECOND
    assert timing.transfer_ns >= 0.04 * SECOND
    assert 0 < timing.dns_ns + timing.connect_ns + timing.ttfb_ns + timing.transfer_ns <= timing.total_ns


def test_method_headers_and_body_are_sent() -> None:
    """The request arrives as it was asked for, on a connection that is not kept."""
    heads: list[str] = []
    bodies: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        bodies.append(await reader.readexactly(3))
        writer.write(OK)

    replied(note, method="PUT", headers=(("X-Name", "Grün"),), body=b"abc", path="/p?q=1")

    assert heads[0].startswith("PUT /p?q=1 HTTP/1.1\r\n")
    assert "X-Name: Grün\r\n" in heads[0]
    assert "connection: close\r\n" in heads[0].lower()
    assert bodies == [b"abc"]


def test_a_port_where_nobody_listens_refuses() -> None:
    """A dead service is told at once, with its address."""
    port = closed_port()

    failure = asyncio.run(ask(port))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.REFUSED
    assert failure.message == f"`127.0.0.1:{port}` refused the connection"
    assert failure.timing.connect_ns is None


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (hang_up, FailureReason.CLOSED),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"), FailureReason.CLOSED),
        (answering(b"HTTP/1.1 200 OK\r\nTransfer-Enc"), FailureReason.CLOSED),
        (beginning(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", reset), FailureReason.RESET),
        (beginning(b"HTTP/1.1 2", reset), FailureReason.RESET),
        (answering(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), FailureReason.PROTOCOL),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), FailureReason.PROTOCOL),
        (
            answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nno"),
            FailureReason.PROTOCOL,
        ),
        (packed("gzip", gzip.compress(b"some words")[:-10]), FailureReason.PROTOCOL),
        (packed("gzip, gzip", gzip.compress(gzip.compress(b"words"))), FailureReason.PROTOCOL),
        (packed("br", b"words"), FailureReason.PROTOCOL),
        (answering(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000), FailureReason.PROTOCOL),
    ],
    ids=[
        "closed unanswered",
        "less than its length",
        "half a head",
        "reset in the body",
        "reset in the head",
        "not http",
        "length no number",
        "not gzip",
        "half a gzip",
        "packed twice",
        "packed otherwise",
        "endless head",
    ],
)
def test_broken_answers_are_failures_with_a_reason(behave: Behaviour, reason: FailureReason) -> None:
    """Whatever a server does wrong comes back as a value, not as an exception."""
    failure = failed(behave)

    assert failure.reason is reason


def test_an_answer_that_comes_before_the_body_was_sent_is_read() -> None:
    """A server that refuses a big body and hangs up has answered."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    reply = replied(refuse, method="POST", body=bytes(16 * 1024 * 1024))

    assert reply.status == 413


def test_more_than_the_promised_length_is_not_read() -> None:
    """A body ends where its length says."""
    reply = replied(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more"))

    assert reply.body == b"ok"


@pytest.mark.parametrize(
    ("behave", "begin", "end"),
    [
        (stay_silent, "no answer of ", ""),
        (beginning(b"HTTP/1.1 200 OK\r\n", stay_silent), "no answer of ", ""),
        (
            beginning(b"HTTP/1.1 200 OK\r\n\r\n", trickle),
            "no complete answer of ",
            ", still reading the body",
        ),
        (beginning(b"HTTP/1.1 200 OK\r\nX: ", trickle), "no answer of ", ""),
    ],
    ids=["silent", "half a head", "trickling body", "trickling head"],
)
def test_the_deadline_covers_everything(behave: Behaviour, begin: str, end: str) -> None:
    """However slowly bytes come, the request ends in time and says what it was waiting for."""
    failure = failed(behave, timeout_ns=SHORT)

    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.startswith(begin)
    assert failure.message.endswith(f" within 200ms{end}")
    assert SHORT <= failure.timing.total_ns < 5 * SHORT


def test_an_endless_body_is_cut() -> None:
    """At most a mebibyte is kept, and the reply says that there was more."""
    reply = replied(beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood))

    assert reply.is_cut
    assert reply.body == b"x" * 1024 * 1024


@pytest.mark.parametrize(("limit", "body", "is_cut"), [(1, b"o", True), (2, b"ok", False)])
def test_a_body_is_cut_only_beyond_its_limit(limit: int, body: bytes, *, is_cut: bool) -> None:
    """A body of exactly the limit is whole."""
    reply = replied(answering(OK), max_body_bytes=limit)

    assert (reply.body, reply.is_cut) == (body, is_cut)


def test_the_limit_counts_what_was_unpacked() -> None:
    """A small answer that unpacks into a big one is cut like a big one."""
    bomb = gzip.compress(bytes(4 * 1024 * 1024))

    reply = replied(packed("gzip", bomb))

    assert (reply.is_cut, len(reply.body)) == (True, 1024 * 1024)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", gzip.compress(b"words")), ("Deflate", zlib.compress(b"words")), ("identity", b"words")],
)
def test_what_was_packed_unasked_is_unpacked(encoding: str, body: bytes) -> None:
    """Some servers pack whatever was asked for; a body of exactly the limit is whole."""
    reply = replied(packed(encoding, body), max_body_bytes=5)

    assert (reply.body, reply.is_cut) == (b"words", False)


def test_an_answer_without_a_body_has_nothing_to_unpack() -> None:
    """The answer to a HEAD tells how the body would be packed."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 9\r\n\r\n"

    assert replied(answering(head), method="HEAD").body == b""


def test_a_small_bomb_takes_little_memory() -> None:
    """What unpacks into a thousand times as much costs no more than a few times what is kept of it."""
    zeros = bytes(1024 * 1024)
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(256)), packer.flush()])
    tracemalloc.start()
    try:
        reply = replied(packed("gzip", bomb), max_body_bytes=1000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (reply.is_cut, len(reply.body)) == (True, 1000)
    assert peak < 16 * 1024 * 1024


def test_an_answer_that_is_complete_too_late_does_not_count() -> None:
    """What was read in one go ends in no pause in which the deadline would strike, and is late all the same."""
    clock = VirtualClock()

    async def be_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        clock.advance(2 * SECOND)
        writer.write(OK)

    async def play() -> HttpReply | TransportFailure:
        async with serving(be_late) as port, HttpClient(clock) as client:
            return await client.request(HttpRequest(f"http://127.0.0.1:{port}/", SECOND))

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT


def test_a_flood_of_answers_before_the_answer_ends_at_the_deadline() -> None:
    """As long as there is something to read, the clock is looked at all the same."""
    program = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "print(server.getsockname()[1], flush=True)\n"
        "connection, _ = server.accept()\n"
        "for _ in range(2000):\n"
        "    connection.sendall(b'HTTP/1.1 102 Processing\\r\\n\\r\\n' * 5000)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout
            failure = asyncio.run(ask(int(server.stdout.readline()), timeout_ns=SHORT))
        finally:
            server.kill()

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.timing.total_ns < 10 * SHORT


@pytest.mark.parametrize("headers", [(("Content-Length", "0"),), (("X", "a\x1b"),), (("X", " a"),)])
def test_a_request_that_contradicts_itself_is_our_fault(headers: tuple[tuple[str, str], ...]) -> None:
    """A length that is not the body's, and a value that is no line of text, are told as such."""
    failure = failed(answering(OK), method="POST", headers=headers, body=b"abc")

    assert failure.reason is FailureReason.INVALID_REQUEST


def test_redirects_are_followed_or_not_as_asked() -> None:
    """A redirect leads to the last answer and its address, or is itself the answer."""
    followed = replied(answering(redirecting("/there"), OK))
    shown = replied(answering(redirecting("/there"), OK), follow_redirects=False)

    assert (followed.status, followed.redirects, followed.url.rpartition("/")[2]) == (200, 1, "there")
    assert (shown.status, shown.redirects, shown.header("location")) == (302, 0, "/there")


def test_a_circle_of_redirects_ends() -> None:
    """Redirects that never end are a failure of their own kind."""
    failure = failed(answering(redirecting("/again")))

    assert failure.reason is FailureReason.TOO_MANY_REDIRECTS


@pytest.mark.parametrize(
    "location", ["ftp://127.0.0.1/", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "file:///etc/passwd"]
)
def test_a_redirect_to_nowhere_is_the_servers_fault(location: str) -> None:
    """What cannot be followed is a wrong answer, not a wrong request."""
    failure = failed(answering(redirecting(location)))

    assert failure.reason is FailureReason.PROTOCOL


@pytest.mark.parametrize(("limit", "is_reached"), [(1, True), (0, False)])
def test_as_many_redirects_are_followed_as_asked_for(limit: int, *, is_reached: bool) -> None:
    """The limit is the caller's, and is not one less or more than said."""
    answer = asked(answering(redirecting("/there"), OK), max_redirects=limit)

    assert isinstance(answer, HttpReply) is is_reached
    assert is_reached or (
        isinstance(answer, TransportFailure) and answer.reason is FailureReason.TOO_MANY_REDIRECTS
    )


def test_the_body_of_a_redirect_is_not_read_for_ever() -> None:
    """A redirect with an endless body leads on all the same."""
    endless = beginning(b"HTTP/1.1 302 Found\r\nLocation: /there\r\n\r\n", flood)
    behaviours = [endless, answering(OK)]

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await behaviours.pop(0)(reader, writer)

    reply = replied(behave)

    assert (reply.status, reply.redirects) == (200, 1)


def test_a_body_that_is_cut_hangs_up() -> None:
    """A server that never ends sees the end of the connection as soon as there is enough."""
    ended = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood)(reader, writer)
        except ConnectionError:
            ended.set()

    async def play() -> HttpReply | TransportFailure:
        async with serving(behave) as port, HttpClient(SystemClock(), KEPT) as client:
            reply = await client.request(HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND))
            await asyncio.wait_for(ended.wait(), 2)
            return reply

    reply = asyncio.run(play())

    assert isinstance(reply, HttpReply)
    assert reply.is_cut


def test_a_server_that_recovers_is_seen_to() -> None:
    """An error says nothing about the next request of the same client."""

    async def play() -> list[int]:
        broken = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        async with serving(answering(broken, OK)) as port, HttpClient(SystemClock(), KEPT) as client:
            request = HttpRequest(f"http://127.0.0.1:{port}/", SECOND)
            replies = [await client.request(request) for _ in range(2)]
            return [reply.status for reply in replies if isinstance(reply, HttpReply)]

    assert asyncio.run(play()) == [500, 200]


def test_a_failure_after_a_redirect_names_the_one_who_failed() -> None:
    """It is the second server that refuses, not the first."""
    dead = closed_port()

    failure = failed(answering(redirecting(f"http://127.0.0.1:{dead}/")))

    assert failure.reason is FailureReason.REFUSED
    assert f"`127.0.0.1:{dead}`" in failure.message


def test_every_request_has_a_connection_of_its_own() -> None:
    """A server that would keep the connection sees a new one for each request."""
    connections: list[int] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(1)
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(OK)

    async def play() -> None:
        async with serving(keep) as port, HttpClient(SystemClock()) as client:
            for _ in range(3):
                await client.request(HttpRequest(f"http://127.0.0.1:{port}/", SECOND))

    asyncio.run(play())

    assert len(connections) == 3


def test_many_requests_run_at_the_same_time() -> None:
    """A hundred slow answers take about as long as one."""

    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.1)
        writer.write(OK)

    async def play() -> tuple[list[HttpReply | TransportFailure], float]:
        loop = asyncio.get_running_loop()
        async with serving(late) as port, HttpClient(SystemClock()) as client:
            request = HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND)
            started_s = loop.time()
            replies = await asyncio.gather(*(client.request(request) for _ in range(100)))
            return replies, loop.time() - started_s

    replies, elapsed_s = asyncio.run(play())

    assert all(isinstance(reply, HttpReply) for reply in replies)
    assert elapsed_s < 100 * 0.1 / 3


def test_a_cancelled_request_hangs_up() -> None:
    """Who stops waiting leaves no connection behind."""
    closed = asyncio.Event()
    connected = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        closed.set()

    async def play() -> None:
        async with serving(watch) as port, HttpClient(SystemClock()) as client:
            request = HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND)
            task = asyncio.create_task(client.request(request))
            await asyncio.wait_for(connected.wait(), 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(closed.wait(), 2)

    asyncio.run(play())

    assert closed.is_set()
