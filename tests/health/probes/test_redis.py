from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.probes.looking import SECOND, look, looked
from tests.health.probes.servers_databases import PASSWORD, USER
from tiktoktoe_cli.health.probes.redis import RedisProbe

if TYPE_CHECKING:
    from tests.health.probes.servers_databases import Server
    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation


def asked(**settings: Any) -> Observation:
    """Let the probe look once."""
    return asyncio.run(look(RedisProbe, **settings))


@pytest.mark.parametrize("resp", [2, 3])
def test_it_answers(redis_server: Server, resp: int) -> None:
    """After the login a PING is answered with PONG, in both versions of the protocol."""
    seen = asked(**redis_server.settings(resp=resp, database=1))

    assert seen.failure is None
    assert seen.values == {"reply": "PONG"}
    timing = seen.timing
    assert (timing.dns_ns or 0) + (timing.connect_ns or 0) + (timing.ttfb_ns or 0) <= timing.total_ns
    assert timing.tls_ns is None


def test_it_answers_over_tls(redis_server: Server, certificates: Certificates) -> None:
    """The handshake is a phase, and what was agreed on can be read."""
    tls = {"ca": str(certificates.folder / "ca.pem")}

    seen = asked(**redis_server.encrypted(tls=tls))

    assert seen.values == {"reply": "PONG"}
    assert seen.timing.tls_ns
    assert seen.session
    assert seen.session.is_verified


@pytest.mark.parametrize(
    ("command", "resp", "reply"),
    [
        (["ECHO", "bœuf"], 2, "bœuf"),
        (["STRLEN", "nothing"], 2, 0),
        (["GET", "nothing"], 3, None),
        (["CONFIG", "GET", "databases"], 2, ["databases", "16"]),
        (["CONFIG", "GET", "databases"], 3, {"databases": "16"}),
    ],
)
def test_a_reply_keeps_its_type(redis_server: Server, command: list[str], resp: int, reply: Any) -> None:
    """Texts, numbers, nothing, lists and maps are what the server says that they are."""
    seen = asked(**redis_server.settings(command=command, resp=resp))

    assert seen.values == {"reply": reply}


def test_info_is_a_map(redis_server: Server) -> None:
    """What INFO writes in lines can be read by name."""
    seen = asked(**redis_server.settings(command=["info", "replication"]))

    assert seen.values["reply"]["role"] == "master"
    assert seen.values["reply"]["connected_slaves"] == 0


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ({"password": "wrong-1"}, "invalid username-password pair"),
        ({"password": None}, "Authentication required"),
        ({"username": USER, "password": PASSWORD, "command": ["GET", "a"]}, "has no permissions"),
    ],
)
def test_a_login_or_right_that_is_missing(redis_server: Server, login: dict[str, Any], words: str) -> None:
    """The reason is `auth`, it may be the server's fault, and the password is not told."""
    seen = asked(**redis_server.settings(**login))

    assert seen.failure
    assert (seen.failure.reason, seen.failure.is_ours) == ("auth", False)
    assert words in seen.failure.message
    assert "wrong-1" not in seen.failure.message


@pytest.mark.parametrize(
    ("settings", "words"),
    [({"command": ["NOPE"]}, "unknown command"), ({"database": 999}, "DB index is out of range")],
)
def test_an_error_is_no_reply(redis_server: Server, settings: dict[str, Any], words: str) -> None:
    """What the server rejects is a failure with its words, and leaves nothing to compare."""
    seen = asked(**redis_server.settings(**settings))

    assert seen.failure
    assert seen.failure.reason == "rejected"
    assert words in seen.failure.message
    assert seen.values == {}


ENDLESS = {
    "a text that is longer than memory": (b"$9999999999\r\n", b"x" * 65536),
    "a list that is longer than memory": (b"*999999999\r\n", b":1\r\n" * 10_000),
    "lists in lists": (b"", b"*1\r\n" * 10_000),
    "a line without an end": (b"+", b"x" * 65536),
}


@pytest.mark.parametrize("reply", ENDLESS)
def test_a_reply_without_an_end_is_none(reply: str) -> None:
    """What a server claims is not believed: after so much, or before it, nothing more is read."""
    first, then = ENDLESS[reply]

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()

    seen = looked(RedisProbe, behave)

    assert seen.failure
    assert seen.failure.reason == "protocol"
    assert seen.timing.total_ns < 4 * SECOND


def test_a_reply_may_be_so_long(redis_server: Server) -> None:
    """Where a longer one is expected it can be allowed, and where a short one is, less."""
    command = ["ECHO", "x" * 2000]

    allowed = asked(**redis_server.settings(command=command, max_reply="3Ki"))
    refused = asked(**redis_server.settings(command=command, max_reply="1Ki"))

    assert allowed.values == {"reply": "x" * 2000}
    assert refused.failure
    assert (refused.failure.reason, refused.failure.is_ours) == ("protocol", False)
    assert refused.failure.message.endswith("is not Redis: it is longer than 1Ki")


def test_a_user_with_few_rights_can_check(redis_server: Server) -> None:
    """PING is all that is needed."""
    seen = asked(**redis_server.settings(username=USER))

    assert seen.values == {"reply": "PONG"}
