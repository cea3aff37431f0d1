"""The http probe: one request, with its redirects."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from tiktoktoe_cli.health.answers import observe_answer
from tiktoktoe_cli.health.observation import Failure, Observation
from tiktoktoe_cli.transport import HttpReply, HttpRequest

if TYPE_CHECKING:
    from tiktoktoe_cli.health.probe_settings import AuthSettings, HttpSettings
    from tiktoktoe_cli.health.probes.outside import Outside


async def probe_http(settings: HttpSettings, timeout_ns: int, outside: Outside) -> Observation:
    """Ask the server, and observe its answer, whatever its status."""
    answer = await outside.client.request(_request(settings, timeout_ns))
    if isinstance(answer, HttpReply):
        return observe_answer(answer)
    return Observation(answer.timing, failure=Failure.of(answer))


def _request(settings: HttpSettings, timeout_ns: int) -> HttpRequest:
    authorization = [("authorization", _authorization(settings.auth))] if settings.auth else []
    return HttpRequest(
        url=settings.url,
        timeout_ns=timeout_ns,
        method=settings.method,
        headers=(*settings.headers.items(), *authorization),
        body=(settings.body or "").encode(),
        follow_redirects=settings.follow_redirects,
    )


def _authorization(auth: AuthSettings) -> str:
    """Write the header of RFC 7617 or RFC 6750."""
    if auth.bearer:
        return f"Bearer {auth.bearer.get_secret_value()}"
    assert auth.basic is not None, "the settings hold exactly one kind"  # noqa: S101  # states an invariant
    pair = f"{auth.basic.username}:{auth.basic.password.get_secret_value()}"
    return f"Basic {b64encode(pair.encode()).decode()}"
