"""Bytes to and from a connected socket, plain or over TLS: nothing is read that nobody has asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from tiktoktoe_cli.transport.encryption import Encryption

if TYPE_CHECKING:
    import socket
    import ssl

    from tiktoktoe_cli.transport.exchange import TlsSession

_AT_MOST: Final = 16 * 1024
"""How many bytes are taken at once: a record of TLS holds no more (RFC 8446, 5.1)."""


class Channel(Protocol):
    """A way to talk with a server; it raises `OSError` when that way is broken."""

    async def send(self, data: bytes) -> None:
        """Send some bytes, all of them."""
        ...

    async def receive(self) -> bytes:
        """Wait for some bytes; none at all are the end."""
        ...


class PlainChannel:
    """A connected socket, read and written through the loop."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    async def send(self, data: bytes) -> None:
        """Send some bytes, all of them."""
        await asyncio.get_running_loop().sock_sendall(self._connection, data)

    async def receive(self) -> bytes:
        """Wait for some bytes; none at all are the end."""
        await asyncio.sleep(0)  # the loop hands over at once what is there, and a flood would stop its clocks
        return await asyncio.get_running_loop().sock_recv(self._connection, _AT_MOST)


class TlsChannel:
    """TLS over another channel, so that a handshake can begin in the middle."""

    def __init__(self, below: Channel, context: ssl.SSLContext, server_name: str) -> None:
        self._below = below
        self._encryption = Encryption(context, server_name)
        self._heard = b""

    async def shake_hands(self) -> TlsSession:
        """Make the handshake; it must come first."""
        data = b""
        while True:
            self._heard += await self._take(data)
            if self._encryption.session:
                return self._encryption.session
            data = await self._below.receive()
            if not data:
                raise ConnectionError

    async def send(self, data: bytes) -> None:
        """Send some bytes, all of them."""
        self._encryption.encrypt(data)
        await self._below.send(self._encryption.outgoing())

    async def receive(self) -> bytes:
        """Wait for some bytes; none at all are the end, also one without a farewell."""
        while not (self._heard or self._encryption.is_over):
            data = await self._below.receive()
            if not data:
                break
            self._heard = await self._take(data)
        heard, self._heard = self._heard, b""
        return heard

    async def part(self) -> None:
        """Say farewell, and wait for what the server says last; an alert is raised, and all else is as good as its."""
        self._encryption.part()
        await self._below.send(self._encryption.outgoing())
        await self.receive()

    async def _take(self, data: bytes) -> bytes:
        """Decrypt what arrived, and send what TLS has to say to it; after an error, that tells the server why."""
        try:
            return self._encryption.decrypt(data)
        finally:
            if answer := self._encryption.outgoing():
                await self._below.send(answer)
