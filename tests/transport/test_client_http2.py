from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.transport.asking import KEPT, SECOND, asked_together, failed, replied
from tests.transport.nginx import BIG
from tests.transport.servers import OK, answering, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import (
    BearerAuth,
    ClientOptions,
    FailureReason,
    HttpReply,
    HttpRequest,
    Route,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    from tests.transport.conftest import Certificates
    from tests.transport.nginx import Nginx


@pytest.fixture
def route(certificates: Certificates) -> Route:
    """Return a route that offers HTTP/2."""
    return Route(certificates.trusted, http2=True)


def request_to(nginx: Nginx, path: str, route: Route, **options: Any) -> HttpRequest:
    """Make a request to the web server."""
    return HttpRequest(nginx.url(path), **{"timeout_ns": 5 * SECOND, "route": route, **options})


def test_http2_is_spoken_where_both_sides_can(nginx: Nginx, route: Route) -> None:
    """The server sees HTTP/2, and the reply says so."""
    (reply,) = asked_together(ClientOptions(), request_to(nginx, "/version", route))

    assert isinstance(reply, HttpReply)
    assert (reply.status, reply.body.split()[0], reply.http_version) == (200, b"HTTP/2.0", "HTTP/2")


def test_without_being_asked_for_http2_is_not_offered(nginx: Nginx, certificates: Certificates) -> None:
    """The same server is spoken to in HTTP/1.1 by default."""
    (reply,) = asked_together(ClientOptions(), request_to(nginx, "/version", Route(certificates.trusted)))

    assert isinstance(reply, HttpReply)
    assert (reply.body.split()[0], reply.http_version) == (b"HTTP/1.1", "HTTP/1.1")


def test_a_server_without_http2_is_spoken_to_in_its_own_version(
    certificates: Certificates, route: Route
) -> None:
    """Offering HTTP/2 loses nobody."""
    reply = replied(answering(OK), certificates.server(), route=route)

    assert (reply.status, reply.http_version) == (200, "HTTP/1.1")


def test_the_phases_of_http2_are_timed(nginx: Nginx, route: Route) -> None:
    """Each phase has its time, and together they are no more than the whole."""
    (reply,) = asked_together(ClientOptions(), request_to(nginx, "/big", route, max_body_bytes=BIG))

    assert isinstance(reply, HttpReply)
    assert len(reply.body) == BIG
    timing = reply.timing
    phases = (timing.dns_ns, timing.connect_ns, timing.tls_ns, timing.ttfb_ns, timing.transfer_ns)
    assert all(phase for phase in phases)
    assert sum(phase or 0 for phase in phases) <= timing.total_ns


def test_a_slow_body_over_http2_ends_at_the_deadline(nginx: Nginx, route: Route) -> None:
    """The deadline covers HTTP/2 too, the phase is named, and the next request is answered."""
    failure, after = asked_together(
        KEPT,
        request_to(nginx, "/slow", route, timeout_ns=SECOND // 2, max_body_bytes=BIG),
        request_to(nginx, "/version", route),
    )

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("within 500ms, still reading the body")
    assert isinstance(after, HttpReply)


def test_a_long_body_over_http2_is_cut(nginx: Nginx, route: Route) -> None:
    """What is beyond the limit is left, the reply says so, and the next request is answered."""
    cut, after = asked_together(
        KEPT,
        request_to(nginx, "/big", route, max_body_bytes=1000),
        request_to(nginx, "/version", route),
    )

    assert isinstance(cut, HttpReply)
    assert (cut.is_cut, cut.body) == (True, b"x" * 1000)
    assert isinstance(after, HttpReply)
    assert after.status == 200


def test_a_connection_that_is_broken_off_is_told(nginx: Nginx, route: Route) -> None:
    """A server that closes instead of answering is a failure with a reason."""
    (failure,) = asked_together(ClientOptions(), request_to(nginx, "/hang-up", route))

    assert isinstance(failure, TransportFailure)
    assert failure.reason in {FailureReason.CLOSED, FailureReason.RESET}


def test_requests_at_the_same_time_share_a_connection(nginx: Nginx, route: Route) -> None:
    """Ten requests are answered over one connection."""

    async def play() -> list[HttpReply | TransportFailure]:
        async with HttpClient(SystemClock(), KEPT) as client:
            request = request_to(nginx, "/version", route)
            return await asyncio.gather(*(client.request(request) for _ in range(10)))

    replies = asyncio.run(play())

    assert {isinstance(reply, HttpReply) and reply.body.split()[0] for reply in replies} == {b"HTTP/2.0"}
    assert len({isinstance(reply, HttpReply) and reply.body.split()[1] for reply in replies}) == 1


def test_redirects_over_http2_are_followed(nginx: Nginx, route: Route) -> None:
    """A redirect to the same server goes over the same version."""
    (reply,) = asked_together(KEPT, request_to(nginx, "/there", route))

    assert isinstance(reply, HttpReply)
    assert (reply.redirects, reply.body.split()[0]) == (1, b"HTTP/2.0")


def test_no_credential_is_logged_over_http2(
    nginx: Nginx, route: Route, caplog: pytest.LogCaptureFixture
) -> None:
    """At the level of most words, neither our token, nor their cookie, nor a redirect's password is written down."""
    caplog.set_level("DEBUG")

    replies = asked_together(
        KEPT,
        request_to(nginx, "/authorization", route, auth=BearerAuth("open-sesame")),
        request_to(nginx, "/cookie", route),
        request_to(nginx, "/away", route, max_redirects=0),
    )

    assert isinstance(replies[0], HttpReply)
    assert replies[0].body == b"Bearer open-sesame"
    assert "127.0.0.1" in caplog.text
    assert "sesame" not in caplog.text


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """Write a frame (RFC 9113, 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def status(value: bytes) -> bytes:
    """Write the head of a complete answer: a literal under the eighth name of HPACK's table, `:status`."""
    return frame(1, 5, 1, b"\x08" + bytes([len(value)]) + value)


@pytest.mark.parametrize(
    "answer",
    [
        status(b"abc"),
        status(b"99999999"),
        status(b"99"),
        frame(0, 0, 0, b""),
        frame(4, 0, 0, b"\x00\x04\xff\xff\xff\xff"),
        frame(1, 4, 1, b"\xff" * 9),
    ],
    ids=["status no number", "eight digits", "two digits", "data of no stream", "huge window", "no hpack"],
)
def test_what_is_no_http2_is_the_servers_fault(
    certificates: Certificates, route: Route, answer: bytes
) -> None:
    """Whatever h2 or Python say about it, the request was right and the answer is not."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(frame(4, 0, 0, b"") + answer)
        await stay_silent(reader, writer)

    context = certificates.server()
    context.set_alpn_protocols(["h2"])

    failure = failed(behave, context, route=route)

    assert failure.reason is FailureReason.PROTOCOL


def test_without_its_package_http2_is_a_clear_error() -> None:
    """Who asks for HTTP/2 without the package is told how to install it."""
    program = (
        "import sys; sys.modules['h2'] = None\n"
        "from tiktoktoe_cli.errors import UsageError\n"
        "from tiktoktoe_cli.transport.pools import require_http2\n"
        "try:\n    require_http2()\n"
        "except UsageError as error:\n    print(error.message, error.hint, sep='; ')\n"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert result.stdout == "`http2` needs the package `h2`; run `pip install h2`\n"
