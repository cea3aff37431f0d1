from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.transport.calling import SECOND, call, called
from tests.transport.servers import closed_port, serving, shaking_hands, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, TcpReply, TlsFault, TlsOptions, TransportFailure
from tiktoktoe_cli.transport.certificates import read_chain
from tiktoktoe_cli.transport.tcp import TcpClient, TcpRequest
from tiktoktoe_cli.transport.trust import Contexts, make_context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.transport.conftest import Certificates
    from tests.transport.servers import Behaviour
    from tiktoktoe_cli.transport.channels import Channel

PAST: dict[str, Any] = {
    "not_before": datetime(2019, 1, 1, tzinfo=UTC),
    "not_after": datetime(2020, 1, 1, tzinfo=UTC),
}
FUTURE: dict[str, Any] = {
    "not_before": datetime(2090, 1, 1, tzinfo=UTC),
    "not_after": datetime(2091, 1, 1, tzinfo=UTC),
}


def replied(behave: Behaviour, context: ssl.SSLContext | None, **options: Any) -> TcpReply:
    """Make a call that succeeds."""
    reply = called(behave, context, **options)
    assert isinstance(reply, TcpReply), reply
    return reply


def failed(behave: Behaviour, context: ssl.SSLContext | None = None, **options: Any) -> TransportFailure:
    """Make a call that fails."""
    failure = called(behave, context, **options)
    assert isinstance(failure, TransportFailure), failure
    return failure


def test_a_handshake_tells_what_was_agreed_on(certificates: Certificates) -> None:
    """Version, cipher, chain, address and the time it took are known; the certificate was verified."""
    reply = replied(stay_silent, certificates.server("127.0.0.1"), tls=certificates.trusted)

    assert reply.tls
    assert (reply.ip, reply.tls.version, reply.tls.is_verified) == ("127.0.0.1", "TLSv1.3", True)
    assert reply.tls.cipher.startswith("TLS_")
    assert read_chain(reply.tls.chain)[0].names == ("127.0.0.1",)
    assert reply.timing.tls_ns
    assert reply.timing.ttfb_ns is None


def test_an_older_version_is_spoken_too(certificates: Certificates) -> None:
    """TLS 1.2 shows the same things."""
    server = certificates.server()
    server.maximum_version = ssl.TLSVersion.TLSv1_2

    reply = replied(stay_silent, server, tls=certificates.trusted)

    assert reply.tls
    assert reply.tls.version == "TLSv1.2"
    assert read_chain(reply.tls.chain)[0].names == ("127.0.0.1",)


def test_a_handshake_over_ipv6(certificates: Certificates) -> None:
    """The certificate is held against the address, which needs no name."""

    async def play() -> TcpReply | TransportFailure:
        server = await asyncio.start_server(stay_silent, "::1", 0, ssl=certificates.server("::1"))
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await call(port, host="::1", tls=certificates.trusted)

    reply = asyncio.run(play())

    assert isinstance(reply, TcpReply), reply
    assert reply.ip == "::1"


def test_a_talk_is_encrypted(certificates: Certificates) -> None:
    """What is said over TLS arrives on both sides, records of any size and the end included."""
    heard = bytearray()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readexactly(300_000))
        await writer.drain()

    async def talk(channel: Channel) -> None:
        await channel.send(b"x" * 300_000)
        while data := await channel.receive():
            heard.extend(data)

    reply = replied(echo, certificates.server(), tls=certificates.trusted, talk=talk)

    assert bytes(heard) == b"x" * 300_000
    assert reply.timing.transfer_ns


