"""Asks a host for echoes, and measures how long they take."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from secrets import randbits, token_bytes
from socket import AddressFamily
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S, Duration
from tiktoktoe_cli.transport.echo import Echo, pack_request, read_reply
from tiktoktoe_cli.transport.exchange import FailureReason, Timing, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import Phase, Phases
from tiktoktoe_cli.transport.sockets import look_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.sockets import Address

_PROTOCOLS: Final = {
    socket.AF_INET: (socket.IPPROTO_ICMP, socket.IPPROTO_IP, socket.IP_TTL),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS),
}
"""By family: the protocol, and the option that limits the hops."""
_NOT_FOR_US: Final = {errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT}
_LONGEST_PACKET: Final = 65_535
_ANY_PORT: Final = 7  # echoes have none, and the resolver wants to hear one
_SPACING_NS: Final = 100 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class EchoRequest:
    """Whom to ask for echoes: `count` of them, of `size_bytes`, each over at most `ttl` hops."""

    host: str
    count: int = 1
    size_bytes: int = 56
    ttl: int = 64


@dataclass(frozen=True, slots=True)
class EchoReply:
    """The address that was asked, and how long each echo took that came in time, in nanoseconds; maybe none.

    In `timing`, `ttfb` is the mean of them, and `total` leaves out the pauses in which none was waited for.
    """

    ip: str
    sent: int
    round_trips_ns: tuple[int, ...]
    timing: Timing


class EchoNotPermittedError(Exception):
    """This process may open neither a datagram socket for ICMP nor a raw one."""


async def ask_for_echoes(
    request: EchoRequest, timeout_ns: int, clock: Clock, kind: type[socket.socket] = socket.socket
) -> EchoReply | TransportFailure:
    """Ask for echoes, a tenth of a second apart or closer if there is no time for that, until all came or it is over.

    Raises:
        EchoNotPermittedError: if this process may not ask.
    """
    asking = _Asking(request, timeout_ns, clock)
    try:
        async with asyncio.timeout(timeout_ns / NS_PER_S):
            await asking.run(kind)
    except TimeoutError:
        return asking.reply() if asking.sent else asking.time_out()
    except (OSError, UnicodeError, OverflowError) as error:
        return asking.fail(diagnose(error) or Diagnosis(FailureReason.NETWORK))
    return asking.reply()


class _Asking:
    """Echo requests under way: those that are waited for, and the round trips of those that are not any more."""

    def __init__(self, request: EchoRequest, timeout_ns: int, clock: Clock) -> None:
        self.sent = 0
        self._request = request
        self._timeout_ns = timeout_ns
        self._clock = clock
        self._phases = Phases(clock.now())
        self._ip = ""
        self._waiting: dict[Echo, int] = {}
        self._idle_since_ns: int | None = None
        self._idle_ns = 0
        self._round_trips_ns: list[int] = []

    async def run(self, kind: type[socket.socket]) -> None:
        """Look the host up, and ask the first of its addresses that there is a way to."""
        self._phases.begin(Phase.DNS, self._clock.now())
        addresses = await look_up(self._request.host, _ANY_PORT)
        self._phases.end(self._clock.now())
        with self._connect_first(addresses, kind) as connection:
            identifier, payload = _identifier_of(connection), token_bytes(self._request.size_bytes)
            for number in range(self._request.count):
                await self._send(connection, Echo(identifier, number, payload))
                is_last = number == self._request.count - 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(None if is_last else self._spacing_s):
                        await self._listen(connection, is_last=is_last)

    def reply(self) -> EchoReply:
        """Tell what came back."""
        round_trips_ns = tuple(self._round_trips_ns)
        mean_ns = sum(round_trips_ns) // len(round_trips_ns) if round_trips_ns else None
        now_ns = self._clock.now()
        self._end_pause(now_ns)
        timing = replace(self._phases.break_off(now_ns - self._idle_ns), ttfb_ns=mean_ns)
        return EchoReply(self._ip, self.sent, round_trips_ns, timing)

    def fail(self, diagnosis: Diagnosis) -> TransportFailure:
        """Tell that nothing could be sent, or that somebody on the way said that it was in vain."""
        timing = self._phases.break_off(self._clock.now())
        return TransportFailure(diagnosis.reason, diagnosis.describe(self._request.host), timing)

    def time_out(self) -> TransportFailure:
        """Tell that the time was over before anything could be sent."""
        timing = self._phases.break_off(self._clock.now())
        within = Duration(self._timeout_ns).rounded
        message = (
            f"nothing sent to `{self._request.host}` within {within}, still {self._phases.current.value}"
        )
        return TransportFailure(FailureReason.TIMEOUT, message, timing)

    @property
    def _spacing_s(self) -> float:
        return min(_SPACING_NS, self._timeout_ns // (2 * self._request.count)) / NS_PER_S

    def _connect_first(self, addresses: Iterable[Address], kind: type[socket.socket]) -> socket.socket:
        failure: OSError | None = None
        for family, _, _, _, address in addresses:
            connection = _open(family, kind)
            try:
                _, level, option = _PROTOCOLS[family]
                connection.setsockopt(level, option, self._request.ttl)
                connection.setblocking(False)
                connection.connect((address[0], 0, *address[2:]))
            except OSError as error:
                connection.close()
                failure = error
            else:
                self._ip = address[0]
                return connection
        raise failure or socket.gaierror(socket.EAI_NONAME, "no address")

    async def _send(self, connection: socket.socket, echo: Echo) -> None:
        packet = pack_request(AddressFamily(connection.family), echo)
        self._waiting[echo] = now_ns = self._clock.now()
        self._end_pause(now_ns)
        await asyncio.get_running_loop().sock_sendall(connection, packet)
        self.sent += 1

    async def _listen(self, connection: socket.socket, *, is_last: bool) -> None:
        """Take in what comes, for ever or until nothing is waited for; what nobody asked for is passed over."""
        loop = asyncio.get_running_loop()
        while self._waiting or not is_last:
            await asyncio.sleep(0)  # a flood must not stop the clocks
            packet = await loop.sock_recv(connection, _LONGEST_PACKET)
            echo = read_reply(AddressFamily(connection.family), packet)
            if echo in self._waiting:
                now_ns = self._clock.now()
                self._round_trips_ns.append(now_ns - self._waiting.pop(echo))
                self._idle_since_ns = None if self._waiting else now_ns

    def _end_pause(self, now_ns: int) -> None:
        """Wait for echoes again, or for none any more; in between there was nothing to wait for."""
        if self._idle_since_ns is not None:
            self._idle_ns += now_ns - self._idle_since_ns
        self._idle_since_ns = None


def _open(family: AddressFamily, kind: type[socket.socket]) -> socket.socket:
    """Open a socket for echoes; the raw one is for administrators, and hears what everybody is told."""
    protocol = _PROTOCOLS[family][0]
    for type_ in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return kind(family, type_, protocol)
        except OSError as error:
            if error.errno not in _NOT_FOR_US:
                raise
    raise EchoNotPermittedError


def _identifier_of(connection: socket.socket) -> int:
    """Return what the kernel writes into the requests of a datagram socket: its port on Linux; else one of ours."""
    is_datagram = connection.type == socket.SOCK_DGRAM
    return (connection.getsockname()[1] if is_datagram else 0) or randbits(16)
