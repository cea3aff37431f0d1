"""The http probe: one request, with its redirects."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import Field

from tiktoktoe_cli.config.fields import Text
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.health.probes.settings import ProbeSettings
from tiktoktoe_cli.transport import HttpReply, HttpRequest
from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS
from tiktoktoe_cli.transport.plain import is_plain
from tiktoktoe_cli.transport.settings import (
    AnswerSettings,
    AuthSettings,
    Headers,
    Method,
    RouteSettings,
    WebAddress,
)
from tiktoktoe_cli.transport.variables import body_of, text_of, variables_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from tiktoktoe_cli.health.documents import HealthDocument
    from tiktoktoe_cli.health.probes.outside import Outside
    from tiktoktoe_cli.transport import TransportFailure


_OF_BODY: Final = frozenset({"body", "text"})


class HealthDocumentChoice(StrEnum):
    """Whether the body says itself how its service is."""

    AUTO = "auto"
    NONE = "none"


class HttpProbe(RouteSettings, AnswerSettings, ProbeSettings):
    """Ask a web server, over a connection that is new each time.

    Variables: status (int), body (what its JSON holds, else text), text, headers (by name in lower case), url (the
    last one), redirects (how many), http_version, ip, and tls over https; timing has dns, connect, tls, ttfb,
    transfer and total.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "status",
        "body",
        "text",
        "headers",
        "url",
        "redirects",
        "http_version",
        "ip",
        "tls",
    )
    assumed: ClassVar[tuple[str, ...]] = ("status >= 200 && status < 300",)
    target: ClassVar[str] = "url"
    late: ClassVar[tuple[str, ...]] = ("orjson",)

    url: WebAddress
    """The address, `http://` or `https://`."""
    method: Method = "GET"
    """The method; the default is `GET`."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    body: Text | None = None
    """What to send as the body; the default is nothing."""
    auth: AuthSettings | None = None
    """How to authenticate; the default is not to."""
    health_document: HealthDocumentChoice = HealthDocumentChoice.NONE
    """`auto` reads the body as application/health+json, or as Spring, MicroProfile or ASP.NET write it: what it says
    of itself counts, and its parts are shown. A body that is none of these then makes the check fail."""

    @property
    def listens_at(self) -> tuple[str, int]:
        """The host and port of the URL."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]

    @property
    def need(self) -> Hashable:
        """The lean client or the rich one, plain or over TLS, by the route."""
        request = self._request(0)
        return type(self), is_plain(request), request.route, self.url.startswith("https:")

    async def prepare(self, outside: Outside) -> None:
        """Load the client that the request is for, and what TLS trusts."""
        self.load()
        await outside.client.prepare(self._request(0))

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Ask the server, and observe its answer, whatever its status."""
        answer = await outside.request(self._request(timeout_ns))
        if not isinstance(answer, HttpReply):
            failure = await self._look_again(answer, timeout_ns - answer.timing.total_ns, outside)
            return Observation(answer.timing, failure=Failure.of(failure), session=failure.tls)
        body = body_of(answer)
        values: dict[str, Any] = {  # CEL is dynamically typed
            **variables_of(answer, body),
            "text": body.value if isinstance(body.value, str) else text_of(answer),
            "redirects": answer.redirects,
            "http_version": answer.http_version,
            "ip": answer.ip,
        }
        return Observation(
            answer.timing,
            values,
            remarks=body.remarks,
            session=answer.tls,
            cut=_OF_BODY if answer.is_cut else frozenset(),
            document=self._document(answer, values),
        )

    async def _look_again(
        self, failure: TransportFailure, left_ns: int, outside: Outside
    ) -> TransportFailure:
        """Look once more at a server whose certificate was refused, to tell what it is and when it ends.

        Not through a proxy, and not where the certificate may be another server's that this one redirected to.
        """
        is_here = failure.timing.ttfb_ns is None and self.proxy is None
        if not (is_here and failure.tls_fault and failure.tls_fault.is_of_certificate):
            return failure
        from tiktoktoe_cli.transport.tcp import TcpRequest

        request = TcpRequest(*self.listens_at, left_ns, self.tls.options)
        return await outside.tcp.look_again(request, failure)

    def _document(self, answer: HttpReply, values: Mapping[str, Any]) -> HealthDocument | None:
        if self.health_document is HealthDocumentChoice.NONE:
            return None
        from tiktoktoe_cli.health.documents import UNREADABLE, read_document

        kind = answer.header("content-type") or ""
        return read_document(values["body"], values["text"], kind) or UNREADABLE

    def _request(self, timeout_ns: int) -> HttpRequest:
        return HttpRequest(
            url=self.url,
            timeout_ns=timeout_ns,
            method=self.method,
            headers=tuple(self.headers.items()),
            body=(self.body or "").encode(),
            follow_redirects=self.follow_redirects,
            max_body_bytes=self.max_body_bytes,
            max_redirects=self.max_redirects,
            auth=self.auth.credentials if self.auth else None,
            route=self.route,
        )
