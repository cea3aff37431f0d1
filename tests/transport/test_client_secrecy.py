from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.transport.asking import SECOND, ask, asked, failed, replied
from tests.transport.servers import OK, answering, closed_port, redirecting, serving
from tiktoktoe_cli.resilience import SystemClock
from tiktoktoe_cli.transport import (
    BasicAuth,
    BearerAuth,
    FailureReason,
    HttpReply,
    HttpRequest,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient

SECRETS = (
    ("Authorization", "Bearer sesame"),
    ("Cookie", "session=sesame"),
    ("X-API-Key", "sesame"),
    ("Proxy-Authorization", "Basic sesame"),
)


@pytest.mark.parametrize(
    "way", [{"headers": SECRETS}, {"auth": BearerAuth("sesame")}], ids=["headers", "auth"]
)
def test_credentials_do_not_follow_a_redirect_to_another_server(way: dict[str, Any]) -> None:
    """What was meant for one server is not told to the next."""
    first: list[str] = []
    second: list[str] = []

    async def play() -> None:
        async with serving(answering(OK, heads=second)) as other:
            elsewhere = redirecting(f"http://127.0.0.1:{other}/")
            async with serving(answering(elsewhere, heads=first)) as port:
                await ask(port, **way)

    asyncio.run(play())

    assert first[0].count("sesame") == len(way.get("headers", "1"))
    assert len(second) == 1
    assert "sesame" not in second[0]


def test_credentials_follow_a_redirect_within_a_server() -> None:
    """The same server is told again who asks."""
    heads: list[str] = []

    replied(answering(redirecting("/there"), OK, heads=heads), auth=BasicAuth("user", "sesame"))

    assert ["authorization: basic dxnlcjpzzxnhbwu=" in head.lower() for head in heads] == [True, True]


def test_one_way_to_authenticate_is_sent() -> None:
    """What the request says takes the place of the address's password, and that of a header."""
    heads: list[str] = []

    async def play() -> None:
        async with serving(answering(OK, heads=heads)) as port:
            headers = (("Authorization", "Bearer header"),)
            url = f"http://user:address@127.0.0.1:{port}/"
            await ask(0, url=url, headers=headers, auth=BearerAuth("request"))
            await ask(0, url=url, headers=headers)

    asyncio.run(play())

    sent = [
        [line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("authorization")]
        for head in heads
    ]
    assert sent == [["Bearer request"], ["Basic dXNlcjphZGRyZXNz"]]


def test_a_password_in_the_address_is_sent_but_never_shown() -> None:
    """It becomes Basic authentication, and is in no address, message or representation."""
    heads: list[str] = []

    async def play() -> list[HttpReply | TransportFailure]:
        async with serving(answering(OK, heads=heads)) as port:
            good = await ask(0, url=f"http://user:sesame@127.0.0.1:{port}/")
        bad = await ask(0, url=f"http://user:sesame@127.0.0.1:{port}/")
        worse = await ask(0, url="http://user:sesame@127.0.0.1:99999/")
        return [good, bad, worse]

    outcomes = asyncio.run(play())

    assert "authorization: basic dxnlcjpzzxnhbwu=" in heads[0].lower()
    assert [type(outcome) for outcome in outcomes] == [HttpReply, TransportFailure, TransportFailure]
    assert "sesame" not in repr(outcomes)
    assert "sesame" not in repr(HttpRequest("http://user:sesame@h/", 1))


def test_a_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What the libraries below write into their logs has no credential of an address."""
    caplog.set_level("DEBUG")

    async def play() -> None:
        async with serving(answering(OK)) as port:
            await ask(0, url=f"http://user:sesame@127.0.0.1:{port}/")

    asyncio.run(play())

    assert "127.0.0.1" in caplog.text
    assert "sesame" not in caplog.text


def test_a_password_in_a_redirect_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the address of the last answer nor a log has what a server wrote into its redirect, or its cookie."""
    caplog.set_level("DEBUG")

    async def play() -> HttpReply | TransportFailure:
        cookie = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=sesame\r\n\r\n")
        async with serving(answering(cookie)) as other:
            elsewhere = redirecting(f"http://user:sesame@127.0.0.1:{other}/there")
            async with serving(answering(elsewhere)) as port:
                return await ask(port)

    reply = asyncio.run(play())

    assert isinstance(reply, HttpReply)
    assert reply.url.endswith("/there")
    assert "sesame" not in reply.url
    assert "127.0.0.1" in caplog.text
    assert "sesame" not in caplog.text


def test_cookies_are_not_carried_to_the_next_request() -> None:
    """What one answer sets does not change what the next request finds."""
    heads: list[str] = []
    answer = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: session=1; Path=/\r\n\r\n")

    async def play() -> None:
        async with serving(answering(answer, heads=heads)) as port, HttpClient(SystemClock()) as client:
            for _ in range(2):
                await client.request(HttpRequest(f"http://127.0.0.1:{port}/", SECOND))

    asyncio.run(play())

    assert len(heads) == 2
    assert "cookie" not in heads[1].lower()


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check asks the address it names, whatever proxy the shell has set."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")

    reply = asked(answering(OK))

    assert isinstance(reply, HttpReply)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"url": "ftp://127.0.0.1/"}, FailureReason.INVALID_URL),
        ({"url": "127.0.0.1:80"}, FailureReason.INVALID_URL),
        ({"url": "http://"}, FailureReason.INVALID_URL),
        ({"url": "http://127.0.0.1:99999/"}, FailureReason.INVALID_URL),
        ({"url": "http://[::1/"}, FailureReason.INVALID_URL),
        ({"url": "http://a..b/"}, FailureReason.INVALID_URL),
        ({"url": f"http://{'a' * 64}.b/"}, FailureReason.INVALID_URL),
        ({"url": "http://127.0.0.1/\0"}, FailureReason.INVALID_URL),
        ({"headers": (("X", "sesame\r\nY: z"),)}, FailureReason.INVALID_REQUEST),
        ({"headers": (("Ü X", "sesame"),)}, FailureReason.INVALID_REQUEST),
        ({"method": "GE T"}, FailureReason.INVALID_REQUEST),
        ({"method": "GÜT"}, FailureReason.INVALID_REQUEST),
    ],
)
def test_a_request_that_cannot_be_sent_is_our_fault(
    options: dict[str, object], reason: FailureReason
) -> None:
    """Wrong addresses, methods and headers are told apart from what servers do wrong, without quoting values."""
    failure = failed(answering(OK), **options)

    assert failure.reason is reason
    assert failure.reason.is_ours
    assert "sesame" not in failure.message
