"""A small HTTP/1.1 server: h11 reads and writes the protocol, asyncio the sockets. It knows no route."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import h11

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.health.listening.messages import Request, Response
from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_CHUNK_BYTES: Final = 4096
_LINGER_S: Final = 0.5
_MOST_LINGERING: Final = 64
"""How many chunks of what nobody wants to read are read all the same before a connection is closed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take: the size of a request's head, time to send it or to read a part of the answer, places."""

    head_bytes: int = 16 * 1024
    patience_ns: int = 15 * NS_PER_S
    connections: int = 128


class Server:
    """Serves connections: one request after the other, each answered by the function that it is given."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], limits: Limits) -> None:
        self._answer = answer
        self._limits = limits
        self._serving: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end; one too many is closed at once."""
        task = asyncio.current_task()
        assert task is not None, "a connection has its task"  # noqa: S101  # states an invariant
        try:
            if len(self._serving) < self._limits.connections:
                self._serving.add(task)
                await Conversation(reader, writer, self._limits).hold(self._answer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # whoever asked has left or is too slow, or we are: nobody is there to tell
        finally:
            self._serving.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def stop(self) -> None:
        """Break off what is being served."""
        tasks = list(self._serving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Conversation:
    """One connection: requests come in, responses go out, in turn."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader = reader
        self._writer = writer
        self._patience_s = limits.patience_ns / NS_PER_S
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_bytes)

    async def hold(self, answer: Callable[[Request], Awaitable[Response]]) -> None:
        """Answer requests until one side is done; one that is no HTTP is told so, and was the last."""
        try:
            while (head := await self._next_head()) is not None:
                request = _read(head)
                bad = Response.text(400, "the target of the request is no path")
                await self._send(await answer(request) if request else bad, head)
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    return await self._part()
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                await self._send(Response.text(error.error_status_hint, "this is no request in HTTP/1.1"))
                await self._part()

    async def _part(self) -> None:
        """Say that no more comes, and read what is still on its way: to close at once would take back the answer.

        RFC 9112, 9.6 describes it.
        """
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_S):
                for _ in range(_MOST_LINGERING):
                    if not await self._reader.read(_CHUNK_BYTES):
                        return

    async def _next_head(self) -> h11.Request | None:
        """Read the next request as far as it has no body; one with a body is answered and then closed."""
        event = await self._event()
        if not isinstance(event, h11.Request):
            return None
        if not any(name in {b"content-length", b"transfer-encoding"} for name, _ in event.headers):
            await self._event()
        return event

    async def _event(self) -> object:  # one of the many events of h11
        async with asyncio.timeout(self._patience_s):
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(_CHUNK_BYTES))
        return event

    async def _send(self, response: Response, head: h11.Request | None = None) -> None:
        closing = [] if self._http.their_state is h11.DONE else [("Connection", "close")]
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(response.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *response.headers,
            *closing,
        ]
        reason = HTTPStatus(response.status).phrase
        parts = [self._http.send(h11.Response(status_code=response.status, headers=headers, reason=reason))]
        if head is None or head.method != b"HEAD":
            parts.append(self._http.send(h11.Data(data=response.body)))
        parts.append(self._http.send(h11.EndOfMessage()))
        self._writer.write(b"".join(part for part in parts if part))
        async with asyncio.timeout(self._patience_s):
            await self._writer.drain()


def _read(head: h11.Request) -> Request | None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    return Request.read(head.method.decode("latin-1"), head.target.decode("latin-1"), headers)


def _reason(error: OSError) -> str:
    """Say why the system refused; asyncio puts words of its own in the place of the system's."""
    if isinstance(error, socket.gaierror):
        return reason_of(error)
    return os.strerror(error.errno).lower() if error.errno else "this machine has no such address"


@asynccontextmanager
async def serving(
    host: str, port: int, answer: Callable[[Request], Awaitable[Response]], limits: Limits = Limits()
) -> AsyncIterator[str]:
    """Listen while the block runs, and yield the address; afterwards nothing of it is left.

    Raises:
        UsageError: if it cannot be listened there.
    """
    server = Server(answer, limits)
    try:
        listener = await asyncio.start_server(server.serve, host, port)
    except OSError as error:
        message = f"cannot listen on `{join_address(host, port)}`: {_reason(error)}"
        raise UsageError(message, hint="choose another `--listen`") from None
    try:
        yield join_address(host, listener.sockets[0].getsockname()[1])
    finally:
        listener.close()
        await server.stop()
        await listener.wait_closed()
