"""One hop of the rich client: a request that httpx sends, without its redirects, and how it ends."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import h11
import httpx

from tiktoktoe_cli.transport.addresses import join_address
from tiktoktoe_cli.transport.answers import is_sound
from tiktoktoe_cli.transport.auth import BasicAuth
from tiktoktoe_cli.transport.backend import LOOKED_UP
from tiktoktoe_cli.transport.bodies import Body, PackingError, encoding_of
from tiktoktoe_cli.transport.exchange import FailureReason, HttpReply, HttpRequest
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.headers import headers_of
from tiktoktoe_cli.transport.phases import LOOKED_UP_EVENT, TUNNEL_EVENT
from tiktoktoe_cli.transport.redirects import leads_on
from tiktoktoe_cli.transport.tls_session import session_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.journey import Journey
    from tiktoktoe_cli.transport.pools import Pools

_FOREIGN: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    h11.ProtocolError,
    PackingError,
    OSError,
    ValueError,
    OverflowError,
)
"""What a hop may raise: errors of httpx, of the system, and of names and ports that cannot be.

httpcore lets through those of h11 about a body of another length than announced, and Python's about an HTTP/2
status that is no number.
"""

_REASONS: Final = (
    (httpx.InvalidURL, FailureReason.INVALID_URL),
    (httpx.UnsupportedProtocol, FailureReason.INVALID_URL),
    (httpx.LocalProtocolError, FailureReason.INVALID_REQUEST),
    (h11.LocalProtocolError, FailureReason.INVALID_REQUEST),
    (ValueError, FailureReason.INVALID_REQUEST),
    (httpx.ProxyError, FailureReason.PROXY),
    (httpx.RemoteProtocolError, FailureReason.PROTOCOL),
    (PackingError, FailureReason.PROTOCOL),
    (httpx.NetworkError, FailureReason.CLOSED),
)
# h11, h2 and httpcore tell a connection that ended too early from an answer that is no HTTP by their words alone
_EARLY_ENDS: Final = (
    ("peer closed connection", FailureReason.CLOSED),
    ("peer unexpectedly closed", FailureReason.CLOSED),
    ("server disconnected", FailureReason.CLOSED),
    ("<connectionterminated", FailureReason.CLOSED),
    ("<streamreset", FailureReason.RESET),
)
_STATUS: Final = re.compile(r"[0-9]{3}\b")
_STATUSES: Final = range(100, 1000)  # three digits (RFC 9110, 15); h2 takes any number


class RunningHop:
    """One request from its start to its reply or to what went wrong."""

    def __init__(self, request: HttpRequest, journey: Journey, clock: Clock) -> None:
        self._request = request
        self._journey = journey
        self._clock = clock
        self._is_tunnelling = False

    async def run(self, pools: Pools) -> HttpReply | Diagnosis:
        """Send the request, and read the answer as far as it is wanted.

        It goes to the pools at once: an `httpx.AsyncClient` would log addresses as they are, keep cookies, and fail
        with every redirect that leads nowhere, also if nobody follows it.
        """
        told = LOOKED_UP.set(self._look_up_ended)
        try:
            return await self._exchange(self._written(pools.connection), pools)
        except _FOREIGN as error:
            diagnosis = diagnose(error) or _diagnose_http(error)
        finally:
            LOOKED_UP.reset(told)
        if diagnosis.reason is FailureReason.INVALID_REQUEST and self._journey.phases.is_sent:
            return Diagnosis(FailureReason.PROTOCOL)  # h2 calls it a wrong step of ours to answer wrong ones
        return diagnosis

    async def _exchange(self, request: httpx.Request, pools: Pools) -> HttpReply:
        response = await pools.handle_async_request(request)
        try:
            if response.status_code not in _STATUSES:
                raise httpx.RemoteProtocolError("")
            return await self._read(response, str(request.url))
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, url: str) -> HttpReply:
        """Read an answer; the body of a redirect is not unpacked, as nobody will look at it."""
        stream = response.extensions["network_stream"]
        connection = stream.get_extra_info("ssl_object")  # the end of the connection would take it along
        session, peer = session_of(connection) if connection else None, stream.get_extra_info("peername")
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers.raw
        )
        if not is_sound(response.http_version, headers):
            raise httpx.RemoteProtocolError("")
        is_last = not leads_on(self._request, response.status_code, headers)
        body = Body(encoding_of(headers) if is_last else "", self._request.max_body_bytes)
        async for piece in response.aiter_raw():
            body.take(piece)
            if body.is_cut:
                break
        return HttpReply(
            status=response.status_code,
            url=url,
            headers=headers,
            body=body.finish(),
            is_cut=body.is_cut,
            redirects=self._journey.redirects,
            timing=self._journey.phases.finish(self._clock.now()),
            http_version=response.http_version,
            ip=peer[0] if peer else "",
            tls=session,
        )

    def _written(self, connection: str) -> httpx.Request:
        url = httpx.URL(self._request.url)
        login = BasicAuth(url.username, url.password) if url.userinfo else None
        asked = replace(self._request, auth=self._request.auth or login)
        return httpx.Request(
            asked.method,
            url.copy_with(userinfo=b""),
            headers=[(name.encode(), value.encode()) for name, value in headers_of(asked, connection)],
            content=asked.body or None,
            extensions={"trace": self._trace, "route": asked.route},
        )

    def _look_up_ended(self) -> None:
        self._journey.phases.see(LOOKED_UP_EVENT, self._clock.now())

    async def _trace(
        self, event: str, info: Mapping[str, Any]
    ) -> None:  # httpcore passes what the event is about
        if event == "connection.connect_tcp.started":
            self._journey.target = join_address(info["host"], info["port"])
        elif event == "http11.send_request_headers.started" and info["request"].method == b"CONNECT":
            event, self._is_tunnelling = TUNNEL_EVENT, True
        elif event == "proxy.start_tls.started":
            self._journey.target, self._is_tunnelling = info["server_hostname"], False
        elif self._is_tunnelling:  # what the proxy answers is no answer
            return
        self._journey.phases.see(event, self._clock.now())


def _diagnose_http(error: Exception) -> Diagnosis:
    """Tell apart what httpx, httpcore, h11 and h2 found wrong without an error of the system."""
    words = str(error).lower()
    early = (reason for beginning, reason in _EARLY_ENDS if words.startswith(beginning))
    by_kind = (reason for kind, reason in _REASONS if isinstance(error, kind))
    if isinstance(error, httpx.RemoteProtocolError) and (reason := next(early, None)):
        return Diagnosis(reason)
    status = _STATUS.match(words) if isinstance(error, httpx.ProxyError) else None
    return Diagnosis(next(by_kind, FailureReason.NETWORK), f"it answers {status[0]}" if status else "")
