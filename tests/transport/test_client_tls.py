from __future__ import annotations

import asyncio
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tests.transport.asking import SECOND, failed, replied
from tests.transport.servers import OK, answering, redirecting, serving, shaking_hands, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import (
    FailureReason,
    HttpReply,
    HttpRequest,
    Route,
    TlsFault,
    TlsOptions,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient
from tiktoktoe_cli.transport.trust import make_context

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour

PAST: dict[str, Any] = {
    "not_before": datetime(2019, 1, 1, tzinfo=UTC),
    "not_after": datetime(2020, 1, 1, tzinfo=UTC),
}
FUTURE: dict[str, Any] = {
    "not_before": datetime(2090, 1, 1, tzinfo=UTC),
    "not_after": datetime(2091, 1, 1, tzinfo=UTC),
}


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make the context of a server that shows a certificate which it signed itself."""
    authority = trustme.CA()
    path = folder / "self-signed.pem"
    path.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_trusted_certificate_is_accepted(certificates: Certificates) -> None:
    """Over TLS there is an answer, and the handshake has a time of its own."""
    reply = replied(answering(OK), certificates.server(), route=Route(certificates.trusted))

    assert reply.timing.tls_ns
    assert reply.timing.connect_ns
    assert reply.timing.tls_ns + reply.timing.connect_ns < reply.timing.total_ns


def test_an_authority_that_nobody_trusts_is_told(certificates: Certificates) -> None:
    """An authority that the machine does not know is a failure that says so."""
    failure = failed(answering(OK), certificates.server())

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.UNTRUSTED_ISSUER)
    assert "certificate" in failure.message
    assert failure.timing.tls_ns is None


def test_a_certificate_that_signed_itself_is_told(certificates: Certificates, tmp_path: Path) -> None:
    """A certificate that vouches for itself is told apart from one of an unknown authority."""
    failure = failed(answering(OK), self_signed(tmp_path), route=Route(certificates.trusted))

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.SELF_SIGNED)


@pytest.mark.parametrize(
    ("name", "validity", "fault", "words"),
    [
        ("shop.example", {}, TlsFault.WRONG_NAME, "IP address mismatch"),
        ("127.0.0.1", PAST, TlsFault.EXPIRED, "expired"),
        ("127.0.0.1", FUTURE, TlsFault.NOT_YET_VALID, "not yet valid"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    certificates: Certificates, name: str, validity: dict[str, Any], fault: TlsFault, words: str
) -> None:
    """The name must be the one that was asked, and the time within the certificate's."""
    server = certificates.server(name, **validity)

    failure = failed(answering(OK), server, route=Route(certificates.trusted))

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, fault)
    assert words in failure.message


def test_without_verification_every_certificate_is_taken(certificates: Certificates) -> None:
    """Who says so gets an answer from a server that anybody could be."""
    server = certificates.server("shop.example", **PAST)

    reply = replied(answering(OK), server, route=Route(TlsOptions(verify=False)))

    assert reply.status == 200


def test_another_name_can_be_asked_for(certificates: Certificates) -> None:
    """The server hears the other name, and its certificate must be for that one."""
    heard: list[str | None] = []
    server = certificates.server("shop.example")
    server.sni_callback = lambda _socket, name, _context: heard.append(name)

    reply = replied(
        answering(OK), server, route=Route(replace(certificates.trusted, server_name="shop.example"))
    )

    assert reply.status == 200
    assert heard == ["shop.example"]


def test_a_client_shows_its_certificate(certificates: Certificates) -> None:
    """A server that asks for a certificate of its authority gets ours, and answers."""
    route = Route(replace(certificates.trusted, cert=certificates.issued("client.example")))

    reply = replied(answering(OK), certificates.asking_server(), route=route)

    assert reply.status == 200


def refused(behave: Behaviour, options: TlsOptions, timeout_ns: int = SECOND) -> TransportFailure:
    """Ask over TLS a server that makes no handshake."""

    async def play() -> HttpReply | TransportFailure:
        async with serving(behave) as port, HttpClient(SystemClock()) as client:
            url = f"https://127.0.0.1:{port}/"
            return await client.request(HttpRequest(url, timeout_ns, route=Route(options)))

    failure = asyncio.run(play())
    assert isinstance(failure, TransportFailure)
    return failure


def test_a_missing_client_certificate_is_told(certificates: Certificates) -> None:
    """A server that asks for a certificate and gets none refuses, in the words of TLS 1.3."""
    failure = refused(shaking_hands(certificates.asking_server()), certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.CLIENT_CERTIFICATE_REQUIRED)


