"""Connections by TCP, over TLS where asked for, that are closed however their making ends."""

from __future__ import annotations

import asyncio
import socket

from tiktoktoe_cli.transport.addresses import MAX_PORT


async def open_socket(host: str, port: int) -> socket.socket:
    """Connect to the first address of a name that accepts, in the resolver's order.

    `asyncio.open_connection` would merge the errors of several addresses into a text.

    Raises:
        OSError: if the name has no address, or none of them accepts: the error of the last one.
        UnicodeError: if no name can be like this.
        OverflowError: if no port can be like this.
    """
    if not 1 <= port <= MAX_PORT:  # the resolver takes it modulo 65536, and another server would answer
        raise OverflowError(port)
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            return await _connect(socket.socket(family, kind, protocol), address)
        except OSError as error:
            failure = error
    raise failure or socket.gaierror(socket.EAI_NONAME, "no address")


async def _connect(connection: socket.socket, address: tuple[object, ...]) -> socket.socket:
    connection.setblocking(False)
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection
