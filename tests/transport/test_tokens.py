from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.transport.servers import closed_port, read_head, serving, stay_silent
from tiktoktoe_cli.resilience import VirtualClock
from tiktoktoe_cli.transport import (
    ClientCredentials,
    ClientOptions,
    FailureReason,
    HttpReply,
    HttpRequest,
    TransportFailure,
)
from tiktoktoe_cli.transport.client import HttpClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    import pytest

    from tests.transport.servers import Behaviour

SECOND = 1_000_000_000
REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 34\r\n\r\n" + b'{"error": "invalid_client:sesame"}'


class TokenServer:
    """Gives out `token-1`, `token-2`, ... and notes how often it was asked."""

    def __init__(self, lifetime_s: int = 3600) -> None:
        self.given = 0
        self.logins: list[str] = []
        self._lifetime_s = lifetime_s

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give a token, after a while."""
        head = (await read_head(reader)).lower()
        self.logins += [line for line in head.split("\r\n") if line.startswith("authorization")]
        await asyncio.sleep(0.02)
        self.given += 1
        body = json.dumps(
            {"access_token": f"token-{self.given}", "token_type": "Bearer", "expires_in": self._lifetime_s}
        )
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())


class Api:
    """Answers whoever shows a token that it does not refuse, and notes what it was shown."""

    def __init__(self, *refused: str) -> None:
        self.refused = set(refused)
        self.seen: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let in or not."""
        head = await read_head(reader)
        self.seen += [
            line.split()[-1] for line in head.split("\r\n") if line.lower().startswith("authorization")
        ]
        status = "401 Unauthorized" if "*" in self.refused or self.seen[-1] in self.refused else "200 OK"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


@asynccontextmanager
async def client_of(
    tokens: Behaviour, api: Behaviour, clock: VirtualClock
) -> AsyncIterator[Callable[..., Awaitable[HttpReply | TransportFailure]]]:
    """Run both servers and a client with credentials; yield what sends one request."""
    async with serving(tokens) as token_port, serving(api) as port, HttpClient(clock) as client:
        credentials = ClientCredentials(f"http://127.0.0.1:{token_port}/token", "shop", "sesame")
        url = f"http://127.0.0.1:{port}/"
        yield lambda timeout_ns=5 * SECOND: client.request(HttpRequest(url, timeout_ns, auth=credentials))


def asked(tokens: Behaviour, api: Behaviour, timeout_ns: int = 5 * SECOND) -> HttpReply | TransportFailure:
    """Send one request with credentials."""

    async def play() -> HttpReply | TransportFailure:
        async with client_of(tokens, api, VirtualClock()) as ask:
            return await ask(timeout_ns)

    return asyncio.run(play())


def test_a_token_is_fetched_and_kept_until_shortly_before_its_end() -> None:
    """Requests share a token; when it is about to run out, the next one gets another."""
    tokens, api, clock = TokenServer(lifetime_s=100), Api(), VirtualClock()

    async def play() -> None:
        async with client_of(tokens, api, clock) as ask:
            await ask()
            clock.advance(89 * SECOND)
            await ask()
            clock.advance(1 * SECOND)
            await ask()

    asyncio.run(play())

    assert api.seen == ["token-1", "token-1", "token-2"]
    assert tokens.logins[0] == "authorization: basic c2hvcdpzzxnhbwu="  # shop:sesame, lower case as the head


def test_those_who_need_a_token_at_the_same_time_share_it() -> None:
    """Ten requests at once fetch one token."""
    tokens, api = TokenServer(), Api()

    async def play() -> list[HttpReply | TransportFailure]:
        async with client_of(tokens, api, VirtualClock()) as ask:
            return await asyncio.gather(*(ask() for _ in range(10)))

    replies = asyncio.run(play())

    assert tokens.given == 1
    assert [isinstance(reply, HttpReply) and reply.status for reply in replies] == [200] * 10


def test_a_token_that_is_refused_is_renewed_once() -> None:
    """A 401 is answered with a new token, which the next requests use too."""
    tokens, api = TokenServer(), Api("token-1")

    async def play() -> list[int]:
        async with client_of(tokens, api, VirtualClock()) as ask:
            replies = [await ask(), await ask()]
            return [reply.status for reply in replies if isinstance(reply, HttpReply)]

    assert asyncio.run(play()) == [200, 200]
    assert api.seen == ["token-1", "token-2", "token-2"]


def test_a_second_refusal_is_the_answer() -> None:
    """Who is not let in with a new token either is told so, and nobody tries for ever."""
    tokens, api = TokenServer(), Api("*")

    reply = asked(tokens, api)

    assert isinstance(reply, HttpReply)
    assert reply.status == 401
    assert api.seen == ["token-1", "token-2"]


def test_those_who_are_refused_at_the_same_time_renew_once() -> None:
    """Ten requests with a token that was revoked meanwhile fetch one new token."""
    tokens, api = TokenServer(), Api()

    async def play() -> list[HttpReply | TransportFailure]:
        async with client_of(tokens, api, VirtualClock()) as ask:
            await ask()
            api.refused.add("token-1")
            return await asyncio.gather(*(ask() for _ in range(10)))

    replies = asyncio.run(play())

    assert tokens.given == 2
    assert [isinstance(reply, HttpReply) and reply.status for reply in replies] == [200] * 10


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Give no token, and quote the secret."""
    await read_head(reader)
    writer.write(REFUSAL)


def test_a_refusing_token_server_is_told_without_quoting_it() -> None:
    """Without a token nothing is sent to the server; what the token server says may hold the secret."""
    api = Api()

    failure = asked(refuse, api)

    assert isinstance(failure, TransportFailure)
    assert (failure.reason, failure.reason.is_ours) == (FailureReason.AUTH, True)
    assert failure.message.endswith("/token` gives no token: it answers 400")
    assert "sesame" not in repr(failure)
    assert api.seen == []


def test_a_token_server_that_is_down_is_told() -> None:
    """It may be better later, and the message names who is down."""
    dead = closed_port()

    async def play() -> HttpReply | TransportFailure:
        async with HttpClient(VirtualClock()) as client:
            credentials = ClientCredentials(f"http://127.0.0.1:{dead}/token", "shop", "sesame")
            return await client.request(HttpRequest("http://127.0.0.1:1/", SECOND, auth=credentials))

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert (failure.reason, failure.reason.is_transient) == (FailureReason.TOKEN_SERVER, True)
    assert failure.message == (
        f"the token server `http://127.0.0.1:{dead}/token` gives no token now: "
        f"`127.0.0.1:{dead}` refused the connection"
    )


def test_the_deadline_covers_the_token() -> None:
    """A silent token server takes no longer than the request may."""
    failure = asked(stay_silent, Api(), timeout_ns=SECOND // 5)

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TOKEN_SERVER
    assert "no complete answer" in failure.message


def test_the_deadline_covers_the_wait_for_the_token_of_another() -> None:
    """Who has less time than the one who fetches does not wait for it longer than it has."""

    async def play() -> HttpReply | TransportFailure:
        async with client_of(stay_silent, Api(), VirtualClock()) as ask:
            patient = asyncio.ensure_future(ask())
            await asyncio.sleep(0.01)
            hasty = await ask(SECOND // 5)
            patient.cancel()
            return hasty

    failure = asyncio.run(play())

    assert isinstance(failure, TransportFailure)
    assert failure.reason is FailureReason.TOKEN_SERVER
    assert failure.message.endswith("no complete answer within 200ms")


def test_who_gives_up_does_not_spoil_it_for_the_others() -> None:
    """If the one who fetches is cancelled, the next in line fetches."""
    tokens, api = TokenServer(), Api()

    async def play() -> HttpReply | TransportFailure:
        async with client_of(tokens, api, VirtualClock()) as ask:
            first, second = asyncio.ensure_future(ask()), asyncio.ensure_future(ask())
            await asyncio.sleep(0.01)
            first.cancel()
            return await second

    reply = asyncio.run(play())

    assert isinstance(reply, HttpReply)
    assert reply.status == 200


def test_a_token_is_known_as_a_secret_before_it_is_shown() -> None:
    """Who wants to keep tokens out of an output hears of each, once."""
    api, learnt = Api(), list[str]()
    seen_when_learnt: list[list[str]] = []

    def learn(secret: str) -> None:
        learnt.append(secret)
        seen_when_learnt.append(list(api.seen))

    async def play() -> None:
        options = ClientOptions(learn=learn)
        async with (
            serving(TokenServer()) as token_port,
            serving(api) as port,
            HttpClient(VirtualClock(), options) as client,
        ):
            auth = ClientCredentials(f"http://127.0.0.1:{token_port}/token", "shop", "sesame")
            for _ in range(2):
                await client.request(HttpRequest(f"http://127.0.0.1:{port}/", 5 * SECOND, auth=auth))

    asyncio.run(play())

    assert (learnt, seen_when_learnt, api.seen) == (["token-1"], [[]], ["token-1"] * 2)


def test_neither_secret_nor_token_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """At the level of most words, what opens doors is not written down."""
    caplog.set_level("DEBUG")

    reply = asked(TokenServer(), Api())

    assert isinstance(reply, HttpReply)
    assert "127.0.0.1" in caplog.text
    assert "token-1" not in caplog.text
    assert "sesame" not in caplog.text
    assert "c2hvcDpzZXNhbWU" not in caplog.text