@pytest.mark.parametrize(
    ("name", "validity", "fault", "words"),
    [
        ("127.0.0.1", PAST, TlsFault.EXPIRED, "was valid until 2020-01-01 00:00 UTC"),
        ("127.0.0.1", FUTURE, TlsFault.NOT_YET_VALID, "is valid from 2090-01-01 00:00 UTC"),
        ("shop.example", {}, TlsFault.WRONG_NAME, "; it is for `shop.example`"),
    ],
)
def test_a_certificate_that_is_refused_is_told_about(
    certificates: Certificates, name: str, validity: dict[str, Any], fault: TlsFault, words: str
) -> None:
    """The check fails, and yet says until when the certificate was valid, or whose it is."""
    failure = failed(stay_silent, certificates.server(name, **validity), tls=certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, fault)
    assert failure.message.endswith(words)
    assert failure.tls
    assert not failure.tls.is_verified
    assert read_chain(failure.tls.chain)[0].names == (name,)
    assert failure.timing.connect_ns
    assert failure.timing.tls_ns is None


def test_an_unknown_authority_is_named(certificates: Certificates) -> None:
    """Whom the machine does not know is told, so that somebody can decide to trust it."""
    failure = failed(stay_silent, certificates.server(), tls=TlsOptions())

    assert failure.tls_fault is TlsFault.UNTRUSTED_ISSUER
    assert failure.tls
    issuer = read_chain(failure.tls.chain)[-1].issuer
    assert f"; it was issued by `{issuer}`; to trust that authority" in failure.message


def test_a_certificate_that_signed_itself_is_told_about(certificates: Certificates, tmp_path: Path) -> None:
    """It vouches for itself, and for nobody else."""
    authority, path = trustme.CA(), tmp_path / "self.pem"
    path.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)

    failure = failed(stay_silent, context, tls=certificates.trusted)

    assert failure.tls_fault is TlsFault.SELF_SIGNED
    assert failure.tls
    assert len(failure.tls.chain) == 1


