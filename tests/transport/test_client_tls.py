from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.transport.servers import OK, answering, redirecting, serving, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, HttpReply, HttpRequest, TransportFailure
from tiktoktoe_cli.transport.client import HttpClient
from tiktoktoe_cli.transport.trust import trusted_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour

SECOND = 1_000_000_000


def asked(
    server: ssl.SSLContext | None,
    make_tls: Callable[[], ssl.SSLContext],
    behave: Behaviour | None = None,
    timeout_ns: int = 5 * SECOND,
) -> HttpReply | TransportFailure:
    """Ask a server over TLS."""

    async def play() -> HttpReply | TransportFailure:
        async with (
            serving(behave or answering(OK), server) as port,
            HttpClient(SystemClock(), make_tls) as client,
        ):
            return await client.request(HttpRequest(f"https://127.0.0.1:{port}/", timeout_ns))

    return asyncio.run(play())


def test_a_trusted_certificate_is_accepted(certificates: Certificates) -> None:
    """Over TLS there is an answer, and the handshake has a time of its own."""
    reply = asked(certificates.server(), certificates.client)

    assert isinstance(reply, HttpReply)
    assert reply.timing.tls_ns
    assert reply.timing.connect_ns
    assert reply.timing.tls_ns + reply.timing.connect_ns < reply.timing.total_ns


def test_a_certificate_that_nobody_vouches_for_is_refused(certificates: Certificates) -> None:
    """An authority that the machine does not trust is a failure that says so."""
    failure = asked(certificates.server(), trusted_context)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS
    assert "certificate" in failure.message
    assert failure.timing.tls_ns is None


def test_a_certificate_for_another_name_is_refused(certificates: Certificates) -> None:
    """The name in the certificate must be the one that was asked."""
    failure = asked(certificates.server("shop.example"), certificates.client)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS
    assert "IP address mismatch" in failure.message


def test_an_expired_certificate_is_refused(certificates: Certificates) -> None:
    """A certificate that has run out is a failure that says so."""
    expired = certificates.server(
        not_before=datetime(2019, 1, 1, tzinfo=UTC), not_after=datetime(2020, 1, 1, tzinfo=UTC)
    )

    failure = asked(expired, certificates.client)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS
    assert "expired" in failure.message


def test_a_server_without_tls_is_a_tls_failure(certificates: Certificates) -> None:
    """Asked over TLS, a plain server gives no valid handshake."""

    async def answer_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    failure = asked(None, certificates.client, answer_at_once)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS


def test_a_silent_handshake_ends_at_the_deadline(certificates: Certificates) -> None:
    """A server that accepts and says nothing is told apart from one that is slow to answer."""
    failure = asked(None, certificates.client, stay_silent, timeout_ns=SECOND // 5)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("within 200ms, still in the TLS handshake")


def test_a_handshake_that_is_given_up_hangs_up(certificates: Certificates) -> None:
    """The server sees the end of the connection, soon after the deadline."""
    ended = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async def play() -> None:
        async with serving(watch) as port, HttpClient(SystemClock(), certificates.client) as client:
            await client.request(HttpRequest(f"https://127.0.0.1:{port}/", SECOND // 5))
            await asyncio.wait_for(ended.wait(), 2)

    asyncio.run(play())

    assert ended.is_set()


def test_trust_is_loaded_once_and_only_for_tls(certificates: Certificates) -> None:
    """Plain requests do not pay for certificates, and TLS requests pay once, also after a redirect."""
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made.append(certificates.client())
        return made[-1]

    async def play() -> list[int]:
        counts = []
        async with serving(answering(OK), certificates.server()) as secure:
            elsewhere = redirecting(f"https://127.0.0.1:{secure}/")
            async with serving(answering(OK, elsewhere)) as plain, HttpClient(SystemClock(), make) as client:
                for _ in range(3):
                    reply = await client.request(HttpRequest(f"http://127.0.0.1:{plain}/", SECOND))
                    assert isinstance(reply, HttpReply)
                    counts.append(len(made))
        return counts

    assert asyncio.run(play()) == [0, 1, 1]


def test_trust_that_cannot_be_loaded_is_a_tls_failure() -> None:
    """A broken bundle of authorities is a value like every other failure."""

    def fail() -> ssl.SSLContext:
        raise ssl.SSLError(1, "bad bundle")

    failure = asked(None, fail)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS
