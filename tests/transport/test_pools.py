from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.transport.asking import KEPT, SECOND
from tests.transport.servers import OK, serving
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import ClientOptions, HttpReply, HttpRequest, Route, TransportFailure
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    import ssl

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour


class Keeping:
    """A server that keeps its connections, and counts them; it ends one after so many answers."""

    def __init__(self, answers: int = 1000) -> None:
        self.connections = 0
        self.most_at_once = 0
        self._now = 0
        self._answers = answers

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer again and again."""
        self.connections += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            for _ in range(self._answers):
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(0.01)
                writer.write(OK)
                await writer.drain()
        finally:
            self._now -= 1


def asked_often(
    behave: Behaviour, options: ClientOptions, tls: ssl.SSLContext | None = None, route: Route | None = None
) -> list[HttpReply | TransportFailure]:
    """Send three requests one after the other, with a pause between them."""

    async def play() -> list[HttpReply | TransportFailure]:
        async with serving(behave, tls) as port, HttpClient(SystemClock(), options) as client:
            url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/"
            request = HttpRequest(url, SECOND, route=route or Route())
            replies = []
            for _ in range(3):
                replies.append(await client.request(request))
                await asyncio.sleep(0.05)
            return replies

    return asyncio.run(play())


def test_a_kept_connection_is_used_again() -> None:
    """Three requests need one connection; the later ones need no look-up and no connecting."""
    server = Keeping()

    first, second, third = asked_often(server, KEPT)

    assert server.connections == 1
    assert first.timing.connect_ns is not None
    assert (second.timing.dns_ns, second.timing.connect_ns, third.timing.connect_ns) == (None, None, None)
    assert second.timing.ttfb_ns


def test_a_kept_connection_over_tls_is_used_again(certificates: Certificates) -> None:
    """There is one handshake."""
    server = Keeping()

    replies = asked_often(server, KEPT, certificates.server(), Route(certificates.trusted))

    assert server.connections == 1
    assert [reply.timing.tls_ns is None for reply in replies] == [False, True, True]


def test_a_kept_connection_that_ended_is_not_used() -> None:
    """What the server has closed meanwhile fails no request."""
    server = Keeping(answers=1)

    replies = asked_often(server, KEPT)

    assert all(isinstance(reply, HttpReply) for reply in replies), replies
    assert server.connections == 3


def test_a_kept_connection_over_tls_that_ended_is_not_used(certificates: Certificates) -> None:
    """The same holds where the end of a connection is encrypted."""
    server = Keeping(answers=1)

    replies = asked_often(server, KEPT, certificates.server(), Route(certificates.trusted))

    assert all(isinstance(reply, HttpReply) for reply in replies), replies
    assert server.connections == 3


def test_a_connection_is_not_kept_longer_than_said() -> None:
    """One that was idle for too long is replaced."""
    server = Keeping()

    asked_often(server, ClientOptions(keep_alive=True, max_idle_ns=SECOND // 100))

    assert server.connections == 3


def test_there_are_no_more_connections_than_said() -> None:
    """Requests wait for a free connection, and all are answered."""
    server = Keeping()

    async def play() -> list[HttpReply | TransportFailure]:
        options = ClientOptions(keep_alive=True, max_connections=2)
        async with serving(server) as port, HttpClient(SystemClock(), options) as client:
            request = HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND)
            return await asyncio.gather(*(client.request(request) for _ in range(8)))

    replies = asyncio.run(play())

    assert all(isinstance(reply, HttpReply) for reply in replies), replies
    assert server.most_at_once == 2
