from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.transport.calling import SECOND, call
from tests.transport.servers import serving, stay_silent
from tests.transport.test_starttls import ANSWERS
from tiktoktoe_cli.transport import FailureReason, TcpReply, TlsFault, TlsOptions, TransportFailure
from tiktoktoe_cli.transport.starttls import DIALOGUES, MAX_ANSWER_BYTES, StartTls

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour


def speaking(protocol: StartTls, answers: Sequence[bytes], context: ssl.SSLContext) -> Behaviour:
    """Play a server's part: hear each request of a protocol and answer it, a byte at a time, and then begin TLS."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for step, answer in zip(DIALOGUES[protocol], answers, strict=False):
            await reader.readexactly(len(step.send))
            for position in range(len(answer)):
                writer.write(answer[position : position + 1])
                await writer.drain()
                await asyncio.sleep(0)
        await writer.start_tls(context)
        await reader.read()

    return behave


def asked(
    behave: Behaviour, protocol: StartTls, options: TlsOptions, timeout_ns: int = 5 * SECOND
) -> TcpReply | TransportFailure:
    """Ask a server for TLS as a protocol does it."""

    async def play() -> TcpReply | TransportFailure:
        async with serving(behave) as port:
            return await call(port, tls=options, starttls=protocol, timeout_ns=timeout_ns)

    return asyncio.run(play())


@pytest.mark.parametrize("protocol", list(StartTls))
def test_tls_begins_after_it_was_asked_for(certificates: Certificates, protocol: StartTls) -> None:
    """Each protocol goes over to TLS on the same connection; asking and shaking hands have times of their own."""
    behave = speaking(protocol, ANSWERS[protocol], certificates.server())

    reply = asked(behave, protocol, certificates.trusted)

    assert isinstance(reply, TcpReply), reply
    assert reply.tls
    assert reply.tls.is_verified
    assert reply.timing.ttfb_ns
    assert reply.timing.tls_ns


def test_a_certificate_behind_starttls_is_told_about(certificates: Certificates) -> None:
    """The second look asks for TLS again."""
    behave = speaking(StartTls.SMTP, ANSWERS[StartTls.SMTP], certificates.server("mail.example"))

    failure = asked(behave, StartTls.SMTP, certificates.trusted)

    assert isinstance(failure, TransportFailure)
    assert failure.tls_fault is TlsFault.WRONG_NAME
    assert failure.message.endswith("; it is for `mail.example`")


@pytest.mark.parametrize("protocol", list(StartTls))
def test_words_before_the_handshake_are_refused(certificates: Certificates, protocol: StartTls) -> None:
    """Whoever slips something in between the go-ahead and TLS is not listened to."""

    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        *before, last = zip(DIALOGUES[protocol], ANSWERS[protocol], strict=True)
        for step, answer in before:
            await reader.readexactly(len(step.send))
            writer.write(answer)
        await reader.readexactly(len(last[0].send))
        writer.write(last[1] + b"injected\r\n")
        await writer.drain()
        await reader.read()

    failure = asked(inject, protocol, certificates.trusted)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.PROTOCOL
    assert failure.message.endswith("it goes on in plain text where TLS should begin")


def test_a_server_that_refuses_is_quoted(certificates: Certificates) -> None:
    """The failure has the server's own words."""
    answers = [*ANSWERS[StartTls.SMTP][:2], b"454 TLS not available due to temporary reason\r\n"]

    failure = asked(
        speaking(StartTls.SMTP, answers, certificates.server()), StartTls.SMTP, certificates.trusted
    )

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.PROTOCOL
    assert failure.is_transient
    assert failure.message.endswith(
        "` does not answer as expected: asked for TLS over smtp, "
        "it answers `454 TLS not available due to temporary reason`"
    )
    assert failure.timing.tls_ns is None


def test_a_line_without_an_end_is_refused(certificates: Certificates) -> None:
    """Who talks for ever is interrupted, long before the deadline."""

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"2" * 4096)
            await writer.drain()

    failure = asked(talk, StartTls.SMTP, certificates.trusted)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.PROTOCOL
    assert failure.message.endswith(f"it answers with more than {MAX_ANSWER_BYTES} bytes")


def test_a_server_that_hangs_up_before_tls_is_told(certificates: Certificates) -> None:
    """The end of the connection is told as such."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await writer.drain()

    failure = asked(greet, StartTls.SMTP, certificates.trusted)

    assert isinstance(failure, TransportFailure)
    assert failure.reason in {FailureReason.CLOSED, FailureReason.RESET}


def test_a_server_that_does_not_greet_is_given_up_in_time(certificates: Certificates) -> None:
    """A port that accepts and stays silent is no mail server."""
    failure = asked(stay_silent, StartTls.SMTP, certificates.trusted, SECOND // 5)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert "no complete answer" in failure.message
