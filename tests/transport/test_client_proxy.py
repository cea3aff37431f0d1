from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.transport.servers import OK, answering, closed_port, read_head, serving, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import (
    ClientOptions,
    FailureReason,
    HttpReply,
    HttpRequest,
    ProxyOptions,
    Route,
    TlsFault,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    import ssl

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour

SECOND = 1_000_000_000
LOGIN = {"username": "user", "password": "sesame"}


def proxying(heads: list[str]) -> Behaviour:
    """Make a proxy that opens tunnels, and answers for the server what is not encrypted."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_head(reader))
        method, target, _ = heads[-1].split(" ", 2)
        if method != "CONNECT":
            writer.write(OK)
            return
        host, port = target.split(":")
        server, upstream = await asyncio.open_connection(host, int(port))
        try:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await asyncio.gather(pump(reader, upstream), pump(server, writer))
        finally:
            upstream.close()
            with suppress(OSError):
                await upstream.wait_closed()

    return behave


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes, to its end."""
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


def asked_through(
    proxy: Behaviour, context: ssl.SSLContext | None = None, timeout_ns: int = 5 * SECOND, **options: Any
) -> HttpReply | TransportFailure:
    """Ask a server through a proxy; the options are those of the route and of the proxy."""

    async def play() -> HttpReply | TransportFailure:
        async with (
            serving(answering(OK), context) as port,
            serving(proxy) as proxy_port,
            HttpClient(SystemClock()) as client,
        ):
            login = {name: options.pop(name) for name in ("username", "password") if name in options}
            route = Route(proxy=ProxyOptions("127.0.0.1", proxy_port, **login), **options)
            url = f"{'https' if context else 'http'}://127.0.0.1:{port}/path"
            return await client.request(HttpRequest(url, timeout_ns, route=route))

    return asyncio.run(play())


def test_a_plain_request_is_passed_on() -> None:
    """The proxy is given the whole address, and who asks."""
    heads: list[str] = []

    reply = asked_through(proxying(heads), **LOGIN)

    assert isinstance(reply, HttpReply)
    assert heads[0].startswith("GET http://127.0.0.1:")
    assert "proxy-authorization: basic dxnlcjpzzxnhbwu=" in heads[0].lower()


def test_an_encrypted_request_goes_through_a_tunnel(certificates: Certificates) -> None:
    """The proxy sees where it goes and nothing of what; the phases are told apart."""
    heads: list[str] = []

    reply = asked_through(proxying(heads), certificates.server(), tls=certificates.trusted, **LOGIN)

    assert isinstance(reply, HttpReply)
    assert reply.status == 200
    assert len(heads) == 1
    assert heads[0].startswith("CONNECT 127.0.0.1:")
    assert "proxy-authorization: basic dxnlcjpzzxnhbwu=" in heads[0].lower()
    timing = reply.timing
    phases = (timing.dns_ns, timing.connect_ns, timing.tls_ns, timing.ttfb_ns, timing.transfer_ns)
    assert all(phase for phase in phases)
    assert sum(phase or 0 for phase in phases) <= timing.total_ns


def test_a_wrong_certificate_behind_a_tunnel_is_told(certificates: Certificates) -> None:
    """It is the server's certificate that is looked at."""
    failure = asked_through(proxying([]), certificates.server("shop.example"), tls=certificates.trusted)

    assert isinstance(failure, TransportFailure)
    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.WRONG_NAME)


def test_tunnels_that_came_to_nothing_make_room(certificates: Certificates) -> None:
    """Failed handshakes behind a proxy use up no connections: each request finds out the same."""

    async def play() -> list[HttpReply | TransportFailure]:
        async with (
            serving(answering(OK), certificates.server("shop.example")) as port,
            serving(proxying([])) as proxy,
            HttpClient(SystemClock(), ClientOptions(keep_alive=True, max_connections=1)) as client,
        ):
            route = Route(certificates.trusted, ProxyOptions("127.0.0.1", proxy))
            request = HttpRequest(f"https://127.0.0.1:{port}/", SECOND, route=route)
            return [await client.request(request) for _ in range(3)]

    failures = asyncio.run(play())

    assert [isinstance(failure, TransportFailure) and failure.reason for failure in failures] == [
        FailureReason.TLS
    ] * 3


def test_another_name_can_be_asked_for_through_a_tunnel(certificates: Certificates) -> None:
    """The name override holds behind a proxy too."""
    tls = replace(certificates.trusted, server_name="shop.example")

    reply = asked_through(proxying([]), certificates.server("shop.example"), tls=tls)

    assert isinstance(reply, HttpReply)


@pytest.mark.parametrize(
    ("status", "detail"),
    [(b"407 Proxy Authentication Required sesame", "it answers 407"), (b"503 Busy", "it answers 503")],
)
def test_a_proxy_that_opens_no_tunnel_is_told(certificates: Certificates, status: bytes, detail: str) -> None:
    """The refusal is the proxy's, with its status and none of its words."""
    refusal = b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"

    failure = asked_through(answering(refusal), certificates.server(), **LOGIN)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.PROXY
    assert failure.message.endswith(f"does not pass the request on: {detail}")


def test_a_proxy_that_is_not_there_is_told(certificates: Certificates) -> None:
    """It is the proxy that refuses the connection, and its address that is named."""
    dead = closed_port()

    async def play() -> HttpReply | TransportFailure:
        async with HttpClient(SystemClock()) as client:
            route = Route(certificates.trusted, ProxyOptions("127.0.0.1", dead))
            return await client.request(HttpRequest("https://shop.example/", SECOND, route=route))

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.REFUSED
    assert failure.message == f"`127.0.0.1:{dead}` refused the connection"


def test_a_silent_proxy_ends_at_the_deadline(certificates: Certificates) -> None:
    """A tunnel that is not opened is a connection that is not made."""
    failure = asked_through(stay_silent, certificates.server(), timeout_ns=SECOND // 5)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("within 200ms, still connecting")


def test_the_password_of_a_proxy_is_not_shown(
    certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    """It is in no log and in no representation."""
    caplog.set_level("DEBUG")

    reply = asked_through(proxying([]), certificates.server(), tls=certificates.trusted, **LOGIN)

    assert isinstance(reply, HttpReply)
    assert "127.0.0.1" in caplog.text
    assert "sesame" not in caplog.text
    assert "dXNlcjpzZXNhbWU=" not in caplog.text
    assert "sesame" not in repr(ProxyOptions("h", 1, "user", "sesame"))
