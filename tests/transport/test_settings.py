from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tiktoktoe_cli.config.fields import Context
from tiktoktoe_cli.transport import BasicAuth, BearerAuth, ClientCredentials, ProxyOptions, Route, TlsOptions
from tiktoktoe_cli.transport.settings import (
    AnswerSettings,
    AuthSettings,
    Headers,
    Method,
    ProxySettings,
    RouteSettings,
    TlsSettings,
    WebAddress,
)

SECRET = "open sesame"  # noqa: S105  # it opens nothing


def code_of(kind: Any, value: object) -> str:
    """Return the code of the one problem of a value."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    (problem,) = caught.value.errors()
    return str(problem["type"])


def learnt(kind: Any, value: object) -> list[str]:
    """Return what is kept out of every output, once a value was read."""
    secrets: list[str] = []
    context = Context(names=lambda _: (), learn_secret=secrets.append, compiled={})
    TypeAdapter(kind).validate_python(value, context=context)
    return secrets


@pytest.mark.parametrize(
    ("written", "auth"),
    [
        ({"basic": {"username": "u", "password": SECRET}}, BasicAuth("u", SECRET)),
        ({"bearer": SECRET}, BearerAuth(SECRET)),
        (
            {"oauth2": {"token_url": "https://auth/token", "client_id": "c", "client_secret": SECRET}},
            ClientCredentials("https://auth/token", "c", SECRET),
        ),
        (
            {
                "oauth2": {
                    "token_url": "https://auth/token",
                    "client_id": "c",
                    "client_secret": SECRET,
                    "scopes": ["read", "write"],
                    "parameters": {"audience": "shop"},
                    "credentials_in_body": True,
                }
            },
            ClientCredentials(
                "https://auth/token", "c", SECRET, ("read", "write"), (("audience", "shop"),), in_body=True
            ),
        ),
    ],
)
def test_a_request_authenticates_in_one_of_three_ways(written: dict[str, Any], auth: object) -> None:
    """What is written becomes what a request takes, and its secret is known as one."""
    settings = AuthSettings.model_validate(written)

    assert settings.credentials == auth
    assert SECRET not in repr(settings)
    assert SECRET in learnt(AuthSettings, written)


def test_two_ways_at_once_are_refused() -> None:
    """One `Authorization` has room for one of them."""
    assert code_of(AuthSettings, {"bearer": "t", "basic": {"username": "u", "password": "p"}}) == "one-of"


def test_a_route_has_defaults_for_everything() -> None:
    """Who says nothing trusts whom the machine trusts, and goes through no proxy."""
    assert RouteSettings().route == Route()


def test_a_route_is_read() -> None:
    """Every setting of TLS and of the proxy reaches the request."""
    written = {
        "tls": {
            "ca": "/ca.pem",
            "cert": "/c.pem",
            "key": "/c.key",
            "verify": False,
            "server_name": "shop",
        },
        "proxy": {"url": "http://proxy:3128", "username": "u", "password": SECRET},
        "http2": True,
    }

    route = RouteSettings.model_validate(written).route

    tls = TlsOptions(Path("/ca.pem"), Path("/c.pem"), Path("/c.key"), verify=False, server_name="shop")
    assert route == Route(tls, ProxyOptions("proxy", 3128, "u", SECRET), http2=True)
    assert SECRET not in repr(route)


def test_a_login_in_the_address_of_a_proxy_is_used_and_kept_secret() -> None:
    """A password in the address counts, unquoted, and is known as a secret, also as the header carries it."""
    written = {"url": "http://user:open%20sesame@proxy"}

    options = ProxySettings.model_validate(written).options

    assert options == ProxyOptions("proxy", 80, "user", SECRET)
    assert learnt(ProxySettings, written) == [
        "open%20sesame",
        SECRET,
        *[b64encode(b"user:open sesame").decode()] * 2,
    ]


@pytest.mark.parametrize(
    ("type_", "written", "login"),
    [
        (AuthSettings, {"basic": {"username": "u", "password": SECRET}}, b"u:open sesame"),
        (
            AuthSettings,
            {"oauth2": {"token_url": "https://auth/token", "client_id": "c", "client_secret": SECRET}},
            b"c:open+sesame",
        ),
        (ProxySettings, {"url": "http://proxy", "username": "u", "password": SECRET}, b"u:open sesame"),
        (WebAddress, "http://u:open%20sesame@host/", b"u:open sesame"),
    ],
)
def test_a_login_is_known_as_the_header_carries_it(type_: object, written: object, login: bytes) -> None:
    """Whoever sees what Basic authentication sends can read the password in it."""
    assert b64encode(login).decode() in learnt(type_, written)


@pytest.mark.parametrize(
    "url",
    ["proxy:3128", "https://proxy:3128", "socks5://proxy", "http://", "http://proxy/path", "http://proxy?x"],
)
def test_a_proxy_is_an_http_address(url: str) -> None:
    """Proxies of other kinds, and addresses with more than a host and a port, are refused."""
    assert code_of(ProxySettings, {"url": url}) == "bad-proxy"


@pytest.mark.parametrize(
    "url",
    [
        "host",
        "ftp://host",
        "http://",
        "http://h:0",
        "http://h:99999",
        "http://[::1",
        "http://h/a b",
        "http://h/\x7f",
        "http://h/\udcff",
    ],
)
def test_an_address_is_that_of_a_web_server(url: str) -> None:
    """What cannot be asked is refused when it is read."""
    assert code_of(WebAddress, url) == "bad-url"


def test_a_password_in_a_wrong_address_is_not_told() -> None:
    """The message about an address that is refused holds no password."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(WebAddress).validate_python("ftp://user:sesame@host/")

    assert "sesame" not in caught.value.errors()[0]["msg"]