def test_the_second_look_keeps_to_the_deadline(certificates: Certificates) -> None:
    """A server that stalls once it was refused changes nothing about when and why the check fails."""
    context, calls = certificates.server("shop.example"), []

    async def play() -> tuple[TcpReply | TransportFailure, float]:
        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            calls.append(1)
            await (shaking_hands(context) if len(calls) == 1 else stay_silent)(reader, writer)

        async with serving(behave) as port:
            started = asyncio.get_running_loop().time()
            failure = await call(port, tls=certificates.trusted, timeout_ns=SECOND // 2)
            return failure, asyncio.get_running_loop().time() - started

    failure, elapsed_s = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.tls_fault is TlsFault.WRONG_NAME
    assert failure.tls is None
    assert len(calls) == 2
    assert elapsed_s < 1


def test_without_verification_every_certificate_is_taken(certificates: Certificates) -> None:
    """The session then says that nobody has looked at it."""
    server = certificates.server("shop.example", **PAST)

    reply = replied(stay_silent, server, tls=TlsOptions(verify=False))

    assert reply.tls
    assert not reply.tls.is_verified


def test_another_name_can_be_asked_for(certificates: Certificates) -> None:
    """The server hears the other name, and its certificate must be for that one."""
    heard: list[str | None] = []
    server = certificates.server("shop.example")
    server.sni_callback = lambda _socket, name, _context: heard.append(name)

    replied(stay_silent, server, tls=replace(certificates.trusted, server_name="shop.example"))

    assert heard == ["shop.example"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_shows_its_certificate(certificates: Certificates, version: ssl.TLSVersion) -> None:
    """A server that asks for a certificate of its authority gets ours."""
    server = certificates.asking_server()
    server.minimum_version = server.maximum_version = version
    options = replace(certificates.trusted, cert=certificates.issued("client.example"))

    assert replied(stay_silent, server, tls=options).tls


def test_a_missing_client_certificate_is_noticed(certificates: Certificates) -> None:
    """In TLS 1.3 the client is ready before the server refuses it: the check waits for that, and fails."""
    failure = failed(shaking_hands(certificates.asking_server()), tls=certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.CLIENT_CERTIFICATE_REQUIRED)
    assert failure.tls
    assert failure.tls.is_verified


def test_a_client_certificate_of_a_stranger_is_noticed(certificates: Certificates, tmp_path: Path) -> None:
    """A server does not take a certificate of an authority that it does not trust."""
    path = tmp_path / "stranger.pem"
    trustme.CA().issue_cert("stranger.example").private_key_and_cert_chain_pem.write_to_path(str(path))

    failure = failed(
        shaking_hands(certificates.asking_server()), tls=replace(certificates.trusted, cert=path)
    )

    assert failure.tls_fault is TlsFault.CLIENT_CERTIFICATE_REFUSED


def test_a_server_that_does_not_say_farewell_is_not_waited_for_long(certificates: Certificates) -> None:
    """After the handshake nothing more is owed: the call ends long before its deadline."""

    async def play() -> tuple[TcpReply | TransportFailure, float]:
        async def behave(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read()
            await asyncio.sleep(20)

        async with serving(shaking_then(behave, certificates.server())) as port:
            started = asyncio.get_running_loop().time()
            reply = await call(port, tls=certificates.trusted, timeout_ns=10 * SECOND)
            return reply, asyncio.get_running_loop().time() - started

    reply, elapsed_s = asyncio.run(play())

    assert isinstance(reply, TcpReply), reply
    assert elapsed_s < 5


def shaking_then(behave: Behaviour, context: ssl.SSLContext) -> Behaviour:
    """Make a handshake, and go on without a word of TLS."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        connection = context.wrap_bio(incoming, outgoing, server_side=True)
        is_over = False
        while not is_over:
            try:
                connection.do_handshake()
                is_over = True
            except ssl.SSLWantReadError:
                pass
            writer.write(outgoing.read())
            await writer.drain()
            if not is_over:
                incoming.write(await reader.read(65536))
        await behave(reader, writer)

    return handle


def test_an_end_without_a_farewell_is_an_end(certificates: Certificates) -> None:
    """Many servers just close the connection when they have said everything."""
    heard: list[bytes] = []

    async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        pass

    async def talk(channel: Channel) -> None:
        heard.append(await channel.receive())

    reply = replied(shaking_then(hang_up, certificates.server()), None, tls=certificates.trusted, talk=talk)

    assert heard == [b""]
    assert reply.tls


def test_a_server_without_tls_is_told(certificates: Certificates) -> None:
    """What answers in plain text does not speak TLS."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smtp.example ready\r\n")
        await writer.drain()

    failure = failed(answer, tls=certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.TLS, TlsFault.NOT_TLS)


def test_a_server_that_hangs_up_in_the_handshake_is_told(certificates: Certificates) -> None:
    """The end of a connection says nothing about certificates."""

    async def hang_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)

    failure = failed(hang_up, tls=certificates.trusted)

    assert (failure.reason, failure.tls_fault) == (FailureReason.CLOSED, None)


def test_a_silent_handshake_ends_at_the_deadline(certificates: Certificates) -> None:
    """A port that accepts and says nothing is told apart from one that does not accept."""
    failure = failed(stay_silent, tls=certificates.trusted, timeout_ns=SECOND // 5)

    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("within 200ms, still in the TLS handshake")


def test_a_server_of_an_old_version_has_nothing_in_common(certificates: Certificates) -> None:
    """TLS 1.3 on one side and 1.2 on the other is no certificate's fault."""
    server = certificates.server()
    server.minimum_version = ssl.TLSVersion.TLSv1_3

    def old(options: TlsOptions) -> ssl.SSLContext:
        context = make_context(options)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        return context

    async def play() -> TcpReply | TransportFailure:
        async with serving(shaking_hands(server)) as port:
            request = TcpRequest("127.0.0.1", port, SECOND, certificates.trusted)
            return await TcpClient(SystemClock(), Contexts(old)).connect(request)

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.tls_fault is TlsFault.NOTHING_IN_COMMON


def careless_authority(folder: Path) -> tuple[ssl.SSLContext, TlsOptions]:
    """Make a server and who trusts it, with an authority that does not say what its key is for."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("careless", "server")]
    builder = (
        x509.CertificateBuilder()
        .issuer_name(names[0])
        .public_key(key.public_key())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
    )
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    authority = (
        builder.subject_name(names[0])
        .serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    server = (
        builder.subject_name(names[1])
        .serial_number(2)
        .add_extension(address, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem, ca = folder / "server.pem", folder / "careless.pem"
    ca.write_bytes(authority.public_bytes(Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + server.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, TlsOptions(ca=ca)


@pytest.mark.parametrize("is_strict", [False, True])
def test_what_only_new_versions_ask_for_is_told(tmp_path: Path, *, is_strict: bool) -> None:
    """An authority that an older Python trusts, and a newer one does not: the message says why."""
    server, options = careless_authority(tmp_path)

    def make(options: TlsOptions) -> ssl.SSLContext:
        context = make_context(options)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if is_strict:  # as Python 3.13 makes them
            context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    async def play() -> TcpReply | TransportFailure:
        async with serving(stay_silent, server) as port:
            return await TcpClient(SystemClock(), Contexts(make)).connect(
                TcpRequest("127.0.0.1", port, SECOND, options)
            )

    answer = asyncio.run(play())

    if is_strict:
        assert isinstance(answer, TransportFailure), answer
        assert answer.message.endswith(
            "CA cert does not include key usage extension, which Python 3.13 and later ask for (RFC 5280)"
        )
        assert answer.tls
    else:
        assert isinstance(answer, TcpReply), answer


def test_trust_that_cannot_be_loaded_is_our_fault(tmp_path: Path) -> None:
    """A file of authorities that is not there is named, and nobody is asked."""
    failure = asyncio.run(call(closed_port(), tls=TlsOptions(ca=tmp_path / "absent.pem")))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TLS_FILES
    assert failure.message.endswith(f"`{tmp_path}/absent.pem`: no such file or directory")


def test_trust_is_loaded_once(certificates: Certificates) -> None:
    """Calls through one client share what they trust."""
    made: list[TlsOptions] = []

    def make(options: TlsOptions) -> ssl.SSLContext:
        made.append(options)
        return make_context(options)

    async def play() -> None:
        client = TcpClient(SystemClock(), Contexts(make))
        async with serving(stay_silent, certificates.server()) as port:
            for _ in range(3):
                reply = await client.connect(TcpRequest("127.0.0.1", port, SECOND, certificates.trusted))
                assert isinstance(reply, TcpReply), reply

    asyncio.run(play())

    assert len(made) == 1


@contextmanager
def openssl_server(certificates: Certificates, *options: str) -> Iterator[int]:
    """Run OpenSSL's own server."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    port, pem = closed_port(), certificates.issued("127.0.0.1")
    files = ("-cert", str(pem), "-key", str(pem), "-CAfile", str(certificates.folder / "ca.pem"))
    command = [program, "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", *files, *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            await_port(port)
            yield port
        finally:
            process.kill()


def await_port(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(100):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("openssl did not start")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssls_server_takes_our_handshake(certificates: Certificates, version: str) -> None:
    """The most used implementation agrees with ours on both versions."""
    with openssl_server(certificates, version) as port:
        reply = asyncio.run(call(port, tls=certificates.trusted))

    assert isinstance(reply, TcpReply), reply
    assert reply.tls
    assert reply.tls.version == {"-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}[version]


def test_openssls_server_can_insist_on_a_certificate(certificates: Certificates) -> None:
    """Its refusal after the handshake is heard, and our certificate is what it wants."""
    ours = replace(certificates.trusted, cert=certificates.issued("client.example"))
    with openssl_server(certificates, "-Verify", "1", "-verify_return_error") as port:
        without, with_it = (asyncio.run(call(port, tls=options)) for options in (certificates.trusted, ours))

    assert isinstance(without, TransportFailure), without
    assert without.tls_fault is TlsFault.CLIENT_CERTIFICATE_REQUIRED
    assert isinstance(with_it, TcpReply), with_it
