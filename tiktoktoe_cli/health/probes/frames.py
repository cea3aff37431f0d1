"""The client's side of a WebSocket: the library knows the rules, and here is the pace, which no server sets."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from websockets.exceptions import ConnectionClosedError
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import USER_AGENT, Response
from websockets.protocol import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websockets.client import ClientProtocol

_A_TURN: Final = 1024
"""How many bytes are read in one turn of the loop: of the shortest frames, those are 512."""
_CONTROL: Final = frozenset({Opcode.PING, Opcode.PONG, Opcode.CLOSE})


class Frames:
    """A connection, read as it is asked for: after each turn the loop has its time for all else, and for the limit.

    Answers to pings wait until the server takes them, and with them waits what else it says.
    """

    def __init__(
        self, protocol: ClientProtocol, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._protocol = protocol
        self._reader = reader
        self._writer = writer
        self._events: deque[Response | Frame] = deque()

    async def shake_hands(self, headers: Mapping[str, str]) -> Response:
        """Make the handshake, with these headers too.

        Raises:
            InvalidHandshake: if the answer is none, or another one.
            OSError: if the connection breaks.
        """
        request = self._protocol.connect()
        request.headers.update(headers)
        request.headers.setdefault("User-Agent", USER_AGENT)
        self._protocol.send_request(request)
        await self._send()
        while not self._events and not self._protocol.handshake_exc:
            await self._turn()
        if error := self._protocol.handshake_exc:
            raise error
        response = self._events.popleft()
        assert isinstance(response, Response), "it comes first"  # noqa: S101  # states an invariant
        return response

    async def send(self, text: str) -> None:
        """Send a message.

        Raises:
            ConnectionClosed: if the server has closed the WebSocket.
            OSError: if the connection breaks.
        """
        self._stay_open()
        self._protocol.send_text(text.encode())
        await self._send()

    async def receive(self) -> str | bytes:
        """Wait for a message.

        Raises:
            ConnectionClosed: if none comes any more, or one that breaks the rules.
            OSError: if the connection breaks.
        """
        frame = await self._next()
        opcode, content = frame.opcode, bytearray(frame.data)
        while not frame.fin:
            frame = await self._next()
            content += frame.data
        if opcode is Opcode.BINARY:
            return bytes(content)
        try:
            return content.decode()
        except UnicodeDecodeError as error:  # RFC 6455, 8.1
            self._protocol.fail(CloseCode.INVALID_DATA, error.reason)
            raise self._closed() from error

    async def close(self, patience_s: float) -> None:
        """Part politely, if that is quick."""
        with suppress(OSError):
            async with asyncio.timeout(patience_s):
                if self._protocol.state is State.OPEN:
                    self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
                    await self._send()
                while self._protocol.close_rcvd is None and self._protocol.state is not State.CLOSED:
                    await self._turn()

    async def _next(self) -> Frame:
        while not self._events:
            self._stay_open()
            await self._turn()
        frame = self._events.popleft()
        assert isinstance(frame, Frame), "the handshake is over"  # noqa: S101  # states an invariant
        return frame

    async def _turn(self) -> None:
        """Read a little, and let the loop do something else."""
        if data := await self._reader.read(_A_TURN):
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        self._events += (
            one
            for one in self._protocol.events_received()
            if isinstance(one, Response) or (isinstance(one, Frame) and one.opcode not in _CONTROL)
        )
        await self._send()
        await asyncio.sleep(0)  # what has arrived already is read without waiting

    async def _send(self) -> None:
        if data := b"".join(self._protocol.data_to_send()):
            self._writer.write(data)
            await self._writer.drain()

    def _stay_open(self) -> None:
        if self._protocol.state is not State.OPEN:
            raise self._closed()

    def _closed(self) -> ConnectionClosedError:
        rules = self._protocol
        return ConnectionClosedError(rules.close_rcvd, rules.close_sent, rules.close_rcvd_then_sent)
