"""The http probe: one request, with its redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import HttpReply, HttpRequest
from tiktoktoe_cli.transport.variables import body_of, variables_of

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probe_settings import HttpSettings
    from tiktoktoe_cli.health.probes.outside import Outside


async def probe_http(settings: HttpSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Ask the server, and observe its answer, whatever its status."""
    answer = await outside.client.request(_request(settings, timeout_ns))
    if not isinstance(answer, HttpReply):
        return Observation(answer.timing, failure=Failure.of(answer))
    body = body_of(answer)
    return Observation(answer.timing, variables_of(answer, body), remarks=body.remarks)


def _request(settings: HttpSettings, timeout_ns: int) -> HttpRequest:
    return HttpRequest(
        url=settings.url,
        timeout_ns=timeout_ns,
        method=settings.method,
        headers=tuple(settings.headers.items()),
        body=(settings.body or "").encode(),
        follow_redirects=settings.follow_redirects,
        max_body_bytes=settings.max_body_bytes,
        max_redirects=settings.max_redirects,
        auth=settings.auth.credentials if settings.auth else None,
        route=settings.route,
    )
