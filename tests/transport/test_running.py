from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tiktoktoe_cli.transport import ProxyOptions, Route, TlsOptions
from tiktoktoe_cli.transport.running import follow

ROUTE = Route(
    TlsOptions(Path("ca"), Path("cert"), Path("key"), server_name="shop.example"), ProxyOptions("p", 1)
)


def followed(url: str, location: str) -> httpx.Request:
    """Follow a redirect from one address to another, with credentials."""
    headers = {"authorization": "Bearer t", "x-api-key": "k", "accept": "*/*"}
    answered = httpx.Request("GET", url)
    return follow(answered, httpx.Request("GET", location, headers=headers, extensions={"route": ROUTE}))


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://a/x", "http://a/y"),
        ("https://a:8443/x", "https://a:8443/y"),
        ("http://a/x", "https://a/x"),
        ("http://a:80/x", "http://a/x"),
    ],
)
def test_the_same_server_hears_the_same(url: str, location: str) -> None:
    """Within a server, and on its way to TLS, credentials and names stay."""
    request = followed(url, location)

    assert (request.headers["authorization"], request.headers["x-api-key"]) == ("Bearer t", "k")
    assert request.extensions["route"] == ROUTE


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://a/", "http://b/"),
        ("http://a/", "http://a:81/"),
        ("https://a/", "http://a/"),
        ("http://a:81/", "https://a/"),
        ("http://a/", "http://a.b/"),
    ],
)
def test_another_server_hears_no_credentials(url: str, location: str) -> None:
    """Neither headers nor our certificate are shown, and the name that was meant for the first is not asked for."""
    request = followed(url, location)

    assert set(request.headers) == {"host", "accept"}
    assert request.extensions["route"] == Route(TlsOptions(Path("ca")), ProxyOptions("p", 1))


def test_a_password_in_a_redirect_is_not_used() -> None:
    """A server does not say who we are."""
    assert followed("http://a/", "http://u:p@a/x").url == httpx.URL("http://a/x")
