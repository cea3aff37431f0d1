from __future__ import annotations

import asyncio
import errno
import os
import socket
from socket import AddressFamily
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from tests.transport.name_servers import name_server
from tests.transport.servers import closed_port
from tests.transport.test_echo import replied
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, TransportFailure
from tiktoktoe_cli.transport.icmp import EchoNotPermittedError, EchoReply, EchoRequest, ask_for_echoes

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.transport.name_servers import Answers

SECOND = 1_000_000_000
MS = 1_000_000


def may_ask() -> bool:
    """Tell whether this process may open a socket for echoes."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return True
    return False


def has_ipv6() -> bool:
    """Tell whether this machine has the loopback of IPv6."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(("::1", 9)) == 0


needs_permission = pytest.mark.skipif(not may_ask(), reason="this process may not open sockets for ICMP")


async def ask(
    request: EchoRequest, timeout_ns: int = 5 * SECOND, kind: type[socket.socket] = socket.socket
) -> EchoReply | TransportFailure:
    """Ask for echoes."""
    return await ask_for_echoes(request, timeout_ns, SystemClock(), kind)


def socket_to(port: int, opened: list[tuple[int, int]]) -> type[socket.socket]:
    """Make a kind of socket that needs no permission: of UDP, and whatever it is connected to, it reaches this port.

    As with a datagram socket for ICMP, the kernel gives it a number of its own. What was opened is noted, with the
    limit of hops that it has in the end.
    """

    class Connected(socket.socket):
        def __init__(self, family: int, kind: int, protocol: int) -> None:
            assert (family, kind, protocol) == (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
            super().__init__(socket.AF_INET, socket.SOCK_DGRAM)

        def connect(self, address: Any, /) -> None:
            super().connect((address[0], port))
            opened.append((self.getsockname()[1], self.getsockopt(socket.IPPROTO_IP, socket.IP_TTL)))

    return Connected


def refusing(*numbers: int) -> type[socket.socket]:
    """Make a kind of socket that fails with these errors, one after the other."""
    left = list(numbers)

    class Refused(socket.socket):
        def __init__(self, *_: int) -> None:
            number = left.pop(0)
            raise OSError(number, os.strerror(number))

        def close(self) -> None:  # never opened
            pass

        def __del__(self) -> None:
            pass

    return Refused


def answered(answers: Answers, request: EchoRequest, timeout_ns: int = 5 * SECOND) -> EchoReply:
    """Ask a host that treats each request like this."""

    async def play() -> EchoReply | TransportFailure:
        async with name_server(answers) as port:
            return await ask(request, timeout_ns, socket_to(port, []))

    reply = asyncio.run(play())
    assert isinstance(reply, EchoReply), reply
    return reply


def echoing(packet: bytes) -> list[bytes]:
    """Give a request back."""
    return [replied(AddressFamily.AF_INET, packet)]


@needs_permission
@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("ip", ["127.0.0.1", "::1"])
def test_the_loopback_gives_back_what_it_is_sent(
    run: Callable[..., EchoReply | TransportFailure], ip: str
) -> None:
    """Over both versions of IP and on both loops, three requests have three echoes."""
    if ":" in ip and not has_ipv6():
        pytest.skip("this machine has no IPv6")

    reply = run(ask(EchoRequest(ip, count=3)))

    assert isinstance(reply, EchoReply)
    assert (reply.ip, reply.sent, len(reply.round_trips_ns)) == (ip, 3, 3)
    assert all(0 < spent_ns < SECOND for spent_ns in reply.round_trips_ns)
    assert reply.timing.ttfb_ns == sum(reply.round_trips_ns) // 3
    assert reply.timing.dns_ns is not None


@needs_permission
@pytest.mark.parametrize("size_bytes", [0, 1, 1472, 65_507])
def test_echoes_are_as_long_as_wanted(size_bytes: int) -> None:
    """From nothing to the longest packet that there is."""
    reply = asyncio.run(ask(EchoRequest("127.0.0.1", size_bytes=size_bytes)))

    assert isinstance(reply, EchoReply)
    assert len(reply.round_trips_ns) == 1


@needs_permission
def test_many_ask_at_the_same_time() -> None:
    """Raw sockets hear what all others are told, and nobody takes another's echo for its own."""

    async def play() -> list[EchoReply | TransportFailure]:
        return await asyncio.gather(*(ask(EchoRequest("127.0.0.1", count=2)) for _ in range(50)))

    replies = asyncio.run(play())

    assert [len(reply.round_trips_ns) for reply in replies if isinstance(reply, EchoReply)] == [2] * 50


def test_without_privileges_the_kernel_numbers_the_requests() -> None:
    """A datagram socket's own number is the identifier, and the limit of hops is the one that was asked for."""
    opened: list[tuple[int, int]] = []
    heard: list[bytes] = []

    def answers(packet: bytes) -> list[bytes]:
        heard.append(packet)
        return echoing(packet)

    async def play() -> EchoReply | TransportFailure:
        async with name_server(answers) as port:
            return await ask(EchoRequest("127.0.0.1", size_bytes=3, ttl=7), kind=socket_to(port, opened))

    reply = asyncio.run(play())

    ((number, hops),) = opened
    assert isinstance(reply, EchoReply)
    assert (int.from_bytes(heard[0][4:6], "big"), hops, len(heard[0])) == (number, 7, 8 + 3)


def test_pauses_between_requests_are_not_waited_for() -> None:
    """Three echoes that come at once take as long as their round trips, and not the two tenths between them."""
    reply = answered(echoing, EchoRequest("127.0.0.1", count=3))

    assert sum(reply.round_trips_ns) <= reply.timing.total_ns < 100 * MS


def test_lost_requests_are_counted() -> None:
    """Every second of four gets lost: two come back, and the rest is waited for until the time is over."""
    numbers: list[int] = []

    def answers(packet: bytes) -> list[bytes]:
        numbers.append(int.from_bytes(packet[6:8], "big"))
        return echoing(packet) if numbers[-1] % 2 else []

    reply = answered(answers, EchoRequest("127.0.0.1", count=4), timeout_ns=400 * MS)

    assert numbers == [0, 1, 2, 3]
    assert (reply.sent, len(reply.round_trips_ns)) == (4, 2)
    assert reply.timing.total_ns >= 400 * MS


def test_an_echo_counts_once() -> None:
    """Some networks deliver twice; two echoes of one request are not those of two."""
    reply = answered(
        lambda packet: echoing(packet) * 2, EchoRequest("127.0.0.1", count=2), timeout_ns=400 * MS
    )

    assert len(reply.round_trips_ns) == 2


@pytest.mark.parametrize(
    "answers",
    [
        lambda packet: echoing(packet[:-1] + bytes([packet[-1] ^ 1])),
        lambda packet: echoing(packet[:5] + bytes([packet[5] ^ 1]) + packet[6:]),
        lambda packet: echoing(packet[:7] + bytes([packet[7] ^ 1]) + packet[8:]),
        lambda packet: [packet],
        lambda _: [b""],
    ],
    ids=["other payload", "other identifier", "other number", "no reply", "nothing"],
)
def test_what_nobody_asked_for_is_passed_over(answers: Answers) -> None:
    """Only a whole echo of a request of ours is one."""
    reply = answered(answers, EchoRequest("127.0.0.1"), timeout_ns=100 * MS)

    assert (reply.sent, reply.round_trips_ns, reply.timing.ttfb_ns) == (1, (), None)


def test_a_flood_of_others_ends_at_the_deadline() -> None:
    """As long as there is something to read, the clock is looked at all the same."""
    reply = answered(lambda packet: [packet] * 2000, EchoRequest("127.0.0.1"), timeout_ns=200 * MS)

    assert reply.timing.total_ns < SECOND


@pytest.mark.parametrize(
    "numbers", [(errno.EACCES, errno.EPERM), (errno.EPROTONOSUPPORT, errno.EPERM)], ids=["linux", "other"]
)
def test_who_may_not_ask_is_told(numbers: tuple[int, int]) -> None:
    """Neither kind of socket is there for everybody."""
    with pytest.raises(EchoNotPermittedError):
        asyncio.run(ask(EchoRequest("127.0.0.1"), kind=refusing(*numbers)))


def test_a_machine_without_descriptors_is_our_fault() -> None:
    """What prevents a socket otherwise is told with its reason."""
    reply = asyncio.run(ask(EchoRequest("127.0.0.1"), kind=refusing(errno.EMFILE)))

    assert isinstance(reply, TransportFailure)
    assert (reply.reason, reply.reason.is_ours) == (FailureReason.LOCAL, True)


def test_a_closed_port_on_the_way_is_told() -> None:
    """Somebody said that it is in vain, and nobody waits for the deadline."""
    reply = asyncio.run(ask(EchoRequest("127.0.0.1"), kind=socket_to(closed_port(), [])))

    assert isinstance(reply, TransportFailure)
    assert (reply.reason, reply.message) == (FailureReason.REFUSED, "`127.0.0.1` refused the connection")


def test_an_unknown_name_is_a_failed_look_up() -> None:
    """A host that has no address cannot be asked."""
    reply = asyncio.run(ask(EchoRequest("nobody.invalid")))

    assert isinstance(reply, TransportFailure)
    assert reply.reason in {FailureReason.DNS, FailureReason.TIMEOUT}
