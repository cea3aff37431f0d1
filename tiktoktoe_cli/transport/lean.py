"""One hop of the lean client: a plain request over a connection of its own, without anything between it and the loop.

What happens gets its time in the loop's callbacks, before anything else is done about it: a task that waits for its
turn behind others would make a server look slow.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ssl import SSLError
from typing import TYPE_CHECKING, cast

from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.transport.answers import Answer, AnswerError
from tiktoktoe_cli.transport.bodies import PackingError
from tiktoktoe_cli.transport.encryption import Encryption
from tiktoktoe_cli.transport.exchange import FailureReason, HttpReply
from tiktoktoe_cli.transport.foreign import Diagnosis, cause_of
from tiktoktoe_cli.transport.phases import Phase
from tiktoktoe_cli.transport.sockets import look_up

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.exchange import HttpRequest, Timing
    from tiktoktoe_cli.transport.journey import Journey
    from tiktoktoe_cli.transport.plain import PlainRequest
    from tiktoktoe_cli.transport.sockets import Address


@dataclass(frozen=True, slots=True)
class LeanHop:
    """One request, as it was asked for and as it is sent; `context` is for TLS, and None without."""

    request: HttpRequest
    plain: PlainRequest
    journey: Journey
    clock: Clock
    context: ssl.SSLContext | None

    async def run(self) -> HttpReply | Diagnosis:
        """Look up, connect, ask, and read the answer as far as it is wanted."""
        exchange = _Exchange(self)
        try:
            return await self._exchange(exchange)
        except AnswerError as error:
            return Diagnosis(error.reason)
        except PackingError:
            return Diagnosis(FailureReason.PROTOCOL)
        except (OSError, UnicodeError, OverflowError) as error:
            return cause_of(error)
        finally:
            exchange.hang_up()

    async def _exchange(self, exchange: _Exchange) -> HttpReply:
        self.journey.target = join_address(self.plain.host, self.plain.port)
        self.journey.phases.begin(Phase.DNS, self.clock.now())
        addresses = await look_up(self.plain.host, self.plain.port)
        self.journey.phases.begin(Phase.CONNECT, self.clock.now())
        ip = await _connect_first(exchange, addresses)
        await exchange.over
        return exchange.reply(ip)


class _Exchange(asyncio.Protocol):
    """A connection: the request goes out as soon as it is made; `over` tells that nothing more will come of it."""

    def __init__(self, hop: LeanHop) -> None:
        self._hop = hop
        self._phases = hop.journey.phases
        self._transport: asyncio.Transport | None = None
        self._encryption: Encryption | None = None
        self._answer = Answer(hop.request)
        self._outcome: Timing | Exception | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hang_up(self) -> None:
        """Close the connection at once."""
        if self._transport:
            self._transport.abort()

    def reply(self, ip: str) -> HttpReply:
        """Return the answer, once it is over; what came in between is raised."""
        if isinstance(self._outcome, Exception):
            raise self._outcome
        head = self._answer.head
        assert self._outcome and head, "it is over"  # noqa: S101, PT018  # states an invariant
        return HttpReply(
            status=head.status,
            url=self._hop.plain.url,
            headers=head.headers,
            body=self._answer.content(),
            is_cut=self._answer.is_cut,
            redirects=self._hop.journey.redirects,
            timing=self._outcome,
            http_version=head.http_version,
            ip=ip,
            tls=self._encryption.session if self._encryption else None,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin: with the request, or with the handshake before it."""
        now_ns = self._hop.clock.now()
        self._transport = cast("asyncio.Transport", transport)
        if self._hop.context is None:
            self._phases.begin(Phase.TTFB, now_ns)
            self._transport.write(self._hop.plain.payload)
        else:
            self._phases.begin(Phase.TLS, now_ns)
            name = self._hop.request.route.tls.server_name or self._hop.plain.host
            self._encryption = Encryption(self._hop.context, name)
            self._see(self._decrypt, b"")

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._see(self._decrypt if self._encryption else self._read, data)

    def eof_received(self) -> None:
        """Take the end of what the server says."""
        self._see(self._read, b"")

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end of the connection."""
        self._finish(exc or AnswerError(FailureReason.CLOSED))

    def _finish(self, outcome: Timing | Exception) -> None:
        if not self.over.done():
            self._outcome = outcome
            self.over.set_result(None)

    def _see(self, take: Callable[[bytes, int], None], data: bytes) -> None:
        """Take some bytes in some way, if they still matter.

        A flood must not outlive the deadline, which strikes between two turns of the loop.
        """
        if self.over.done():
            return
        now_ns = self._hop.clock.now()
        if now_ns > self._hop.journey.deadline_ns:
            self._finish(TimeoutError())
            return
        try:
            take(data, now_ns)
        except (AnswerError, PackingError, SSLError) as error:
            self._finish(error)

    def _decrypt(self, data: bytes, now_ns: int) -> None:
        """Carry on with the handshake, or read what was encrypted."""
        encryption, transport = self._encryption, self._transport
        assert encryption and transport, "it is connected"  # noqa: S101, PT018  # states an invariant
        was_ready = encryption.session is not None
        try:
            text = encryption.decrypt(data)
            if encryption.session and not was_ready:
                self._phases.begin(Phase.TTFB, now_ns)
                encryption.encrypt(self._hop.plain.payload)
        finally:  # also after an error: the alert tells the server why
            transport.write(encryption.outgoing())
        if text:
            self._read(text, now_ns)
        if encryption.is_over:
            self._read(b"", now_ns)

    def _read(self, data: bytes, now_ns: int) -> None:
        """Read a part of the answer, or its end."""
        had_head = self._answer.head is not None
        try:
            self._answer.feed(data)
        finally:
            if self._answer.head and not had_head:
                self._phases.begin(Phase.TRANSFER, now_ns)
        self._conclude(now_ns)

    def _read_on(self, _nothing: bytes, now_ns: int) -> None:
        """Read a further part of what has arrived already."""
        self._answer.read_on()
        if self._transport and not self._answer.has_more:
            self._transport.resume_reading()
        self._conclude(now_ns)

    def _conclude(self, now_ns: int) -> None:
        """See whether it is over; what else there is to read lets others have their turn, and the server wait."""
        if self._answer.is_complete:
            self._finish(self._phases.finish(now_ns))
        elif self._answer.has_more and self._transport:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._see, self._read_on, b"")


async def _connect_first(exchange: _Exchange, addresses: Iterable[Address]) -> str:
    """Connect to the first of some addresses that accepts, and return it; raises the error of the last if none does.

    The loop makes the socket: uvloop is twice as fast with its own.
    """
    failure: OSError | None = None
    for *_, (host, port, *rest) in addresses:
        zone = f"%{rest[1]}" if rest and rest[1] else ""  # of an address that is valid in one network only
        try:
            await asyncio.get_running_loop().create_connection(lambda: exchange, f"{host}{zone}", port)
        except OSError as error:
            failure = error
        else:
            return str(host)
    raise failure or socket.gaierror(socket.EAI_NONAME, "no address")
