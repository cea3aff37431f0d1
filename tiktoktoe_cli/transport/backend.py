"""The network under httpcore: plain asyncio sockets instead of anyio's streams.

httpcore's own backend leaves the connection open when a TLS handshake is cancelled, which is what a deadline does
(`AnyIOStream.start_tls` closes only on `Exception`). This one closes it, tells when a name has been looked up, and
needs fewer layers for a request. Timeouts are not looked at: the deadline of the request covers all of it.
"""

from __future__ import annotations

import asyncio
import select
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

import httpcore

from tiktoktoe_cli.transport.answers import PIECE_BYTES
from tiktoktoe_cli.transport.sockets import connect_first, look_up

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

LOOKED_UP: Final[ContextVar[Callable[[], None]]] = ContextVar("looked_up")
"""What the running exchange wants to be told; httpcore has no event between the name and the connection."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects to a host and a port; over TLS, `server_name` is asked for instead of the host."""

    def __init__(self, server_name: str | None = None) -> None:
        self._server_name = server_name

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # httpcore's names
        local_address: str | None = None,  # noqa: ARG002  # httpcore's names
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  # httpcore's names
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that accepts."""
        addresses = await look_up(host, port)
        LOOKED_UP.get()()
        return _PlainStream(await connect_first(addresses), self._server_name)


class _PlainStream(httpcore.AsyncNetworkStream):
    """A connected socket, read and written through the loop."""

    def __init__(self, connection: socket.socket, server_name: str | None) -> None:
        self._connection = connection
        self._peer = connection.getpeername()
        self._server_name = server_name
        self._loop = asyncio.get_running_loop()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  # httpcore's names
        await asyncio.sleep(0)  # the loop hands over at once what is there, and a flood would stop its clocks
        return await self._loop.sock_recv(self._connection, min(max_bytes, PIECE_BYTES))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109  # httpcore's names
        try:
            await self._loop.sock_sendall(self._connection, buffer)
        except OSError as error:
            raise httpcore.WriteError from error  # httpcore then reads the answer that may have come early

    async def aclose(self) -> None:
        self._connection.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # httpcore's names
    ) -> httpcore.AsyncNetworkStream:
        # asyncio closes the socket if the handshake fails or is cancelled
        return _TlsStream(
            *await asyncio.open_connection(
                sock=self._connection, ssl=ssl_context, server_hostname=self._server_name or server_hostname
            )
        )

    def get_extra_info(self, info: str) -> Any:  # Any: httpcore's
        """Tell whether an idle connection has something to read, which is its end, or who is at the other one."""
        if info == "is_readable":
            return _has_input(self._connection)
        return self._peer if info == "peername" else None


class _TlsStream(httpcore.AsyncNetworkStream):
    """An encrypted connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  # httpcore's names
        await asyncio.sleep(0)  # as above
        return await self._reader.read(min(max_bytes, PIECE_BYTES))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109  # httpcore's names
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError from error

    async def aclose(self) -> None:
        self._writer.transport.abort()  # a polite end would wait for the other side's
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn

    def get_extra_info(self, info: str) -> Any:  # Any: httpcore's
        """Tell whether an idle connection has ended, or what asyncio knows about it."""
        if info == "is_readable":
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


def _has_input(connection: socket.socket) -> bool:
    watcher = select.poll()
    watcher.register(connection, select.POLLIN)
    return bool(watcher.poll(0))
