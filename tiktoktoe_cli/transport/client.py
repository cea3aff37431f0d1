"""The rich HTTP client: proxies, HTTP/2, tokens, kept connections. It imports httpx, and so is one to import late."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from tiktoktoe_cli.transport.auth import ClientCredentials
from tiktoktoe_cli.transport.foreign import cause_of
from tiktoktoe_cli.transport.journey import Journey
from tiktoktoe_cli.transport.pools import Pools, warm_up
from tiktoktoe_cli.transport.route import ClientOptions
from tiktoktoe_cli.transport.running import RunningHop
from tiktoktoe_cli.transport.tokens import Tokens
from tiktoktoe_cli.transport.trust import make_context

if TYPE_CHECKING:
    from types import TracebackType

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.exchange import HttpReply, HttpRequest, TransportFailure
    from tiktoktoe_cli.transport.foreign import Diagnosis
    from tiktoktoe_cli.transport.trust import MakeContext

_TELLING_LOGGERS: Final = ("httpcore.http11", "httpcore.http2", "httpcore.proxy", "hpack")
"""At level DEBUG they write down headers: cookies, the passwords in redirects, and hpack those of requests too."""


class HttpClient:
    """Sends requests; the options say what it does with its connections, each request says its own route.

    Proxies and certificates that the environment names are not used: a check must ask the address that the
    configuration names, the same on every machine. Cookies are not kept: what one server sets must not reach the
    next request. What TLS trusts is loaded once for each kind of it, with its first request.
    """

    def __init__(
        self, clock: Clock, options: ClientOptions | None = None, make_context: MakeContext = make_context
    ) -> None:
        options = options or ClientOptions()
        self._clock = clock
        self._tokens = Tokens(clock, options.learn)
        self._pools = Pools(options, make_context)
        self._is_warm = False
        for name in _TELLING_LOGGERS:
            logging.getLogger(name).setLevel(logging.INFO)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pools.aclose()

    async def prepare(self, request: HttpRequest) -> None:
        """Do ahead what would delay the first request of its kind; what is wrong with it, sending it will tell.

        Raises:
            UsageError: if the route asks for HTTP/2 and its package is not installed.
        """
        with suppress(OSError):
            await self._prepare(request)

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Send a request and read its answer to the end, the limit or the deadline.

        What happens on the way is a value. Credentials, also a user and password in the URL, are sent to the first
        server only, and to no other that it redirects to.

        Raises:
            UsageError: if the route asks for HTTP/2 and its package is not installed.
        """
        if isinstance(request.auth, ClientCredentials):
            return await self._tokens.request(request, request.auth, self._exchange)
        return await self._exchange(request)

    async def hop(self, request: HttpRequest, journey: Journey) -> HttpReply | Diagnosis:
        """Ask one server once, as part of a journey; it has no credentials of a client in it.

        Raises:
            UsageError: if the route asks for HTTP/2 and its package is not installed.
        """
        return await RunningHop(request, journey, self._clock).run(self._pools)

    async def _exchange(self, request: HttpRequest) -> HttpReply | TransportFailure:
        try:
            await self._prepare(request)  # before the clock of the request starts
        except OSError as error:
            return Journey(request, self._clock).fail(cause_of(error))
        return await Journey(request, self._clock).make(self.hop)

    async def _prepare(self, request: HttpRequest) -> None:
        """Warm up, once for all requests, and load what TLS trusts, once for each kind of it.

        Raises:
            TrustError: if a file of the TLS options cannot be used.
            UsageError: if HTTP/2 is asked for and its package is not installed.
        """
        if not self._is_warm:
            self._is_warm = True
            await warm_up()
        self._pools.get(request.route, secure=request.url.lower().startswith("https:"))
