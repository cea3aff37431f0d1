"""Where an answer leads to: the request that follows a redirect, without what only the first server may know; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from tiktoktoe_cli.config.masking import sounds_secret
from tiktoktoe_cli.transport.addresses import DEFAULT_PORTS, without_userinfo
from tiktoktoe_cli.transport.auth import BasicAuth
from tiktoktoe_cli.transport.exchange import CREDENTIAL_HEADERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.transport.auth import Auth
    from tiktoktoe_cli.transport.exchange import HttpReply, HttpRequest

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})  # RFC 9110, 15.4
_OF_A_SERVER: Final = CREDENTIAL_HEADERS | {"host"}


def leads_on(request: HttpRequest, status: int, headers: Iterable[tuple[str, str]]) -> bool:
    """Ask whether an answer's head is that of a redirect which the request wants followed."""
    return (
        request.follow_redirects and status in _REDIRECTS and any(name == "location" for name, _ in headers)
    )


def redirected(request: HttpRequest, reply: HttpReply) -> HttpRequest:
    """Return the request that follows a redirect.

    Its method changes as in browsers (Fetch, 4.4). What says who we are, and the name that was meant for the
    first server, is not told to another one; a user and password in the new address are not used.

    Raises:
        ValueError: if the address cannot be read.
    """
    first = urlsplit(request.url)
    location = urljoin(without_userinfo(request.url), _text(reply.header("location") or ""))
    target = urlsplit(without_userinfo(location))
    following = replace(
        request,
        url=(target if target.fragment else target._replace(fragment=first.fragment)).geturl(),
        auth=request.auth or _login(first),
    )
    if (method := _method(request.method.upper(), reply.status)) != request.method.upper():
        following = replace(following, method=method, body=b"")
    return following if _is_same_server(first, target) else _without_credentials(following)


def _method(method: str, status: int) -> str:
    if (status in {302, 303} and method != "HEAD") or (status == 301 and method == "POST"):  # noqa: PLR2004  # as named
        return "GET"
    return method


def _text(value: str) -> str:
    """Read an address that was sent as UTF-8, which is not allowed and usual."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value


def _login(url: SplitResult) -> Auth | None:
    """Return the user and password of an address."""
    if not (url.username or url.password):
        return None
    return BasicAuth(unquote(url.username or ""), unquote(url.password or ""))


def _is_same_server(url: SplitResult, other: SplitResult) -> bool:
    """Compare origins; the same host on the standard port for TLS is no other server, as httpx sees it too."""
    if url.hostname != other.hostname:
        return False
    is_upgrade = (url.scheme, _port(url), other.scheme, _port(other)) == ("http", 80, "https", 443)
    return is_upgrade or (url.scheme, _port(url)) == (other.scheme, _port(other))


def _port(url: SplitResult) -> int | None:
    return url.port or DEFAULT_PORTS.get(url.scheme)


def _without_credentials(request: HttpRequest) -> HttpRequest:
    tls = replace(request.route.tls, cert=None, key=None, server_name=None)
    return replace(
        request,
        auth=None,
        headers=tuple(
            (name, value)
            for name, value in request.headers
            if name.lower() not in _OF_A_SERVER and not sounds_secret(name)
        ),
        route=replace(request.route, tls=tls),
    )
