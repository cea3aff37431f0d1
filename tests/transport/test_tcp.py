from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.transport.calling import SECOND, call, called
from tests.transport.servers import closed_port, flood, reset, serving, stay_silent, trickle
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, TcpReply, TransportFailure
from tiktoktoe_cli.transport.calls import UnexpectedAnswerError
from tiktoktoe_cli.transport.tcp import TcpClient, TcpRequest, connect_tcp

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.channels import Channel


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_open_port_is_connected_to(host: str) -> None:
    """A server that listens is reached, by whichever of the addresses of its name answers."""

    async def play() -> TcpReply | TransportFailure:
        async with serving(stay_silent) as port:
            return await connect_tcp(host, port, SECOND, SystemClock())

    reply = asyncio.run(play())

    assert isinstance(reply, TcpReply)
    assert (reply.ip, reply.tls) == ("127.0.0.1", None)
    assert reply.timing.dns_ns
    assert reply.timing.connect_ns
    assert reply.timing.dns_ns + reply.timing.connect_ns <= reply.timing.total_ns
    assert (reply.timing.tls_ns, reply.timing.ttfb_ns, reply.timing.transfer_ns) == (None, None, None)


def test_a_server_on_ipv6_alone_is_connected_to() -> None:
    """The newer protocol needs nothing of the older one."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        reply = asyncio.run(connect_tcp("::1", server.getsockname()[1], SECOND, SystemClock()))

    assert isinstance(reply, TcpReply)
    assert reply.ip == "::1"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_refuses(host: str) -> None:
    """Where nobody listens, the failure says so, also for a name with several addresses."""
    port = closed_port()

    failure = asyncio.run(connect_tcp(host, port, SECOND, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.REFUSED
    assert failure.message == f"`{host}:{port}` refused the connection"
    assert failure.timing.dns_ns
    assert failure.timing.connect_ns is None


def test_a_host_that_does_not_answer_is_given_up_in_time() -> None:
    """A connection that is never accepted ends at the deadline."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = server.getsockname()[1]
        for _ in range(3):  # the system's queue for a backlog of 0 takes one or two
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

        failure = asyncio.run(connect_tcp("127.0.0.1", port, SECOND // 5, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message == f"no connection to `127.0.0.1:{port}` within 200ms, still connecting"
    assert SECOND // 5 <= failure.timing.total_ns < SECOND


def test_a_name_that_nobody_has_is_told() -> None:
    """A name of the domain that is kept free for this (RFC 2606) does not resolve."""
    failure = asyncio.run(connect_tcp("nobody.invalid", 80, 20 * SECOND, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.DNS
    assert failure.timing.dns_ns is None


def test_a_name_that_cannot_be_one_is_our_fault() -> None:
    """A label that is too long for DNS is refused before anybody is asked."""
    failure = asyncio.run(connect_tcp("a" * 64 + ".b", 80, SECOND, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.INVALID_URL


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)
    writer.write(b"hello ")
    await asyncio.sleep(0.05)
    writer.write(await reader.readline())
    await writer.drain()


def test_a_talk_goes_both_ways_and_is_timed() -> None:
    """Until the first word the server is waited for; what follows is the transfer."""
    heard: list[bytes] = []

    async def talk(channel: Channel) -> None:
        heard.append(await channel.receive())
        await channel.send(b"world\n")
        while data := await channel.receive():
            heard.append(data)

    reply = called(_greet, talk=talk)

    assert isinstance(reply, TcpReply)
    assert b"".join(heard) == b"hello world\n"
    assert reply.timing.ttfb_ns
    assert reply.timing.transfer_ns
    assert min(reply.timing.ttfb_ns, reply.timing.transfer_ns) >= SECOND // 25


def test_who_only_talks_waits_for_nobody() -> None:
    """Without a word of the server there is no time to its first one."""

    async def talk(channel: Channel) -> None:
        await channel.send(b"hello")

    reply = called(stay_silent, talk=talk)

    assert (reply.timing.ttfb_ns, reply.timing.transfer_ns) == (None, None)


async def _listen(channel: Channel) -> None:
    while await channel.receive():
        pass


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    """A port that accepts and stays silent is told apart from one that does not accept."""
    failure = called(stay_silent, talk=_listen, timeout_ns=SECOND // 5)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.message.endswith("` within 200ms")
    assert "no complete answer of `127.0.0.1:" in failure.message
    assert failure.timing.connect_ns


@pytest.mark.parametrize("behave", [flood, trickle])
def test_a_server_that_never_ends_is_given_up_in_time(behave: object) -> None:
    """Neither a flood nor a drip keeps the deadline from being heard."""
    failure = called(behave, talk=_listen, timeout_ns=SECOND // 5)  # type: ignore[arg-type]

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TIMEOUT
    assert failure.timing.total_ns < SECOND


def test_a_connection_that_breaks_off_is_told() -> None:
    """A reset in the middle of a talk is a failure with its reason."""
    failure = called(reset, talk=_listen)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.RESET


def test_a_talk_may_find_the_answer_wrong() -> None:
    """What goes against the protocol is told with the words of who found it."""

    async def talk(_channel: Channel) -> None:
        raise UnexpectedAnswerError("it says `moo`")

    failure = called(stay_silent, talk=talk)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.PROTOCOL
    assert failure.message.endswith("` does not answer as expected: it says `moo`")


def test_a_call_that_is_cancelled_hangs_up() -> None:
    """Whoever stops waiting leaves no connection open."""
    ended = asyncio.Event()

    async def watch(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()
        ended.set()

    async def play() -> None:
        async with serving(watch) as port:
            waiting = asyncio.create_task(call(port, talk=_listen))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await asyncio.wait_for(ended.wait(), 2)

    asyncio.run(play())

    assert ended.is_set()


def test_calls_do_not_wait_for_each_other() -> None:
    """One client makes many calls at the same time."""

    async def play() -> list[TcpReply | TransportFailure]:
        async with serving(stay_silent) as port:
            client = TcpClient(SystemClock())
            request = TcpRequest("127.0.0.1", port, SECOND // 5)
            return await asyncio.gather(*(client.connect(request, _listen) for _ in range(50)))

    failures = asyncio.run(play())

    assert {one.timing.total_ns // SECOND for one in failures} == {0}
