from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport import ClientCredentials, HttpRequest, ProxyOptions, Route
from tiktoktoe_cli.transport.plain import is_plain, write_plain

HOSTS = st.sampled_from(["127.0.0.1", "255.0.9.250", "shop.example", "a-b.c1", "localhost", "h"])
PORTS = st.sampled_from(["", ":1", ":80", ":443", ":8080", ":59999", ":65535"])
PIECES = st.sampled_from(
    ["/", "a", "Z9", ".", "..", "~", "%20", "%C3%BC", "@", ":", ";", "=", "&", "!$()*+,", "-_"]
)
PATHS = st.lists(PIECES).map(lambda pieces: "/" + "".join(pieces))
QUERIES = st.lists(st.one_of(PIECES, st.just("?"))).map(lambda pieces: "?" + "".join(pieces))


@given(
    st.sampled_from(["http", "https"]),
    HOSTS,
    PORTS,
    st.one_of(st.just(""), PATHS),
    st.one_of(st.just(""), QUERIES),
)
def test_a_plain_address_is_what_httpx_makes_of_it(
    scheme: str, host: str, port: str, path: str, query: str
) -> None:
    """Where the lean client takes an address, it asks for the same as the rich one, and shows the same."""
    url = f"{scheme}://{host}{port}{path}{query}"

    request = HttpRequest(url, 1)

    if is_plain(request):
        plain = write_plain(request)
        parsed = httpx.URL(url)
        assert (plain.host, plain.url) == (parsed.host, str(parsed))
        assert plain.port == (parsed.port or {"http": 80, "https": 443}[scheme])
        assert plain.payload.split(b" ")[1] == parsed.raw_path


@given(st.text(), st.text(alphabet="ab.-:[]0123456789%/?#@\\ \t\0Ü", max_size=20))
def test_no_odd_address_is_plain(start: str, rest: str) -> None:
    """Whatever is not understood without doubt is left to the rich client: what is plain, httpx reads as it stands."""
    url = f"{start}{rest}" if start else f"http://{rest}"

    if is_plain(HttpRequest(url, 1)):
        assert httpx.URL(url).host in url


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "http://h:8080/.well-known/health?full=yes",
        "https://shop.example/a/..b",
    ],
)
def test_a_usual_address_is_plain(url: str) -> None:
    """Nothing about it has to be encoded or resolved."""
    assert is_plain(HttpRequest(url, 1))


@pytest.mark.parametrize(
    "options",
    [
        {"url": "http://user@h/"},
        {"url": "http://H/"},
        {"url": "http://[::1]/"},
        {"url": "http://127.0.0.256/"},
        {"url": "http://1.2.3/"},
        {"url": "http://h:0/"},
        {"url": "http://h:65536/"},
        {"url": "http://h/a/../b"},
        {"url": "http://h/a/."},
        {"url": "http://h/%2f"},
        {"url": "http://h/a b"},
        {"url": "http://h/#part"},
        {"url": "http://h/\r\nX: y"},
        {"url": "http://h/\n"},
        {"url": "ftp://h/"},
        {"method": "CONNECT"},
        {"headers": (("Transfer-Encoding", "chunked"),)},
        {"headers": (("content-length", "1"),)},
        {"headers": (("Expect", "100-continue"),)},
        {"body": bytes(16_385)},
        {"route": Route(proxy=ProxyOptions("p", 1))},
        {"route": Route(http2=True)},
        {"auth": ClientCredentials("http://t/", "id", "secret")},
    ],
)
def test_what_is_not_plain_is_left_to_the_rich_client(options: dict[str, Any]) -> None:
    """Routes, credentials, addresses and headers that need more care are not the lean client's business."""
    request = HttpRequest(**{"url": "http://h/", "timeout_ns": 1, **options})

    assert not is_plain(request)
