"""One question to DNS servers and its answer, over UDP or TCP."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S, Duration
from tiktoktoe_cli.transport.addresses import DNS_PORT, join_address
from tiktoktoe_cli.transport.channels import PlainChannel
from tiktoktoe_cli.transport.dns_message import DnsAnswer, DnsQuery, NotDnsError
from tiktoktoe_cli.transport.exchange import FailureReason, Timing, TransportFailure
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import Phase, Phases
from tiktoktoe_cli.transport.sockets import connect_first, look_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.dns_message import DnsQuestion
    from tiktoktoe_cli.transport.sockets import Address

_LENGTH_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class DnsServers:
    """Hosts and ports: the next one is asked if one is silent or refuses; `over_tcp` leaves UDP out."""

    addresses: Sequence[tuple[str, int]]
    over_tcp: bool = False


@dataclass(frozen=True, slots=True)
class DnsReply:
    """The answer of a server, whatever its code, and the address that gave it.

    In `timing`, `dns` is the look-up of the server's own name, there is `connect` only over TCP, and `ttfb` begins
    with the first question that is sent.
    """

    answer: DnsAnswer
    ip: str
    timing: Timing


def system_servers(path: Path) -> tuple[tuple[str, int], ...]:
    """List the servers that resolv.conf(5) names, which is none if there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    named = (words[1] for words in map(str.split, lines) if len(words) > 1 and words[0] == "nameserver")
    return tuple((host, DNS_PORT) for host in named)


async def ask(
    question: DnsQuestion, servers: DnsServers, timeout_ns: int, clock: Clock
) -> DnsReply | TransportFailure:
    """Ask until there is an answer or the time is over; what is cut over UDP is asked for again over TCP.

    Raises nothing but cancellation.
    """
    asking = _Asking(DnsQuery(question), timeout_ns, clock)
    try:
        async with asyncio.timeout(timeout_ns / NS_PER_S):
            return await asking.run(servers)
    except TimeoutError:
        return asking.time_out()
    except NotDnsError:
        return asking.fail(FailureReason.PROTOCOL, f"the answer of `{asking.target}` is not valid DNS")
    except (OSError, UnicodeError, OverflowError) as error:
        diagnosis = diagnose(error) or Diagnosis(FailureReason.NETWORK)
        return asking.fail(diagnosis.reason, diagnosis.describe(asking.target))


class _Asking:
    """One question under way: whom it was sent to last, and what was heard instead of an answer."""

    def __init__(self, query: DnsQuery, timeout_ns: int, clock: Clock) -> None:
        self.target = ""
        self._query = query
        self._timeout_ns = timeout_ns
        self._clock = clock
        self._phases = Phases(clock.now())
        self._hears_others = False

    async def run(self, servers: DnsServers) -> DnsReply:
        """Look the servers up, and ask them."""
        self._phases.begin(Phase.DNS, self._clock.now())
        addresses: list[Address] = []
        for host, port in servers.addresses:
            self.target = join_address(host, port)
            addresses += await look_up(host, port)
        if servers.over_tcp:
            return await self._ask_over_tcp(addresses)
        address, answer = await self._ask_over_udp(addresses)
        return await self._ask_over_tcp([address]) if answer.is_cut else self._reply(answer, address[4][0])

    def fail(self, reason: FailureReason, message: str) -> TransportFailure:
        """Tell that there is no answer, and why."""
        return TransportFailure(reason, message, self._phases.break_off(self._clock.now()))

    def time_out(self) -> TransportFailure:
        """Tell that the time is over; a server that says something all the while is not silent."""
        if self._hears_others:
            return self.fail(FailureReason.PROTOCOL, f"`{self.target}` does not answer what it was asked")
        within = Duration(self._timeout_ns).rounded
        return self.fail(FailureReason.TIMEOUT, f"no answer of `{self.target}` within {within}")

    async def _ask_over_udp(self, addresses: Sequence[Address]) -> tuple[Address, DnsAnswer]:
        """Ask one server after the other, and again: datagrams get lost. Return the first answer, and whose it is.

        Who refuses is left out; raises the error of the last one if all of them do.
        """
        self._phases.begin(Phase.TTFB, self._clock.now())
        left = deque(addresses)
        with ExitStack() as stack:
            channels: dict[Address, PlainChannel] = {}
            for wait_s in _waits(self._timeout_ns / NS_PER_S):
                address = left.popleft()
                self.target = join_address(*address[4][:2])
                try:
                    if address not in channels:
                        channels[address] = PlainChannel(stack.enter_context(_connect_udp(address)))
                    async with asyncio.timeout(wait_s):
                        return address, await self._exchange(channels[address])
                except TimeoutError:
                    left.append(address)
                except OSError:
                    if not left:
                        raise
        raise AssertionError("the waits do not end")

    async def _exchange(self, channel: PlainChannel) -> DnsAnswer:
        """Send the question, and wait for its answer; what else comes may be forged, and is passed over."""
        await channel.send(self._query.wire)
        while True:
            if answer := self._query.read(await channel.receive()):
                return answer
            self._hears_others = True

    async def _ask_over_tcp(self, addresses: Sequence[Address]) -> DnsReply:
        """Ask the first server that takes a connection."""
        self._phases.begin(Phase.CONNECT, self._clock.now())
        self.target = join_address(*addresses[-1][4][:2])
        with await connect_first(addresses) as connection:
            self._phases.begin(Phase.TTFB, self._clock.now())
            ip, port = connection.getpeername()[:2]
            self.target = join_address(ip, port)
            channel = PlainChannel(connection)
            await channel.send(_framed(self._query.wire))
            answer = self._query.read(await _receive_framed(channel))
        if answer is None or answer.is_cut:
            raise NotDnsError
        return self._reply(answer, ip)

    def _reply(self, answer: DnsAnswer, ip: str) -> DnsReply:
        return DnsReply(answer, ip, self._phases.finish(self._clock.now()))


def _connect_udp(address: Address) -> socket.socket:
    """Open a socket that hears nobody else, and that the kernel gives a port which nobody can guess (RFC 5452)."""
    family, _, _, _, target = address
    connection = socket.socket(family, socket.SOCK_DGRAM)
    try:
        connection.setblocking(False)
        connection.connect(target)
    except OSError:
        connection.close()
        raise
    return connection


def _waits(timeout_s: float) -> Iterator[float]:
    """Wait a second for the first answer, or a quarter of the time if that is less, and then ever longer."""
    wait_s = min(1.0, timeout_s / 4)
    while True:
        yield wait_s
        wait_s *= 2


def _framed(wire: bytes) -> bytes:
    """Put its length before a message, as TCP needs it (RFC 7766, 8)."""
    return len(wire).to_bytes(_LENGTH_BYTES, "big") + wire


async def _receive_framed(channel: PlainChannel) -> bytes:
    received = b""
    while len(received) < _LENGTH_BYTES or len(received) < _LENGTH_BYTES + _length_of(received):
        data = await channel.receive()
        if not data:
            raise ConnectionError  # without a number: the server closed it
        received += data
    return received[_LENGTH_BYTES:]


def _length_of(framed: bytes) -> int:
    return int.from_bytes(framed[:_LENGTH_BYTES], "big")
