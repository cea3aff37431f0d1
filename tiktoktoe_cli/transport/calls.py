"""One connection on its way: what it is doing, with whom, for how long, and how it ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.transport.channels import PlainChannel, TlsChannel
from tiktoktoe_cli.transport.exchange import FailureReason, TcpReply, TlsFault, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import Phase, Phases
from tiktoktoe_cli.transport.sockets import connect_first, look_up
from tiktoktoe_cli.transport.starttls import DIALOGUES, MAX_ANSWER_BYTES

if TYPE_CHECKING:
    import socket
    import ssl

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.channels import Channel
    from tiktoktoe_cli.transport.exchange import TlsSession
    from tiktoktoe_cli.transport.starttls import Answer, Read, StartTls
    from tiktoktoe_cli.transport.tcp import Talk, TcpRequest

_BEFORE_AN_ANSWER: Final = frozenset({Phase.DNS, Phase.CONNECT, Phase.TLS})
_OBJECTIONS: Final = frozenset({TlsFault.CLIENT_CERTIFICATE_REQUIRED, TlsFault.CLIENT_CERTIFICATE_REFUSED})
_LEAST_PATIENCE_NS: Final = NS_PER_S // 10


class UnexpectedAnswerError(Exception):
    """The server said something else than what goes on; the message says what, after the words `it ...`."""


FOREIGN: Final = (OSError, UnicodeError, OverflowError, UnexpectedAnswerError)
"""What a call may raise: errors of the system and of TLS, of names and ports that cannot be, and of answers."""


class RunningCall:
    """One connection from its look-up to its end; in between, it is the channel that is talked over."""

    def __init__(self, request: TcpRequest, clock: Clock) -> None:
        self._request = request
        self._clock = clock
        self._started_ns = clock.now()
        self._phases = Phases(self._started_ns)
        self._target = join_address(request.host, request.port)
        self._channel: Channel
        self._session: TlsSession | None = None

    async def run(self, context: ssl.SSLContext | None, talk: Talk | None) -> TcpReply:
        """Connect, encrypt if there is a context, and talk."""
        with await self._connect() as connection:
            ip = connection.getpeername()[0]
            self._channel = plain = PlainChannel(connection)
            if context:
                self._channel = await self._encrypt(plain, context)
            if talk:
                await self._talk(talk)
            reply = TcpReply(self._phases.break_off(self._clock.now()), ip, self._session)
            if isinstance(self._channel, TlsChannel):
                await self._part(self._channel)
            return reply

    async def send(self, data: bytes) -> None:
        """Send some bytes, all of them."""
        await self._channel.send(data)

    async def receive(self) -> bytes:
        """Wait for some bytes; none at all are the end."""
        data = await self._channel.receive()
        if self._phases.current is Phase.TTFB:
            self._begin(Phase.TRANSFER)
        return data

    def time_out(self) -> TransportFailure:
        """End the call because its deadline has passed, and say what it was doing."""
        within = Duration(self._request.timeout_ns).rounded
        phase = self._phases.current
        message = (
            f"no connection to `{self._target}` within {within}, still {phase.value}"
            if phase in _BEFORE_AN_ANSWER
            else f"no complete answer of `{self._target}` within {within}"
        )
        return self._failure(Diagnosis(FailureReason.TIMEOUT), message)

    def fail(self, error: Exception) -> TransportFailure:
        """End the call because of one of the `FOREIGN` errors."""
        if isinstance(error, UnexpectedAnswerError):
            message = f"`{self._target}` does not answer as expected: {error}"
            return self._failure(Diagnosis(FailureReason.PROTOCOL), message)
        diagnosis = diagnose(error) or Diagnosis(FailureReason.NETWORK)
        return self._failure(diagnosis, diagnosis.describe(self._target))

    def _failure(self, diagnosis: Diagnosis, message: str) -> TransportFailure:
        timing = self._phases.break_off(self._clock.now())
        return TransportFailure(diagnosis.reason, message, timing, diagnosis.tls_fault, self._session)

    async def _connect(self) -> socket.socket:
        self._begin(Phase.DNS)
        addresses = await look_up(self._request.host, self._request.port)
        self._begin(Phase.CONNECT)
        connection = await connect_first(addresses)
        self._end()
        return connection

    async def _encrypt(self, plain: PlainChannel, context: ssl.SSLContext) -> TlsChannel:
        if self._request.starttls:
            self._begin(Phase.TTFB)
            await ask_for_tls(plain, self._request.starttls)
        self._begin(Phase.TLS)
        assert self._request.tls, "it asked for the context"  # noqa: S101  # states an invariant
        host, _, _zone = self._request.host.partition("%")
        channel = TlsChannel(plain, context, self._request.tls.server_name or host)
        self._session = await channel.shake_hands()
        self._end()
        return channel

    async def _talk(self, talk: Talk) -> None:
        self._begin(Phase.TTFB)
        await talk(self)
        if self._phases.current is Phase.TRANSFER:  # who said nothing was not waited for
            self._end()

    async def _part(self, channel: TlsChannel) -> None:
        """Part politely, and hear whether the server takes our certificate, or that there is none.

        TLS 1.3 is ready for the client before the server has decided about that (RFC 8446, 2 and 4.4.2.4). It gets
        twice the time that the handshake took.
        """
        if self._session is None or self._session.version != "TLSv1.3":
            return
        handshake_ns = self._phases.break_off(0).tls_ns or 0
        left_ns = self._started_ns + self._request.timeout_ns - self._clock.now()
        patience_ns = min(max(2 * handshake_ns, _LEAST_PATIENCE_NS), left_ns // 2)
        try:
            async with asyncio.timeout(patience_ns / NS_PER_S):
                await channel.part()
        except OSError as error:
            diagnosis = diagnose(error)
            if diagnosis and diagnosis.tls_fault in _OBJECTIONS:
                raise

    def _begin(self, phase: Phase) -> None:
        self._phases.begin(phase, self._clock.now())

    def _end(self) -> None:
        self._phases.end(self._clock.now())


async def ask_for_tls(channel: Channel, protocol: StartTls) -> None:
    """Ask a server to begin TLS, as a protocol does it.

    Raises:
        UnexpectedAnswerError: if it does not agree, or says more than that: somebody between us could have added
            words that would later pass for encrypted ones (CVE-2011-0411, CVE-2021-23222).
        OSError: if the connection ends.
    """
    received = b""
    for step in DIALOGUES[protocol]:
        if step.send:
            await channel.send(step.send)
        received, answer = await _hear(channel, step.read, received)
        if answer.refusal:
            raise UnexpectedAnswerError(f"asked for TLS over {protocol}, {answer.refusal}")
        received = received[answer.size :]
    if received:
        raise UnexpectedAnswerError("it goes on in plain text where TLS should begin")


async def _hear(channel: Channel, read: Read, received: bytes) -> tuple[bytes, Answer]:
    """Receive until an answer is complete; return all that was received, and the answer."""
    while (answer := read(received)) is None:
        if len(received) > MAX_ANSWER_BYTES:
            raise UnexpectedAnswerError(f"it answers with more than {MAX_ANSWER_BYTES} bytes")
        data = await channel.receive()
        if not data:
            raise ConnectionError
        received += data
    return received, answer
