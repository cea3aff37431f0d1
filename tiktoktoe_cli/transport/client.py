"""The HTTP client. It imports httpx, and so is one to import late."""

from __future__ import annotations

import asyncio
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final, Self

import httpcore
import httpx

from tiktoktoe_cli import __version__
from tiktoktoe_cli.config.units import NANOSECONDS
from tiktoktoe_cli.transport.backend import AsyncioBackend
from tiktoktoe_cli.transport.running import FOREIGN, RunningExchange
from tiktoktoe_cli.transport.trust import trusted_context

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.exchange import HttpReply, HttpRequest, TransportFailure

MAX_REDIRECTS: Final = 10  # as Prometheus' blackbox exporter
_HEADERS: Final = {
    "user-agent": f"tiktoktoe/{__version__}",
    "accept-encoding": "identity",  # what need not be unpacked cannot become huge before its limit is seen
    "connection": "close",
}


class HttpClient:
    """Sends requests, each on a connection of its own, so that a connection that died unnoticed fails none.

    Proxies and certificates that the environment names are not used (`trust_env=False`): a check must ask the
    address that the configuration names, the same on every machine. Cookies are not kept: what one server sets
    must not reach the next request. The TLS context is made once, when the first `https` address is met.
    """

    def __init__(self, clock: Clock, make_tls: Callable[[], ssl.SSLContext] = trusted_context) -> None:
        self._clock = clock
        self._secure = _LateTransport(make_tls)
        self._client = httpx.AsyncClient(
            # the context of the plain one is never used: `https` goes to the other
            transport=_LateTransport(lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            mounts={"https://": self._secure},
            headers=_HEADERS,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            max_redirects=MAX_REDIRECTS,
            timeout=None,  # noqa: S113  # the one deadline below covers what httpx would time piece by piece
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def request(self, request: HttpRequest) -> HttpReply | TransportFailure:
        """Send a request and read its answer to the end, the limit or the deadline; raises nothing but cancellation.

        A user and password in the URL are sent as Basic authentication, to the first host only.
        """
        try:
            self._prepare(request)
        except OSError as error:
            return RunningExchange(request, self._clock).fail(error)
        return await self._run(request, RunningExchange(request, self._clock))

    def _prepare(self, request: HttpRequest) -> None:
        """Load what TLS trusts before the clock of the first request that needs it starts."""
        if request.url.lower().startswith("https:"):
            self._secure.open()

    async def _run(self, request: HttpRequest, exchange: RunningExchange) -> HttpReply | TransportFailure:
        if not request.is_sendable:
            return exchange.refuse()
        try:
            async with asyncio.timeout(request.timeout_ns / NANOSECONDS["s"]):
                return await exchange.run(self._client)
        except TimeoutError:
            return exchange.time_out()
        except FOREIGN as error:
            return exchange.fail(error)


class _LateTransport(httpx.AsyncBaseTransport):
    """Opens its pool with the first request: loading the trusted certificates takes a while, and is rarely needed."""

    def __init__(self, make_tls: Callable[[], ssl.SSLContext]) -> None:
        self._make_tls = make_tls
        self._transport: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.open().handle_async_request(request)

    def open(self) -> httpx.AsyncHTTPTransport:
        """Open it, unless it is open."""
        if self._transport is None:
            self._transport = _open_transport(self._make_tls())
        return self._transport

    async def aclose(self) -> None:
        if self._transport:
            await self._transport.aclose()


def _open_transport(context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001  # httpx gives no other way to choose a network
        ssl_context=context,
        max_connections=None,
        max_keepalive_connections=0,
        network_backend=AsyncioBackend(),
    )
    return transport
