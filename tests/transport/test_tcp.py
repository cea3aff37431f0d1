from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack

import pytest

from tests.transport.servers import closed_port, serving, stay_silent
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import FailureReason, TcpReply, TransportFailure
from tiktoktoe_cli.transport.tcp import connect_tcp

SECOND = 1_000_000_000


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_open_port_is_connected_to(host: str) -> None:
    """A server that listens is reached, by whichever of the addresses of its name answers."""

    async def play() -> TcpReply | TransportFailure:
        async with serving(stay_silent) as port:
            return await connect_tcp(host, port, SECOND, SystemClock())

    reply = asyncio.run(play())

    assert isinstance(reply, TcpReply)
    assert reply.timing.dns_ns
    assert reply.timing.connect_ns
    assert reply.timing.dns_ns + reply.timing.connect_ns == reply.timing.total_ns


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_refuses(host: str) -> None:
    """Where nobody listens, the failure says so, also for a name with several addresses."""
    port = closed_port()

    failure = asyncio.run(connect_tcp(host, port, SECOND, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.REFUSED
    assert failure.message == f"`{host}:{port}` refused the connection"


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
    assert failure.message == f"no connection to `127.0.0.1:{port}` within 200ms"
    assert SECOND // 5 <= failure.timing.total_ns < SECOND


def test_a_name_that_cannot_be_one_is_our_fault() -> None:
    """A label that is too long for DNS is refused before anybody is asked."""
    failure = asyncio.run(connect_tcp("a" * 64 + ".b", 80, SECOND, SystemClock()))

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.INVALID_URL
