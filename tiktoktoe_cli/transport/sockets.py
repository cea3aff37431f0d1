"""TCP connections that are closed however their making ends."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any, TypeAlias

from tiktoktoe_cli.transport.addresses import MAX_PORT

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""One of the resolver's answers, as `getaddrinfo` gives it."""


async def open_socket(host: str, port: int) -> socket.socket:
    """Connect to the first address of a name that accepts, in the resolver's order.

    Raises:
        OSError: if the name has no address, or none of them accepts.
        UnicodeError: if no name can be like this.
        OverflowError: if no port can be like this.
    """
    if not 1 <= port <= MAX_PORT:  # the resolver takes it modulo 65536, and another server would answer
        raise OverflowError(port)
    loop = asyncio.get_running_loop()
    return await connect_first(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))


async def connect_first(addresses: Iterable[Address]) -> socket.socket:
    """Connect to the first of some addresses that accepts; raises the error of the last one if none does.

    `asyncio.open_connection` would merge the errors into a text, and hide the reason.
    """
    failure: OSError | None = None
    for family, kind, protocol, _, address in addresses:
        try:
            return await _connect(socket.socket(family, kind, protocol), address)
        except OSError as error:
            failure = error
    raise failure or socket.gaierror(socket.EAI_NONAME, "no address")


async def _connect(connection: socket.socket, address: tuple[Any, ...]) -> socket.socket:
    connection.setblocking(False)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection
