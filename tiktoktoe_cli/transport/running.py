"""One HTTP exchange on its way: what it is doing, with whom, for how long, and how it ends."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import h11
import httpx

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.transport.addresses import join_address, without_userinfo
from tiktoktoe_cli.transport.auth import BasicAuth, ClientCredentials
from tiktoktoe_cli.transport.backend import LOOKED_UP
from tiktoktoe_cli.transport.bodies import read_as_sent, read_body
from tiktoktoe_cli.transport.exchange import (
    CREDENTIAL_HEADERS,
    FailureReason,
    HttpReply,
    HttpRequest,
    TransportFailure,
)
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import LOOKED_UP_EVENT, TUNNEL_EVENT, Phases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.route import Route

FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, h11.ProtocolError, OSError, ValueError, OverflowError)
"""What an exchange may raise: errors of httpx, of the system, and of names and ports that cannot be.

httpcore lets through those of h11 about a body of another length than announced, and Python's about an HTTP/2
status that is no number.
"""

_REASONS: Final = (
    (httpx.InvalidURL, FailureReason.INVALID_URL),
    (httpx.UnsupportedProtocol, FailureReason.INVALID_URL),
    (httpx.LocalProtocolError, FailureReason.INVALID_REQUEST),
    (h11.LocalProtocolError, FailureReason.INVALID_REQUEST),
    (ValueError, FailureReason.INVALID_REQUEST),
    (httpx.TooManyRedirects, FailureReason.TOO_MANY_REDIRECTS),
    (httpx.ProxyError, FailureReason.PROXY),
    (httpx.RemoteProtocolError, FailureReason.PROTOCOL),
    (httpx.DecodingError, FailureReason.PROTOCOL),
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


class RunningExchange:
    """One request from its start to its reply or failure."""

    def __init__(self, request: HttpRequest, clock: Clock) -> None:
        self._request = request
        self._clock = clock
        self._phases = Phases(clock.now())
        self._target = without_userinfo(request.url)
        self._redirects = 0
        self._is_tunnelling = False

    async def run(self, client: httpx.AsyncClient) -> HttpReply:
        """Send the request, go where the server points to, and read the answer as far as it is wanted."""
        told = LOOKED_UP.set(self._look_up_ended)
        try:
            response = await self._send(client)
            try:
                if response.status_code not in _STATUSES:
                    raise httpx.RemoteProtocolError("")
                body, is_cut = await read_body(response, self._request.max_body_bytes)
            finally:
                await response.aclose()
        finally:
            LOOKED_UP.reset(told)
        return self._reply(response, body, is_cut=is_cut)

    def refuse(self) -> TransportFailure:
        """End an exchange that cannot even begin."""
        return self._failure(Diagnosis(FailureReason.INVALID_REQUEST))

    def time_out(self) -> TransportFailure:
        """End the exchange because its deadline has passed, and say what it was doing."""
        within = Duration(self._request.timeout_ns).rounded
        message = (
            f"no complete answer of `{self._target}` within {within}, still {self._phases.current.value}"
        )
        timing = self._phases.break_off(self._clock.now())
        return TransportFailure(FailureReason.TIMEOUT, message, timing)

    def fail(self, error: Exception) -> TransportFailure:
        """End the exchange because of one of the `FOREIGN` errors."""
        diagnosis = diagnose(error) or _diagnose_http(error)
        if diagnosis.reason is FailureReason.INVALID_URL and self._phases.has_answer:
            diagnosis = Diagnosis(FailureReason.PROTOCOL, "it redirects to an address that cannot be asked")
        if diagnosis.reason is FailureReason.INVALID_REQUEST and self._phases.is_sent:
            diagnosis = Diagnosis(
                FailureReason.PROTOCOL
            )  # h2 calls it a wrong step of ours to answer wrong ones
        return self._failure(diagnosis)

    def _failure(self, diagnosis: Diagnosis) -> TransportFailure:
        timing = self._phases.break_off(self._clock.now())
        message = diagnosis.describe(self._target)
        return TransportFailure(diagnosis.reason, message, timing, diagnosis.tls_fault)

    def _reply(self, response: httpx.Response, body: bytes, *, is_cut: bool) -> HttpReply:
        return HttpReply(
            status=response.status_code,
            url=without_userinfo(str(response.url)),
            headers=tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in response.headers.raw
            ),
            body=body,
            is_cut=is_cut,
            redirects=self._redirects,
            timing=self._phases.finish(self._clock.now()),
            http_version=response.http_version,
        )

    async def _send(self, client: httpx.AsyncClient) -> httpx.Response:
        """Send it, and follow redirects: httpx would log the passwords in them, and read endless bodies to the end."""
        response = await client.send(self._first(client), stream=True)
        while self._request.follow_redirects and response.next_request:
            try:  # a connection can be used again when nothing is left to read
                await read_as_sent(response, self._request.max_body_bytes)
            finally:
                await response.aclose()
            if self._redirects == self._request.max_redirects:
                raise httpx.TooManyRedirects("")
            self._redirects += 1
            request = follow(response.request, response.next_request)
            self._target = str(request.url)
            response = await client.send(request, stream=True)
        return response

    def _first(self, client: httpx.AsyncClient) -> httpx.Request:
        url = httpx.URL(self._request.url)
        request = client.build_request(
            self._request.method,
            url.copy_with(userinfo=b""),  # httpx logs addresses as they are
            headers=[(name.encode(), value.encode()) for name, value in self._request.headers],
            content=self._request.body or None,
            extensions={"trace": self._trace, "route": self._request.route},
        )
        auth = self._request.auth or (BasicAuth(url.username, url.password) if url.userinfo else None)
        if auth:
            assert not isinstance(auth, ClientCredentials), "its token takes its place"  # noqa: S101  # an invariant
            request.headers["authorization"] = auth.header
        return request

    def _look_up_ended(self) -> None:
        self._phases.see(LOOKED_UP_EVENT, self._clock.now())

    async def _trace(
        self, event: str, info: Mapping[str, Any]
    ) -> None:  # httpcore passes what the event is about
        if event == "connection.connect_tcp.started":
            self._target = join_address(info["host"], info["port"])
        elif event == "http11.send_request_headers.started" and info["request"].method == b"CONNECT":
            event, self._is_tunnelling = TUNNEL_EVENT, True
        elif event == "proxy.start_tls.started":
            self._target, self._is_tunnelling = info["server_hostname"], False
        elif self._is_tunnelling:  # what the proxy answers is no answer
            return
        self._phases.see(event, self._clock.now())


def follow(answered: httpx.Request, request: httpx.Request) -> httpx.Request:
    """Make a redirect fit to be sent: without the password in its address and, to another server, without ours."""
    request.url = request.url.copy_with(userinfo=b"")
    if _is_same_server(answered.url, request.url):
        return request
    for name in CREDENTIAL_HEADERS & request.headers.keys():
        del request.headers[name]
    route: Route = request.extensions["route"]
    tls = replace(route.tls, cert=None, key=None, server_name=None)
    request.extensions = {**request.extensions, "route": replace(route, tls=tls)}
    return request


def _is_same_server(url: httpx.URL, other: httpx.URL) -> bool:
    """Compare origins; the same host on the standard port for TLS is no other server, as httpx sees it too."""
    if url.host != other.host:
        return False
    is_upgrade = (url.scheme, url.port, other.scheme, other.port) == ("http", None, "https", None)
    return is_upgrade or (url.scheme, url.port) == (other.scheme, other.port)


def _diagnose_http(error: Exception) -> Diagnosis:
    """Tell apart what httpx, httpcore, h11 and h2 found wrong without an error of the system."""
    words = str(error).lower()
    early = (reason for beginning, reason in _EARLY_ENDS if words.startswith(beginning))
    by_kind = (reason for kind, reason in _REASONS if isinstance(error, kind))
    if isinstance(error, httpx.RemoteProtocolError) and (reason := next(early, None)):
        return Diagnosis(reason)
    status = _STATUS.match(words) if isinstance(error, httpx.ProxyError) else None
    return Diagnosis(next(by_kind, FailureReason.NETWORK), f"it answers {status[0]}" if status else "")
