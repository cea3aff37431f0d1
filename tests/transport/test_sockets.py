from __future__ import annotations

import asyncio
import socket

import pytest

from tests.transport.servers import closed_port, serving, stay_silent
from tiktoktoe_cli.transport.sockets import Address, connect_first


def loopback(port: int) -> Address:
    """Make an answer of the resolver that leads to a port of this machine."""
    return socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)


def test_the_next_address_is_tried() -> None:
    """A name with a dead address and a living one is reached."""

    async def play() -> tuple[int, int]:
        async with serving(stay_silent) as port:
            with await connect_first([loopback(closed_port()), loopback(port)]) as connection:
                return port, connection.getpeername()[1]

    expected, reached = asyncio.run(play())

    assert reached == expected


def test_if_none_accepts_the_last_error_is_told() -> None:
    """Two dead addresses refuse; the reason is not lost among them."""
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(connect_first([loopback(closed_port()), loopback(closed_port())]))


def test_a_name_without_addresses_is_a_failed_look_up() -> None:
    """No address is as good as no name."""
    with pytest.raises(socket.gaierror):
        asyncio.run(connect_first([]))
