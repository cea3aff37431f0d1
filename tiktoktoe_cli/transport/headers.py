"""What a request says in its headers, whichever client sends it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli import __version__
from tiktoktoe_cli.transport.auth import ClientCredentials

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.exchange import HttpRequest

_USUAL: Final = (
    ("accept", "*/*"),
    ("user-agent", f"tiktoktoe/{__version__}"),
    ("accept-encoding", "identity"),  # what need not be unpacked cannot become huge before its limit is seen
)


def headers_of(request: HttpRequest, connection: str = "close") -> list[tuple[str, str]]:
    """List the headers, without `Host` and `Content-Length`; what the request says replaces what is usual."""
    said = {name.lower() for name, _ in request.headers}
    usual = [(name, value) for name, value in (*_USUAL, ("connection", connection)) if name not in said]
    if request.auth is None:
        return [*usual, *request.headers]
    assert not isinstance(request.auth, ClientCredentials), "its token takes its place"  # noqa: S101  # an invariant
    others = [(name, value) for name, value in request.headers if name.lower() != "authorization"]
    return [*usual, *others, ("authorization", request.auth.header)]
