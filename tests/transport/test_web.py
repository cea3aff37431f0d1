from __future__ import annotations

import asyncio
import gzip
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from tests.client.flapping import flapping
from tests.transport.asking import SECOND
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
    shaking_hands,
    stay_silent,
    trickle,
)
from tiktoktoe_cli.resilience import SystemClock, VirtualClock
from tiktoktoe_cli.transport import (
    BasicAuth,
    BearerAuth,
    FailureReason,
    HttpReply,
    HttpRequest,
    Route,
    Timing,
    TlsOptions,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient
from tiktoktoe_cli.transport.web import WebClient

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Coroutine

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour

    Answer = HttpReply | TransportFailure
    Run = Callable[[Coroutine[Any, Any, Any]], Any]

PORT = "PORT"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PHASES = ("dns_ns", "connect_ns", "tls_ns", "ttfb_ns", "transfer_ns")


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine on either event loop."""
    return asyncio.run if request.param == "asyncio" else uvloop.run


async def ask(client: HttpClient | WebClient, request: HttpRequest) -> Answer:
    """Send one request and close the client."""
    async with client:
        return await client.request(request)


def comparable(answer: Answer, port: int) -> tuple[object, ...]:
    """Leave out how long it took, but not which phases there were, and name the port."""
    phases = [name for name in PHASES if getattr(answer.timing, name) is not None]
    bare = replace(answer, timing=Timing(0))
    return repr(bare).replace(str(port), PORT), phases


async def compared(
    behave: Callable[[], Behaviour], tls: ssl.SSLContext | None = None, **options: Any
) -> list[tuple[object, ...]]:
    """Send the same request with the rich and with the lean client, each to a server that begins anew."""
    seen = []
    path = options.pop("path", "/")
    scheme = "https" if options.pop("over_tls", tls) else "http"
    for kind in (HttpClient, WebClient):
        async with serving(behave(), tls) as port:
            url = f"{scheme}://127.0.0.1:{port}{path}"
            answer = await ask(kind(SystemClock()), HttpRequest(url, **{"timeout_ns": 5 * SECOND, **options}))
            seen.append(comparable(answer, port))
    return seen


def said(text: str, body: bytes = b"") -> Callable[[], Behaviour]:
    """Give one answer, written with bare line ends."""
    return lambda: answering(text.replace("\n", "\r\n").encode("latin-1") + body)


def packed(encoding: str, body: bytes) -> Callable[[], Behaviour]:
    """Answer with a body that is packed."""
    return said(f"HTTP/1.1 200 OK\nContent-Encoding: {encoding}\nContent-Length: {len(body)}\n\n", body)


def slowly(answer: bytes) -> Behaviour:
    """Give an answer byte by byte."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for position in range(len(answer)):
            writer.write(answer[position : position + 1])
            await writer.drain()
            await asyncio.sleep(0)

    return behave


CHUNKED = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
ANSWERS: dict[str, Callable[[], Behaviour]] = {
    "usual": lambda: answering(OK),
    "byte by byte": lambda: slowly(OK),
    "names in any case": said("HTTP/1.1 503 Busy\nX-TWICE:  a \nx-twice: b\t\nContent-Length: 4\n\ndown"),
    "bytes beyond ASCII": said("HTTP/1.1 200 Grün\nX: Grün\nContent-Length: 0\n\n"),
    "HTTP/1.0": said("HTTP/1.0 200 OK\n\nuntil the end"),
    "no length": said("HTTP/1.1 200 OK\n\nuntil the end"),
    "no reason": said("HTTP/1.1 200\nContent-Length: 2\n\nok"),
    "204": said("HTTP/1.1 204 No Content\nContent-Length: 2\n\nok"),
    "304": said("HTTP/1.1 304 Not Modified\nContent-Length: 2\n\n"),
    "more than its length": said("HTTP/1.1 200 OK\nContent-Length: 2\n\nok and more"),
    "chunked": said(f"{CHUNKED}2\nok\n4;a=b\n one\n0\nX-Trailer: t\n\n"),
    "chunked byte by byte": lambda: slowly(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    ),
    "chunks of nonsense": said(f"{CHUNKED}zz\nok\n0\n\n"),
    "half of its chunks": said(f"{CHUNKED}9\nok"),
    "chunks and a length": said(
        "HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n2\nok\n0\n\n"
    ),
    "an unknown coding": said("HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n\nok"),
    "two lengths": said("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2\n\nok"),
    "one length twice": said("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nok"),
    "a length with a sign": said("HTTP/1.1 200 OK\nContent-Length: +2\n\nok"),
    "a length without end": said(f"HTTP/1.1 200 OK\nContent-Length: {'9' * 30}\n\nok"),
    "bare line ends": lambda: answering(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    "a folded line": said("HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 2\n\nok"),
    "a blank in a name": said("HTTP/1.1 200 OK\nContent-Length : 2\n\nok"),
    "a control character": said("HTTP/1.1 200 OK\nX: a\x01b\nContent-Length: 2\n\nok"),
    "a zero byte": said("HTTP/1.1 200 OK\nX: a\0b\nContent-Length: 2\n\nok"),
    "interim answers": said(
        "HTTP/1.1 100 Continue\n\nHTTP/1.1 103 Early\nA: b\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok"
    ),
    "another protocol": said("HTTP/1.1 101 Switching\nUpgrade: x\n\n"),
    "status 000": said("HTTP/1.1 000 No\nContent-Length: 2\n\nok"),
    "status 999": said("HTTP/1.1 999 Yes\nContent-Length: 2\n\nok"),
    "a status of four digits": said("HTTP/1.1 2000 OK\nContent-Length: 2\n\nok"),
    "HTTP/2 in name only": said("HTTP/2.0 200 OK\nContent-Length: 2\n\nok"),
    "HTTP/0.9 in name only": said("HTTP/0.9 200 OK\nContent-Length: 2\n\nok"),
    "an empty line first": said("\n\nHTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
    "not HTTP": said("SSH-2.0-OpenSSH_9.6\n\n"),
    "nothing": said(""),
    "hang up": lambda: hang_up,
    "half a head": said("HTTP/1.1 200 OK\nTransfer-Enc"),
    "half a body": said("HTTP/1.1 200 OK\nContent-Length: 100\n\nonly this"),
    "reset in the head": lambda: beginning(b"HTTP/1.1 2", reset),
    "reset in the body": lambda: beginning(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", reset),
    "a line without end": said(f"HTTP/1.1 200 OK\nX: {'a' * 200_000}"),
    "many headers": said("HTTP/1.1 200 OK\n" + "a: b\n" * 5000 + "Content-Length: 2\n\nok"),
    "too many headers": said("HTTP/1.1 200 OK\n" + "a: b\n" * 50_000 + "Content-Length: 2\n\nok"),
    "an endless body": lambda: beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood),
    "gzip": packed("gzip", gzip.compress(b"words")),
    "a bomb": packed("gzip", gzip.compress(bytes(4 * 1024 * 1024))),
    "not gzip": packed("gzip", b"no"),
    "half a gzip": packed("gzip", gzip.compress(b"some words")[:-10]),
    "packed twice": packed("gzip, gzip", gzip.compress(gzip.compress(b"words"))),
    "packed otherwise": packed("br", b"words"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_both_clients_see_the_same(name: str, run: Run) -> None:
    """Whatever a server answers, the lean client returns the same reply or failure as the rich one."""
    rich, lean = run(compared(ANSWERS[name]))

    assert lean == rich


@pytest.mark.parametrize("name", ["usual", "chunked", "no length", "half a body", "gzip", "an endless body"])
def test_both_clients_see_the_same_over_tls(name: str, run: Run, certificates: Certificates) -> None:
    """Encryption changes nothing, and both tell of the session and of the certificates that were shown."""
    rich, lean = run(compared(ANSWERS[name], certificates.server(), route=Route(certificates.trusted)))

    assert lean == rich


SILENCES: dict[str, Behaviour] = {
    "silent": stay_silent,
    "half a head": beginning(b"HTTP/1.1 200 OK\r\n", stay_silent),
    "trickling body": beginning(b"HTTP/1.1 200 OK\r\n\r\n", trickle),
    "trickling head": beginning(b"HTTP/1.1 200 OK\r\nX: ", trickle),
}


@pytest.mark.parametrize("name", SILENCES)
def test_both_clients_give_up_in_the_same_way(name: str, run: Run) -> None:
    """At the deadline, both say the same about what they were waiting for."""
    rich, lean = run(compared(lambda: SILENCES[name], timeout_ns=SECOND // 10))

    assert lean == rich


REQUESTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "with a query": {"path": "/p/a.b?q=%20&r=a/b?c"},
    "without a path": {"path": ""},
    "a query without a path": {"path": "?a=b"},
    "lower case": {"method": "delete"},
    "HEAD": {"method": "HEAD"},
    "with a body": {"method": "PUT", "body": b"abc"},
    "a GET with a body": {"body": b"abc"},
    "an empty POST": {"method": "POST"},
    "with headers": {"headers": (("X-A", "1"), ("x-a", "2"), ("User-Agent", "me"), ("ACCEPT", "text/plain"))},
    "for another host": {"headers": (("Host", "shop.example"),)},
    "beyond ASCII": {"headers": (("X", "Grün"),)},
    "with a token": {"auth": BearerAuth("sesame"), "headers": (("Authorization", "old"),)},
    "with a password": {"auth": BasicAuth("user", "sesame")},
    "with an ending of its own": {"headers": (("Connection", "keep-alive"),)},
    "a big body": {"method": "POST", "body": b"x" * 100_000},
    "with a fragment": {"path": "/a#b"},
    "encoded on the way": {"path": "/Grün und gelb"},
    "with dots": {"path": "/a/../b"},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_both_clients_send_the_same(name: str) -> None:
    """A server cannot tell the clients apart, but for the order of headers, and both name the same address."""
    heads: list[str] = []

    rich, lean = asyncio.run(compared(lambda: answering(OK, heads=heads), **REQUESTS[name]))

    first, second = (
        sorted(
            line.lower()
            for line in head.partition("\r\n")[2].split("\r\n")
            if not line.startswith("Host: 127")
        )
        for head in heads
    )
    assert heads[0].partition("\r\n")[0] == heads[1].partition("\r\n")[0]
    assert first == second
    assert lean == rich


REDIRECTS: dict[str, tuple[bytes, ...]] = {
    "within the server": (redirecting("/there?a=b"), OK),
    "in a circle": (redirecting("/again"),),
    "beside": (redirecting("there"), OK),
    "to a fragment": (redirecting("/there#part"), OK),
    "to what must be encoded": (redirecting("/Grün und gelb"), OK),
    "to nowhere": (redirecting("ftp://127.0.0.1/"),),
    "to no port": (redirecting("http://127.0.0.1:0/"),),
    "to no address": (redirecting("http://[::1/"),),
    "packed": (redirecting("/there").replace(b"\r\n\r\n", b"\r\nContent-Encoding: br\r\n\r\n"), OK),
    "303": (redirecting("/there").replace(b"302", b"303"), OK),
    "307": (redirecting("/there").replace(b"302", b"307"), OK),
    "308": (redirecting("/there").replace(b"302", b"308"), OK),
    "301": (redirecting("/there").replace(b"302", b"301"), OK),
    "300": (redirecting("/there").replace(b"302", b"300"), OK),
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
@pytest.mark.parametrize("name", REDIRECTS)
def test_both_clients_follow_the_same_way(name: str, method: str) -> None:
    """From hop to hop, servers hear the same, and the phases add up to the same ones."""
    heads: list[str] = []

    rich, lean = asyncio.run(
        compared(lambda: answering(*REDIRECTS[name], heads=heads), method=method, auth=BearerAuth("sesame"))
    )

    lines = [head.split("\r\n")[0] for head in heads]
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]
    assert lean == rich


HANDSHAKES: dict[str, Callable[[Certificates], tuple[Behaviour, ssl.SSLContext | None, TlsOptions]]] = {
    "not trusted": lambda some: (answering(OK), some.server(), TlsOptions()),
    "not verified": lambda some: (answering(OK), some.server("shop.example"), TlsOptions(verify=False)),
    "for another name": lambda some: (answering(OK), some.server("shop.example"), some.trusted),
    "asked by another name": lambda some: (
        answering(OK),
        some.server("shop.example"),
        replace(some.trusted, server_name="shop.example"),
    ),
    "expired": lambda some: (
        answering(OK),
        some.server(not_before=LONG_AGO - timedelta(1), not_after=LONG_AGO),
        some.trusted,
    ),
    "no certificate of ours": lambda some: (shaking_hands(some.asking_server()), None, some.trusted),
    "a certificate of ours": lambda some: (
        answering(OK),
        some.asking_server(),
        replace(some.trusted, cert=some.issued("client.example")),
    ),
    "no handshake": lambda _: (beginning(b"HTTP/1.1 400 Bad Request\r\n\r\n", hang_up), None, TlsOptions()),
    "hang up": lambda _: (stop_listening, None, TlsOptions()),
    "silent": lambda _: (stay_silent, None, TlsOptions()),
    "no file": lambda _: (stay_silent, None, TlsOptions(ca=Path("/absent.pem"))),
}


async def stop_listening(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Hang up in the middle of the handshake."""
    await reader.read(65536)


@pytest.mark.parametrize("name", HANDSHAKES)
def test_both_clients_shake_hands_in_the_same_way(name: str, run: Run, certificates: Certificates) -> None:
    """What is wrong with a certificate, or with the handshake, is told in the same words."""
    behave, context, options = HANDSHAKES[name](certificates)

    rich, lean = run(
        compared(lambda: behave, context, over_tls=True, route=Route(options), timeout_ns=SECOND // 5)
    )

    assert lean == rich


def test_a_dead_port_is_told_in_the_same_way(run: Run) -> None:
    """A service that is not there is the most usual failure of all."""

    async def play() -> list[tuple[object, ...]]:
        port = closed_port()
        request = HttpRequest(f"http://127.0.0.1:{port}/", SECOND)
        return [comparable(await ask(kind(SystemClock()), request), port) for kind in (HttpClient, WebClient)]

    rich, lean = run(play())

    assert lean == rich
    assert "refused the connection" in str(lean)


def test_a_name_is_looked_up(run: Run) -> None:
    """The address that answered is told, and the look-up has a time."""

    async def play() -> Answer:
        async with serving(answering(OK)) as port:
            return await ask(WebClient(SystemClock()), HttpRequest(f"http://localhost:{port}/", SECOND))

    reply = run(play())

    assert isinstance(reply, HttpReply)
    assert reply.ip == "127.0.0.1"
    assert reply.timing.dns_ns


def test_the_rich_client_is_loaded_when_it_is_needed() -> None:
    """Plain requests do without httpx, and a request for HTTP/2 does not."""
    program = (
        "import asyncio, sys\n"
        "from tiktoktoe_cli.resilience import SystemClock\n"
        "from tiktoktoe_cli.transport import HttpRequest, Route\n"
        "from tiktoktoe_cli.transport.web import WebClient\n"
        "async def play():\n"
        "    async with WebClient(SystemClock()) as client:\n"
        "        for route in Route(), Route(http2=True):\n"
        "            answer = await client.request(HttpRequest(sys.argv[1], 60 * 10**9, route=route))\n"
        "            print(answer.status, 'httpx' in sys.modules)\n"
        "asyncio.run(play())\n"
    )

    with flapping(200) as server:
        result = subprocess.run(
            [sys.executable, "-c", program, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (result.stdout, result.stderr) == ("200 False\n200 True\n", "")


def test_the_first_plain_request_of_a_process_pays_for_no_import() -> None:
    """What it measures is the server: everything was loaded before its clock started."""
    program = (
        "import asyncio, sys\n"
        "from tiktoktoe_cli.resilience import SystemClock\n"
        "from tiktoktoe_cli.transport import HttpRequest\n"
        "from tiktoktoe_cli.transport.web import WebClient\n"
        "async def play():\n"
        "    async with WebClient(SystemClock()) as client:\n"
        "        request = HttpRequest(sys.argv[1], 60 * 10**9)\n"
        "        await client.prepare(request)\n"
        "        known = set(sys.modules)\n"
        "        answer = await client.request(request)\n"
        "        print(answer.status, *sorted(set(sys.modules) - known))\n"
        "asyncio.run(play())\n"
    )

    with flapping(200) as server:
        result = subprocess.run(
            [sys.executable, "-c", program, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert (result.stdout, result.stderr) == ("200\n", "")


@pytest.mark.parametrize("answer", [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: y\r\n"])
def test_a_flood_ends_at_the_deadline(answer: bytes, run: Run) -> None:
    """As long as there is something to read, the clock is looked at all the same."""
    program = (
        "import socket, sys\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "print(server.getsockname()[1], flush=True)\n"
        "connection, _ = server.accept()\n"
        "for _ in range(2000):\n"
        f"    connection.sendall({answer!r} * 5000)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert server.stdout
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/"
            failure = run(ask(WebClient(SystemClock()), HttpRequest(url, SECOND // 5)))
        finally:
            server.kill()

    assert isinstance(failure, TransportFailure)
    assert failure.timing.total_ns < 2 * SECOND


def test_an_answer_that_is_complete_too_late_does_not_count(run: Run) -> None:
    """What arrives after the deadline is late, also if the loop had no time to say so before."""
    clock = VirtualClock()

    async def be_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        clock.advance(2 * SECOND)
        writer.write(OK)

    async def play() -> Answer:
        async with serving(be_late) as port:
            return await ask(WebClient(clock), HttpRequest(f"http://127.0.0.1:{port}/", SECOND))

    failure = run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_cancelled_request_hangs_up(run: Run, *, is_secure: bool) -> None:
    """Who stops waiting leaves no connection behind."""
    connected, closed = asyncio.Event(), asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        closed.set()

    async def play() -> None:
        async with serving(watch) as port, WebClient(SystemClock()) as client:
            url = f"{'https' if is_secure else 'http'}://127.0.0.1:{port}/"
            task = asyncio.create_task(client.request(HttpRequest(url, 5 * SECOND)))
            await asyncio.wait_for(connected.wait(), 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(closed.wait(), 2)

    run(play())

    assert closed.is_set()


def test_a_body_that_is_cut_hangs_up(run: Run) -> None:
    """A server that never ends sees the end of the connection as soon as there is enough."""
    ended = asyncio.Event()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await beginning(b"HTTP/1.1 200 OK\r\n\r\n", flood)(reader, writer)
        except ConnectionError:
            ended.set()

    async def play() -> Answer:
        async with serving(behave) as port, WebClient(SystemClock()) as client:
            reply = await client.request(HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND))
            await asyncio.wait_for(ended.wait(), 2)
            return reply

    reply = run(play())

    assert isinstance(reply, HttpReply)
    assert reply.is_cut


def open_files() -> int:
    """Count the descriptors of this process."""
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_is_left_behind(run: Run) -> None:
    """After answers, refusals, timeouts and broken handshakes, as many files are open as before."""

    async def play() -> tuple[int, int]:
        async with (
            serving(stay_silent) as silent,
            serving(answering(OK)) as well,
            WebClient(SystemClock()) as client,
        ):
            urls = [f"http://127.0.0.1:{port}/" for port in (silent, well, closed_port())]
            requests = [HttpRequest(url, SECOND // 20) for url in [*urls, f"https://127.0.0.1:{well}/"]]
            counts = []
            for _ in range(2):
                await asyncio.gather(*(client.request(request) for request in requests * 10))
                await asyncio.sleep(0.1)
                counts.append(open_files())
            return counts[0], counts[1]

    before, after = run(play())

    assert after <= before
