from __future__ import annotations

from pathlib import Path

import pytest

from tiktoktoe_cli.transport import (
    BasicAuth,
    BearerAuth,
    HttpReply,
    HttpRequest,
    ProxyOptions,
    Route,
    Timing,
    TlsOptions,
)
from tiktoktoe_cli.transport.redirects import leads_on, redirected

ROUTE = Route(
    TlsOptions(Path("ca"), Path("cert"), Path("key"), server_name="shop.example"), ProxyOptions("p", 1)
)
HEADERS = (
    ("X-API-Key", "k"),
    ("X-Auth-Token", "t"),
    ("Cookie", "c"),
    ("Host", "shop.example"),
    ("Accept", "*/*"),
)


def pointing(location: str, status: int = 302) -> HttpReply:
    """Make an answer that leads elsewhere."""
    return HttpReply(status, "", (("location", location),), b"", is_cut=False, redirects=0, timing=Timing(0))


def followed(url: str, location: str) -> HttpRequest:
    """Follow a redirect from one address to another, with credentials."""
    request = HttpRequest(url, 1, headers=HEADERS, auth=BearerAuth("t"), route=ROUTE)
    return redirected(request, pointing(location))


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://a/x", "http://a/y"),
        ("https://a:8443/x", "https://a:8443/y"),
        ("http://a/x", "https://a/x"),
        ("http://a:80/x", "http://a/x"),
        ("http://a/x", "HTTP://A/y"),
        ("http://a/x", "/y"),
        ("http://a/x", "//a/y"),
    ],
)
def test_the_same_server_hears_the_same(url: str, location: str) -> None:
    """Within a server, and on its way to TLS, credentials and names stay."""
    request = followed(url, location)

    assert (request.headers, request.auth, request.route) == (HEADERS, BearerAuth("t"), ROUTE)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://a/", "http://b/"),
        ("http://a/", "http://a:81/"),
        ("https://a/", "http://a/"),
        ("http://a:81/", "https://a/"),
        ("http://a/", "http://a.b/"),
        ("http://a/", "//b/"),
    ],
)
def test_another_server_hears_no_credentials(url: str, location: str) -> None:
    """Neither headers nor our certificate are shown, and the names that were meant for the first are not used."""
    request = followed(url, location)

    assert (request.headers, request.auth) == ((("Accept", "*/*"),), None)
    assert request.route == Route(TlsOptions(Path("ca")), ProxyOptions("p", 1))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("there", "http://a/p/there"),
        ("../there?x=y", "http://a/there?x=y"),
        ("?x=y", "http://a/p/q?x=y"),
        ("http://u:p@a/x", "http://a/x"),
        ("/x", "http://a/x"),
        ("/gr\xc3\xbcn", "http://a/gr\xfcn"),
        ("/gr\xfcn", "http://a/gr\xfcn"),
    ],
)
def test_an_address_is_read_from_where_it_was_said(location: str, url: str) -> None:
    """It is relative to the one that was asked (RFC 3986, 5.2); a password in it is not used."""
    assert redirected(HttpRequest("http://a/p/q", 1), pointing(location)).url == url


def test_a_fragment_is_handed_on() -> None:
    """The new address has the fragment of the old one unless it has its own (RFC 9110, 10.2.2)."""
    request = HttpRequest("http://a/#part", 1)

    assert redirected(request, pointing("/x")).url == "http://a/x#part"
    assert redirected(request, pointing("/x#other")).url == "http://a/x#other"


def test_the_login_of_an_address_stays_with_its_server() -> None:
    """A user and password in the first address are told the same server again, and no other."""
    request = HttpRequest("http://user:open%20sesame@a/", 1)

    assert redirected(request, pointing("/x")).auth == BasicAuth("user", "open sesame")
    assert redirected(request, pointing("http://b/x")).auth is None


@pytest.mark.parametrize(
    ("method", "status", "following"),
    [
        ("POST", 301, "GET"),
        ("PUT", 301, "PUT"),
        ("POST", 302, "GET"),
        ("PUT", 302, "GET"),
        ("HEAD", 302, "HEAD"),
        ("POST", 303, "GET"),
        ("HEAD", 303, "HEAD"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
    ],
)
def test_the_method_changes_as_in_browsers(method: str, status: int, following: str) -> None:
    """What was sent is sent again only where the method stays."""
    request = redirected(HttpRequest("http://a/", 1, method, body=b"abc"), pointing("/x", status))

    assert (request.method, request.body) == (following, b"abc" if following == method else b"")


@pytest.mark.parametrize(
    ("status", "headers", "follow", "leads"),
    [
        (302, (("location", "/"),), True, True),
        (302, (("location", "/"),), False, False),
        (302, (), True, False),
        (200, (("location", "/"),), True, False),
        (304, (("location", "/"),), True, False),
    ],
)
def test_only_redirects_lead_on(
    status: int, headers: tuple[tuple[str, str], ...], *, follow: bool, leads: bool
) -> None:
    """A redirect has one of five statuses and says where to; whoever does not want it sees it as the answer."""
    request = HttpRequest("http://a/", 1, follow_redirects=follow)

    assert leads_on(request, status, headers) is leads