def test_a_client_certificate_of_nobody_is_refused(certificates: Certificates, tmp_path: Path) -> None:
    """A server does not take a certificate of an authority that it does not trust."""
    path = tmp_path / "stranger.pem"
    trustme.CA().issue_cert("stranger.example").private_key_and_cert_chain_pem.write_to_path(str(path))

    failure = refused(shaking_hands(certificates.asking_server()), replace(certificates.trusted, cert=path))

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.CLIENT_CERTIFICATE_REFUSED)


def test_a_server_of_an_old_version_has_nothing_in_common(certificates: Certificates) -> None:
    """TLS 1.3 on one side and 1.2 on the other is no certificate's fault."""
    server = certificates.server()
    server.minimum_version = ssl.TLSVersion.TLSv1_3

    def old(options: TlsOptions) -> ssl.SSLContext:
        context = make_context(options)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def play() -> HttpReply | TransportFailure:
        async with (
            serving(shaking_hands(server)) as port,
            HttpClient(SystemClock(), make_context=old) as client,
        ):
            request = HttpRequest(f"https://127.0.0.1:{port}/", SECOND, route=Route(certificates.trusted))
            return await client.request(request)

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.NOTHING_IN_COMMON)


def test_a_server_without_tls_is_told(certificates: Certificates) -> None:
    """Asked over TLS, a plain server gives no valid handshake."""

    async def answer_at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    failure = refused(answer_at_once, certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.NOT_TLS)


def test_a_server_that_hangs_up_in_the_handshake_is_told(certificates: Certificates) -> None:
    """The end of a connection says nothing about certificates."""

    async def hang_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)

    failure = refused(hang_up, certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.CLOSED, None)


def test_a_silent_handshake_ends_at_the_deadline(certificates: Certificates) -> None:
    """A server that accepts and says nothing is told apart from one that is slow to answer."""
    failure = refused(stay_silent, certificates.trusted, SECOND // 5)

    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("within 200ms, still in the TLS handshake")


def test_a_server_that_breaks_off_an_upload_is_told(certificates: Certificates) -> None:
    """What cannot be sent over TLS is a failure with a reason."""

    async def break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.transport.abort()

    failure = failed(
        break_off,
        certificates.server(),
        route=Route(certificates.trusted),
        method="POST",
        body=bytes(16 * 1024 * 1024),
    )

    assert failure.reason in {FailureReason.RESET, FailureReason.CLOSED}


def test_a_handshake_that_is_given_up_hangs_up(certificates: Certificates) -> None:
    """The server sees the end of the connection, soon after the deadline."""
    ended = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async def play() -> None:
        async with serving(watch) as port, HttpClient(SystemClock()) as client:
            route = Route(certificates.trusted)
            await client.request(HttpRequest(f"https://127.0.0.1:{port}/", SECOND // 5, route=route))
            await asyncio.wait_for(ended.wait(), 2)

    asyncio.run(play())

    assert ended.is_set()


def test_trust_is_loaded_once_and_only_for_tls(certificates: Certificates) -> None:
    """Plain requests do not pay for certificates, and TLS requests pay once, also after a redirect."""
    made: list[TlsOptions] = []

    def make(options: TlsOptions) -> ssl.SSLContext:
        made.append(options)
        return make_context(options)

    async def play() -> list[int]:
        counts = []
        async with serving(answering(OK), certificates.server()) as secure:
            elsewhere = redirecting(f"https://127.0.0.1:{secure}/")
            async with (
                serving(answering(OK, elsewhere)) as plain,
                HttpClient(SystemClock(), make_context=make) as client,
            ):
                request = HttpRequest(f"http://127.0.0.1:{plain}/", SECOND, route=Route(certificates.trusted))
                for _ in range(3):
                    reply = await client.request(request)
                    assert isinstance(reply, HttpReply)
                    counts.append(len(made))
        return counts

    assert asyncio.run(play()) == [0, 1, 1]


@pytest.mark.parametrize("redirected", [False, True])
def test_trust_that_cannot_be_loaded_is_our_fault(tmp_path: Path, *, redirected: bool) -> None:
    """A file of authorities that is not there is a value like every other failure, and named."""
    route = Route(TlsOptions(ca=tmp_path / "absent.pem"))
    behave = answering(redirecting("https://127.0.0.1:1/")) if redirected else answering(OK)
    url = {} if redirected else {"url": "https://127.0.0.1:1/"}

    failure = failed(behave, route=route, **url)

    assert failure.reason is FailureReason.TLS_FILES
    assert failure.reason.is_ours
    assert failure.message.endswith(f"cannot be used: `{tmp_path}/absent.pem`: no such file or directory")
