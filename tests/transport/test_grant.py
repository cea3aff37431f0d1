from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.transport import (
    BasicAuth,
    ClientCredentials,
    FailureReason,
    HttpReply,
    Route,
    Timing,
    TlsOptions,
)
from tiktoktoe_cli.transport.foreign import Diagnosis
from tiktoktoe_cli.transport.grant import Token, read_token, token_request

SECOND = 1_000_000_000
CREDENTIALS = ClientCredentials("http://auth/token", "shop", "open sesame", ("read", "write"))


def answered(body: bytes | dict[str, Any], status: int = 200) -> HttpReply:
    """Make the answer of a token server."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpReply(status, "http://auth/token", (), body, is_cut=False, redirects=0, timing=Timing(1))


def test_the_request_follows_the_rfc() -> None:
    """The grant and its scopes are a form (4.4.2), the client logs in with Basic authentication (2.3.1)."""
    request = token_request(CREDENTIALS, SECOND, Route())

    assert (request.method, request.url) == ("POST", "http://auth/token")
    assert ("content-type", "application/x-www-form-urlencoded") in request.headers
    assert request.body == b"grant_type=client_credentials&scope=read+write"
    assert request.auth == BasicAuth("shop", "open+sesame")
    assert not request.follow_redirects


def test_name_and_secret_are_encoded_before_they_are_joined() -> None:
    """A colon in the client's name does not end it: RFC 6749, 2.3.1 encodes both first."""
    credentials = ClientCredentials("http://auth/token", "a:b", "c/é")

    assert credentials.login.header == "Basic YSUzQWI6YyUyRiVDMyVBOQ=="  # a%3Ab:c%2F%C3%A9


def test_the_secret_can_go_into_the_body() -> None:
    """Servers that take no header get the client's name and secret in the form, and no header."""
    credentials = ClientCredentials(
        "http://auth/token", "shop", "s&s", parameters=(("audience", "a b"),), in_body=True
    )

    request = token_request(credentials, SECOND, Route())

    assert request.auth is None
    assert request.body == b"grant_type=client_credentials&audience=a+b&client_id=shop&client_secret=s%26s"


def test_the_token_server_is_asked_for_by_its_own_name() -> None:
    """The route is that of the request, but not the name that was meant for its server."""
    route = Route(TlsOptions(verify=False, server_name="shop.example"), http2=True)

    request = token_request(CREDENTIALS, SECOND, route)

    assert request.route == Route(TlsOptions(verify=False), http2=True)


@pytest.mark.parametrize(
    ("lifetime", "stale_at_s"),
    [(3600, 3670), ("3600", 3670), (100, 190), (10, 109), (0, 100), (None, None), (-5, None), ("x", None)],
)
def test_a_token_is_used_until_shortly_before_its_end(lifetime: object, stale_at_s: int | None) -> None:
    """A tenth of its life, at most 30 s, is left; without a lifetime it is used until it is refused."""
    token = read_token(
        answered({"access_token": "t", "token_type": "bearer", "expires_in": lifetime}), 100 * SECOND
    )

    assert token == Token("t", None if stale_at_s is None else stale_at_s * SECOND)


@pytest.mark.parametrize("now_s", [0, 9, 10, 11])
def test_a_token_is_fresh_before_its_time(now_s: int) -> None:
    """At the very moment it is not fresh any more."""
    assert Token("t", 10 * SECOND).is_fresh(now_s * SECOND) is (now_s < 10)


@pytest.mark.parametrize(
    ("status", "body", "reason", "detail"),
    [
        (400, b'{"error": "invalid_scope"}', FailureReason.AUTH, "it answers 400 `invalid_scope`"),
        (401, b'{"error": "invalid_client"}', FailureReason.AUTH, "it answers 401 `invalid_client`"),
        (400, b'{"error": "open sesame"}', FailureReason.AUTH, "it answers 400"),
        (400, b'{"error": ["x"]}', FailureReason.AUTH, "it answers 400"),
        (302, b"", FailureReason.AUTH, "it answers 302"),
        (503, b"busy", FailureReason.TOKEN_SERVER, "it answers 503"),
        (429, b"", FailureReason.TOKEN_SERVER, "it answers 429"),
        (200, b"<html>", FailureReason.AUTH, "its answer holds no bearer token"),
        (200, b"[]", FailureReason.AUTH, "its answer holds no bearer token"),
        (200, b"[" * 60_000, FailureReason.AUTH, "its answer holds no bearer token"),
        (200, b'{"access_token": 7}', FailureReason.AUTH, "its answer holds no bearer token"),
        (200, b'{"access_token": "a\\r\\nb: c"}', FailureReason.AUTH, "its answer holds no bearer token"),
        (
            200,
            b'{"access_token": "t", "token_type": "mac"}',
            FailureReason.AUTH,
            "its answer holds no bearer token",
        ),
    ],
)
def test_a_refusal_is_told_without_quoting(
    status: int, body: bytes, reason: FailureReason, detail: str
) -> None:
    """What passes is told apart from what stays, and only words of the RFC are repeated."""
    assert read_token(answered(body, status), 0) == Diagnosis(reason, detail)


@given(body=st.binary(max_size=200), status=st.integers(200, 599))
def test_any_answer_can_be_read(body: bytes, status: int) -> None:
    """Whatever a token server says, it is a token or a reason."""
    assert isinstance(read_token(answered(body, status), 0), Token | Diagnosis)


@given(error=st.one_of(st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
def test_any_error_can_be_read(error: object) -> None:
    """Whatever stands where the name of an error should, it is a refusal."""
    assert isinstance(read_token(answered({"error": error}, 400), 0), Diagnosis)


def test_credentials_are_not_shown() -> None:
    """Where credentials or tokens are printed, what is secret in them is left out."""
    shown = repr(
        [CREDENTIALS, Token("sesame"), BasicAuth("u", "sesame"), token_request(CREDENTIALS, 1, Route())]
    )

    assert "sesame" not in shown
