"""The client-credentials grant of OAuth 2.0 (RFC 6749, 4.4): how to ask for a token, and what the answer says; pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.transport.exchange import FailureReason, HttpRequest
from tiktoktoe_cli.transport.foreign import Diagnosis
from tiktoktoe_cli.transport.outcomes import is_transient_status

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.auth import ClientCredentials
    from tiktoktoe_cli.transport.exchange import HttpReply
    from tiktoktoe_cli.transport.route import Route

_MAX_ANSWER_BYTES: Final = 65_536
_MAX_MARGIN_NS: Final = 30 * NS_PER_S
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")  # RFC 6749, A.12, without the space, which no header can carry
_SECONDS: Final = re.compile(r"[0-9]{1,10}")
# what a server may say (RFC 6749, 5.2); anything else might quote what was sent
_KNOWN_ERRORS: Final = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and when it is not to be used any more; None if the server did not say."""

    value: str = field(repr=False)
    stale_at_ns: int | None = None

    def is_fresh(self, now_ns: int) -> bool:
        """Ask whether the token can be used."""
        return self.stale_at_ns is None or now_ns < self.stale_at_ns


def token_request(credentials: ClientCredentials, timeout_ns: int, route: Route) -> HttpRequest:
    """Write the request for a token; it takes the route of the request that needs one, under its own name."""
    form = [("grant_type", "client_credentials")]
    form += [("scope", " ".join(credentials.scopes))] if credentials.scopes else []
    form += credentials.parameters
    if credentials.in_body:
        form += [("client_id", credentials.client_id), ("client_secret", credentials.client_secret)]
    return HttpRequest(
        url=credentials.token_url,
        timeout_ns=timeout_ns,
        method="POST",
        headers=(("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")),
        body=urlencode(form).encode(),
        follow_redirects=False,  # the secret is for this server
        max_body_bytes=_MAX_ANSWER_BYTES,
        auth=None if credentials.in_body else credentials.login,
        route=replace(route, tls=replace(route.tls, server_name=None)),
    )


def read_token(reply: HttpReply, now_ns: int) -> Token | Diagnosis:
    """Read the answer of a token server (RFC 6749, 5.1 and 5.2); nothing that it says is quoted."""
    answer = _members(reply.body)
    if reply.status != 200:  # noqa: PLR2004  # the one status of success
        return _refusal(reply.status, answer.get("error"))
    token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if not (isinstance(token, str) and _TOKEN.fullmatch(token) and str(kind).lower() == "bearer"):
        return Diagnosis(FailureReason.AUTH, "its answer holds no bearer token")
    return Token(token, _stale_at(answer.get("expires_in"), now_ns))


def _members(body: bytes) -> dict[str, Any]:  # Any: JSON
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _refusal(status: int, error: object) -> Diagnosis:
    reason = FailureReason.TOKEN_SERVER if is_transient_status(status) else FailureReason.AUTH
    return Diagnosis(reason, f"it answers {status}" + (f" `{error}`" if error in _KNOWN_ERRORS else ""))


def _stale_at(expires_in: object, now_ns: int) -> int | None:
    """Leave a tenth of the lifetime, at most 30 s, for the way of the token to the server that checks it."""
    if not _SECONDS.fullmatch(str(expires_in)):
        return None
    lifetime_ns = int(str(expires_in)) * NS_PER_S
    return now_ns + lifetime_ns - min(lifetime_ns // 10, _MAX_MARGIN_NS)
