"""The network under httpcore: plain asyncio sockets instead of anyio's streams.

httpcore's own backend leaves the connection open when a TLS handshake is cancelled, which is what a deadline does
(`AnyIOStream.start_tls` closes only on `Exception`). This one closes it, and needs fewer layers for a request.
Timeouts are not looked at: the deadline of the request covers all of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

from tiktoktoe_cli.transport.sockets import open_socket

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterable


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects to a host and a port."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # httpcore's names
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that accepts."""
        return _PlainStream(await open_socket(host, port))


class _PlainStream(httpcore.AsyncNetworkStream):
    """A connected socket, read and written through the loop."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        return await self._loop.sock_recv(self._connection, max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
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
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        # asyncio closes the socket if the handshake fails or is cancelled
        return _TlsStream(
            *await asyncio.open_connection(
                sock=self._connection, ssl=ssl_context, server_hostname=server_hostname
            )
        )


class _TlsStream(httpcore.AsyncNetworkStream):
    """An encrypted connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109
        return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError from error

    async def aclose(self) -> None:
        self._writer.transport.abort()  # a polite end would wait for the other side's
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn

    def get_extra_info(self, info: str) -> Any:  # Any: httpcore's
        return self._writer.get_extra_info(info)
