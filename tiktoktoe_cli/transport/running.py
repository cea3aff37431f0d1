"""One HTTP exchange on its way: what it is doing, with whom, for how long, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx

from tiktoktoe_cli.transport.addresses import join_address, without_userinfo
from tiktoktoe_cli.transport.exchange import (
    FailureReason,
    HttpReply,
    HttpRequest,
    TransportFailure,
    shown_duration,
)
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose
from tiktoktoe_cli.transport.phases import Phases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock

FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, OverflowError)
"""What an exchange may raise: errors of httpx, of the system, and of names and ports that cannot be."""

_REASONS: Final = (
    (httpx.InvalidURL, FailureReason.INVALID_URL),
    (httpx.UnsupportedProtocol, FailureReason.INVALID_URL),
    (httpx.LocalProtocolError, FailureReason.INVALID_REQUEST),
    (httpx.TooManyRedirects, FailureReason.TOO_MANY_REDIRECTS),
    (httpx.RemoteProtocolError, FailureReason.PROTOCOL),
    (httpx.DecodingError, FailureReason.PROTOCOL),
    (httpx.NetworkError, FailureReason.CLOSED),
)
# h11 and httpcore tell a connection that ended too early from an answer that is no HTTP by their words alone
_EARLY_ENDS: Final = ("peer closed connection", "peer unexpectedly closed", "server disconnected")


class RunningExchange:
    """One request from its start to its reply or failure."""

    def __init__(self, request: HttpRequest, clock: Clock) -> None:
        self._request = request
        self._clock = clock
        self._phases = Phases(clock.now())
        self._target = without_userinfo(request.url)

    async def run(self, client: httpx.AsyncClient) -> HttpReply:
        """Send the request, and read the answer as far as it is wanted."""
        response = await self._send(client)
        try:
            body, is_cut = await _read_body(response, self._request.max_body_bytes)
        finally:
            await response.aclose()
        return HttpReply(
            status=response.status_code,
            url=without_userinfo(str(response.url)),
            headers=tuple(
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in response.headers.raw
            ),
            body=body,
            is_cut=is_cut,
            redirects=len(response.history),
            timing=self._phases.finish(self._clock.now()),
        )

    def refuse(self) -> TransportFailure:
        """End an exchange that cannot even begin."""
        return self._failure(Diagnosis(FailureReason.INVALID_REQUEST))

    def time_out(self) -> TransportFailure:
        """End the exchange because its deadline has passed, and say what it was doing."""
        within = shown_duration(self._request.timeout_ns)
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
        return self._failure(diagnosis)

    def _failure(self, diagnosis: Diagnosis) -> TransportFailure:
        timing = self._phases.break_off(self._clock.now())
        return TransportFailure(diagnosis.reason, diagnosis.describe(self._target), timing)

    async def _send(self, client: httpx.AsyncClient) -> httpx.Response:
        url = httpx.URL(self._request.url)
        auth = httpx.BasicAuth(url.username, url.password) if url.userinfo else None
        request = client.build_request(
            self._request.method,
            url.copy_with(userinfo=b""),  # httpx logs addresses as they are
            headers=[(name.encode(), value.encode()) for name, value in self._request.headers],
            content=self._request.body or None,
            extensions={"trace": self._trace},
        )
        return await client.send(
            request, stream=True, auth=auth, follow_redirects=self._request.follow_redirects
        )

    async def _trace(
        self, event: str, info: Mapping[str, Any]
    ) -> None:  # httpcore passes what the event is about
        self._phases.see(event, self._clock.now())
        if event == "connection.connect_tcp.started":
            self._target = join_address(info["host"], info["port"])


async def _read_body(response: httpx.Response, limit_bytes: int) -> tuple[bytes, bool]:
    """Read a body up to a limit, and tell whether it was cut there."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit_bytes:
            return bytes(body[:limit_bytes]), True
    return bytes(body), False


def _diagnose_http(error: Exception) -> Diagnosis:
    """Tell apart what httpx, httpcore and h11 found wrong without an error of the system."""
    if isinstance(error, httpx.RemoteProtocolError) and str(error).lower().startswith(_EARLY_ENDS):
        return Diagnosis(FailureReason.CLOSED)
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), FailureReason.NETWORK)
    return Diagnosis(reason)