def test_a_password_with_a_slash_is_not_told() -> None:
    """Who forgot to encode it reads that the address is wrong, and not the password."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(WebAddress).validate_python("http://user:open/sesame@host/")

    assert caught.value.errors()[0]["msg"] == "`http://host/` is not the address of a web server"


def test_a_method_is_one_word_in_any_case() -> None:
    """`post` is `POST`, and what is no word is refused."""
    assert TypeAdapter(Method).validate_python("post") == "POST"
    assert code_of(Method, "GE T") == "bad-method"
    assert code_of(Method, "") == "bad-method"
    assert code_of(Method, "\udcff") == "bad-method"


@pytest.mark.parametrize(
    "headers",
    [
        *({"X Y": "1"}, {"": "1"}, {"Ü": "1"}, {"\udcff": "1"}),
        *(
            {"X": value}
            for value in ("a\r\nY: b", "a\0", "a\x1b", "a\x7f", " a", "a ", "\ta", "a\n", "\udcff")
        ),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(headers: dict[str, str]) -> None:
    """A name is one word, and a value one line."""
    assert code_of(Headers, headers) == "bad-header"


@pytest.mark.parametrize("value", ["", "a", "a b", "a\tb", "Grün", "\U0001f600"])
def test_headers_that_can_be_sent_are_kept(value: str) -> None:
    """One line of text is sent as UTF-8; blanks inside it belong to it (RFC 9110, 5.5)."""
    assert TypeAdapter(Headers).validate_python({"X": value}) == {"X": value}


@pytest.mark.parametrize("token", ["", "a\nb", " a", "\udcff"])
def test_a_token_that_authenticates_nobody_is_refused(token: str) -> None:
    """An empty variable or a file with two lines is told when it is read."""
    assert code_of(AuthSettings, {"bearer": token}) == "bad-token"


@pytest.mark.parametrize("name", ["", "a..b", ".a", "a\0b", "a b", "a/b", "a" * 64, "\udcff"])
def test_what_is_asked_for_over_tls_is_a_name(name: str) -> None:
    """What no certificate can hold is refused when it is read."""
    assert code_of(TlsSettings, {"server_name": name}) == "bad-host-name"


@pytest.mark.parametrize(
    "name", ["shop", "shop.example.", "my_shop.example", "grün.example", "127.0.0.1", "::1"]
)
def test_names_and_ip_addresses_can_be_asked_for(name: str) -> None:
    """Certificates are for names of any script and for addresses."""
    assert TlsSettings.model_validate({"server_name": name}).server_name == name


def test_headers_that_carry_credentials_are_secrets() -> None:
    """The values of the well-known ones are kept out of every output."""
    assert learnt(Headers, {"X-Api-Key": "k", "Accept": "*/*", "cookie": "c"}) == ["k", "c"]
    assert learnt(Headers, {"Authorization": "Bearer xyz"}) == ["Bearer xyz", "xyz"]
    assert learnt(Headers, {"X-Auth-Token": "t"}) == ["t"]


def test_a_key_without_its_certificate_is_refused() -> None:
    """A key alone proves nothing."""
    assert code_of(TlsSettings, {"key": "/c.key"}) == "key-without-certificate"


@pytest.mark.parametrize(
    ("written", "size"), [("0", 0), ("64Ki", 65_536), ("1.5Ki", 1536), ("256Mi", 268_435_456)]
)
def test_the_length_of_a_body_is_a_number_of_bytes(written: str, size: int) -> None:
    """Lengths are written as everywhere, and reach the request in bytes."""
    assert AnswerSettings.model_validate({"max_body": written}).max_body_bytes == size


def test_limits_are_within_reason() -> None:
    """Nobody follows a thousand redirects or keeps a gigabyte."""
    assert code_of(AnswerSettings, {"max_body": "257Mi"}) == "out-of-range"
    assert code_of(AnswerSettings, {"max_body": "-1"}) == "bad-unit"
    assert code_of(AnswerSettings, {"max_redirects": 101}) == "less_than_equal"
