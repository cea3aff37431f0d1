"""The connection pools of a client: one for each route, opened with its first request."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final, cast

import httpcore
import httpx

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.transport.backend import AsyncioBackend
from tiktoktoe_cli.transport.sockets import look_up
from tiktoktoe_cli.transport.trust import Contexts

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.route import ClientOptions, ProxyOptions, Route
    from tiktoktoe_cli.transport.trust import MakeContext


class Pools:
    """Opens and keeps the pools; `connection` is what requests say about what becomes of theirs."""

    def __init__(self, options: ClientOptions, make_context: MakeContext) -> None:
        self.connection: Final = "keep-alive" if options.keep_alive else "close"
        self._options = options
        self._contexts = Contexts(make_context)
        self._open: dict[tuple[Route, bool], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it through the pool that its extension `route` asks for.

        Raises:
            httpx.InvalidURL: if it names no host, or the port 0, which httpcore takes for the usual one.
        """
        if request.url.port == 0 or not request.url.host:
            raise httpx.InvalidURL("")
        pool = self.get(request.extensions["route"], secure=request.url.scheme == "https")
        return await pool.handle_async_request(request)

    def get(self, route: Route, *, secure: bool) -> httpx.AsyncHTTPTransport:
        """Return the pool of a route; loading what TLS trusts takes a while, and is done for `secure` ones only.

        Raises:
            TrustError: if a file of the TLS options cannot be used.
            UsageError: if HTTP/2 is asked for and its package is not installed.
        """
        pool = self._open.get((route, secure))
        if pool is None:
            pool = self._open[route, secure] = self._make(route, secure=secure)
        return pool

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._open.values():
            await pool.aclose()

    def _make(self, route: Route, *, secure: bool) -> httpx.AsyncHTTPTransport:
        http2 = secure and route.http2
        if http2:
            require_http2()
        # the context of a plain one is never used
        context = (
            self._contexts.get(route.tls, http2=http2) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        )
        pool = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
        pool._pool = _Pool(  # noqa: SLF001  # httpx gives no other way to choose a network
            ssl_context=context,
            proxy=_proxy(route.proxy) if route.proxy else None,
            max_connections=self._options.max_connections,
            max_keepalive_connections=None if self._options.keep_alive else 0,
            keepalive_expiry=self._options.max_idle_ns / NS_PER_S,
            http2=http2,
            network_backend=AsyncioBackend(route.tls.server_name),
        )
        return pool


class _Pool(httpcore.AsyncConnectionPool):
    """Gives up tunnels that came to nothing: httpcore would count them for ever, neither usable nor closed."""

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        connection = super().create_connection(origin)
        return cast("httpcore.AsyncConnectionInterface", _Tunnel(connection)) if self._proxy else connection


class _Tunnel:
    """A connection through a proxy; it is closed if its first request fails, and otherwise as it was."""

    def __init__(self, connection: httpcore.AsyncConnectionInterface) -> None:
        self._connection = connection
        self._has_served = False

    def __getattr__(self, name: str) -> Any:  # Any: whatever the pool asks of a connection
        return getattr(self._connection, name)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        try:
            response = await self._connection.handle_async_request(request)
        except BaseException:
            if not self._has_served:
                await self._connection.aclose()
            raise
        self._has_served = True
        return response


async def warm_up() -> None:
    """Make a request without a network: with its first one httpcore imports half of anyio, which takes 30 ms."""
    await look_up("::1", 80)  # Python imports the codec of names
    network = httpcore.AsyncMockBackend([b"HTTP/1.1 204 No Content\r\n\r\n"])
    async with httpcore.AsyncConnectionPool(network_backend=network) as pool:
        await pool.request("GET", "http://127.0.0.1/")


def require_http2() -> None:
    """Make sure that HTTP/2 can be spoken.

    Raises:
        UsageError: if the package for it is not installed; the hint says how to install it.
    """
    try:
        import h2.connection  # noqa: F401  # httpcore would look for it in the middle of a request
    except ImportError:
        raise UsageError("`http2` needs the package `h2`", hint="run `pip install h2`") from None


def _proxy(options: ProxyOptions) -> httpcore.Proxy:
    url = httpcore.URL(scheme="http", host=options.host, port=options.port, target="/")
    login = (options.username.encode(), options.password.encode()) if options.username else None
    return httpcore.Proxy(url, auth=login)
