"""TCP connections that are closed however their making ends."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.transport.addresses import MAX_PORT
from tiktoktoe_cli.transport.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Address: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[Any, ...]]
"""One of the resolver's answers, as `getaddrinfo` gives it."""
_OCTET: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_RESOLVERS: Final = Threads(limit=32)
"""Of the whole process, like the name servers that they ask; a loop's own threads would be waited for at exit."""


async def look_up(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a name, in the resolver's order; a literal address is taken without asking.

    Raises:
        OSError: if the name has no address.
        UnicodeError: if no name can be like this.
        OverflowError: if no port can be like this.
    """
    if not 1 <= port <= MAX_PORT:  # the resolver takes it modulo 65536, and another server would answer
        raise OverflowError(port)
    if _IPV4.fullmatch(host):  # the usual case in 1 µs instead of 15
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]
    with suppress(socket.gaierror):  # what needs no name server needs no thread either
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return await _RESOLVERS.call(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


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
