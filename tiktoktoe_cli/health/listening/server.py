"""A small HTTP/1.1 server: h11 reads and writes the protocol, asyncio the sockets. It knows no route."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
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
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from typing import Any, TypeAlias

    Answer: TypeAlias = Callable[[Request], Awaitable[Response]]
    Say: TypeAlias = Callable[[str], None]

_CHUNK_BYTES: Final = 4096
_LINGER_S: Final = 0.5
_BREATH_S: Final = 0.1
_MOST_LINGERING: Final = 64
"""How many chunks of what nobody wants to read are read all the same before a connection is closed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may take: the size of a request's head, time to send it or to read a part of the answer, places."""

    head_bytes: int = 16 * 1024
    patience_ns: int = 15 * NS_PER_S
    connections: int = 128


class Server:
    """Serves connections: one request after the other, each answered by the function that it is given.

    Where all places are taken, the connection that has been idle for longest goes for the next one; while none is
    idle, the next one waits.
    """

    def __init__(self, answer: Answer, limits: Limits, say: Say) -> None:
        self._answer = answer
        self._limits = limits
        self._say = say
        self._serving: set[asyncio.Task[None]] = set()
        self._idle: dict[asyncio.Task[None], None] = {}  # in the order in which they became so
        self._news = asyncio.Event()

    async def accept(self, listener: socket.socket) -> None:
        """Take what comes, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError as error:  # no more files, or whoever came has left
                self._say(f"cannot take a connection: {reason_of(error)}")
                await asyncio.sleep(_BREATH_S)
                continue
            try:
                await self._make_room()
            except asyncio.CancelledError:
                connection.close()
                raise
            self._serving.add(loop.create_task(self._serve(connection)))

    async def _make_room(self) -> None:
        while len(self._serving) >= self._limits.connections:
            self._news.clear()
            if self._idle:
                next(iter(self._idle)).cancel()
            await self._news.wait()

    async def _serve(self, connection: socket.socket) -> None:
        """Serve one connection to its end."""
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            await Conversation(reader, writer, self._limits, self._waiting).hold(self._safely)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass  # whoever asked has left or is too slow, or we are: nobody is there to tell
        finally:
            task = asyncio.current_task()
            assert task is not None, "a connection has its task"  # noqa: S101  # states an invariant
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()
            self._serving.discard(task)
            self._news.set()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """Let this connection go for another one while it waits for a request."""
        task = asyncio.current_task()
        assert task is not None, "a connection has its task"  # noqa: S101  # states an invariant
        self._idle[task] = None
        self._news.set()
        try:
            yield
        finally:
            del self._idle[task]

    async def _safely(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except Exception as error:  # noqa: BLE001  # whatever it is: no page may take down the watch
            self._say(f"`{request.path}` cannot be answered, a bug in tiktoktoe: {type(error).__name__}")
            return Response.text(500, "this cannot be answered, which is a bug in tiktoktoe")

    async def stop(self) -> None:
        """Break off what is being served."""
        tasks = list(self._serving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Conversation:
    """One connection: requests come in, responses go out, in turn."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: Limits,
        waiting: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._waiting = waiting
        self._patience_s = limits.patience_ns / NS_PER_S
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_bytes)

    async def hold(self, answer: Answer) -> None:
        """Answer requests until one side is done; one that is no HTTP is told so, and was the last."""
        try:
            while (head := await self._next_head()) is not None:
                request = _read(head)
                bad = Response.text(400, "the target of the request is no path")
                await self._send(await self._answered(answer, request) if request else bad, head)
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    return await self._part()
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            if self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                await self._send(Response.text(error.error_status_hint, "this is no request in HTTP/1.1"))
                await self._part()

    async def _answered(self, answer: Answer, request: Request) -> Response:
        """Wait for an answer as long as somebody does who gets it; to be half closed is to have left, as in Go's http.

        Raises:
            ConnectionError: if whoever asked has left.
        """
        tasks = answering, coming = [
            asyncio.ensure_future(answer(request)),
            asyncio.ensure_future(self._reader.read(_CHUNK_BYTES)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if coming.done():
                self._http.receive_data(coming.result())
                if not coming.result() and not answering.done():
                    raise ConnectionError
            return await answering
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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
        with self._waiting():
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


async def _listeners(host: str, port: int, stack: ExitStack) -> list[socket.socket]:
    """Listen on each address of a host.

    Raises:
        UsageError: if it cannot be listened there.
    """
    loop = asyncio.get_running_loop()
    listeners = []
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, address in dict.fromkeys((one[0], one[4]) for one in found):
            listener = stack.enter_context(socket.create_server(address, family=family))
            listener.setblocking(False)
            listeners.append(listener)
    except OSError as error:
        message = f"cannot listen on `{join_address(host, port)}`: {_reason(error)}"
        raise UsageError(message, hint="choose another `--listen`") from None
    return listeners


@contextmanager
def _in_one_line(say: Say) -> Iterator[None]:
    """Say what the loop stumbles over in a line, each thing once, where it would write tracebacks."""
    loop, said = asyncio.get_running_loop(), set()

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # Any: asyncio's
        error = context.get("exception")
        words = f"{context['message']}: {type(error).__name__}" if error else context["message"]
        if words not in said:
            said.add(words)
            say(words)

    before = loop.get_exception_handler()
    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


@asynccontextmanager
async def serving(host: str, port: int, answer: Answer, limits: Limits, say: Say) -> AsyncIterator[str]:
    """Listen while the block runs, and yield the address; afterwards nothing of it is left.

    What goes wrong with a connection, and is nobody's answer, is said in a line.

    Raises:
        UsageError: if it cannot be listened there.
    """
    server = Server(answer, limits, say)
    with ExitStack() as stack:
        listeners = await _listeners(host, port, stack)
        stack.enter_context(_in_one_line(say))
        accepting = [asyncio.create_task(server.accept(one)) for one in listeners]
        try:
            yield join_address(host, listeners[0].getsockname()[1])
        finally:
            for task in accepting:
                task.cancel()
            await asyncio.gather(*accepting, return_exceptions=True)
            await server.stop()
