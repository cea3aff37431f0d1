"""The web client of checks: plain requests go out lean, and the rich client is loaded when the first one needs it."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Self

from tiktoktoe_cli.transport.foreign import cause_of
from tiktoktoe_cli.transport.journey import Journey
from tiktoktoe_cli.transport.lean import LeanHop
from tiktoktoe_cli.transport.plain import is_plain, write_plain
from tiktoktoe_cli.transport.route import ClientOptions
from tiktoktoe_cli.transport.sockets import look_up
from tiktoktoe_cli.transport.trust import Contexts, TrustError, make_context

if TYPE_CHECKING:
    import ssl
    from types import TracebackType

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.client import HttpClient
    from tiktoktoe_cli.transport.exchange import HttpReply, HttpRequest, TransportFailure
    from tiktoktoe_cli.transport.foreign import Diagnosis


class WebClient:
    """Sends requests, each over a connection of its own, by the leanest way that can do it; the answers are the same.

    A server that redirects may lead from one way to the other. The `contexts` may be shared with what else speaks TLS,
    but for HTTP: the rich client has its own, which httpcore writes the versions of HTTP into.
    """

    def __init__(self, clock: Clock, contexts: Contexts | None = None) -> None:
        self._clock = clock
        self._contexts = contexts or Contexts(make_context)
        self._open = AsyncExitStack()
        self._rich: HttpClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def prepare(self, request: HttpRequest) -> None:
        """Do ahead what would delay the first request of its kind; what is wrong with it, sending it will tell.

        Raises:
            UsageError: if the route asks for HTTP/2 and its package is not installed.
        """
        if not is_plain(request):
            await (await self._rich_client()).prepare(request)
            return
        await look_up("::1", 80)  # Python imports the codec of names
        with suppress(TrustError):
            self._context(request)

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Send a request and read its answer to the end, the limit or the deadline.

        What happens on the way is a value. Credentials, also a user and password in the URL, are sent to the first
        server only, and to no other that it redirects to.

        Raises:
            UsageError: if the route asks for HTTP/2 and its package is not installed.
        """
        if not is_plain(request):
            return await (await self._rich_client()).request(request)
        try:
            self._context(request)  # before the clock of the request starts
        except TrustError as error:
            return Journey(request, self._clock).fail(cause_of(error))
        return await Journey(request, self._clock).make(self._hop)

    async def _hop(self, request: HttpRequest, journey: Journey) -> HttpReply | Diagnosis:
        if not is_plain(request):
            return await (await self._rich_client()).hop(request, journey)
        try:
            context = self._context(request)
        except TrustError as error:
            return cause_of(error)
        return await LeanHop(request, write_plain(request), journey, self._clock, context).run()

    def _context(self, request: HttpRequest) -> ssl.SSLContext | None:
        """Return what TLS needs, if it is used; loading it takes a while, once for each kind of it.

        Raises:
            TrustError: if a file of the TLS options cannot be used.
        """
        if not request.url.startswith("https:"):
            return None
        return self._contexts.get(request.route.tls, http2=False)

    async def _rich_client(self) -> HttpClient:
        if self._rich is None:
            from tiktoktoe_cli.transport.client import HttpClient

            self._rich = await self._open.enter_async_context(HttpClient(self._clock, ClientOptions()))
        return self._rich
