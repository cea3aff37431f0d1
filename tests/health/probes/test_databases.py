"""The probes of both SQL databases, which promise the same."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.health.probes.looking import SECOND, failure_of, look, looked
from tiktoktoe_cli.expressions import Timestamp
from tiktoktoe_cli.health.probes.mysql import MysqlProbe
from tiktoktoe_cli.health.probes.postgres import PostgresProbe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.health.probes.servers_databases import Server
    from tests.transport.conftest import Certificates
    from tiktoktoe_cli.health import Observation

    Ask = Callable[..., Observation]


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    """Return one database after the other."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ask(server: Server, request: pytest.FixtureRequest) -> Ask:
    """Return a function that lets the database's probe look once."""
    kind = PostgresProbe if "postgres" in request.node.name else MysqlProbe

    def ask(timeout_ns: int = 5 * SECOND, **settings: Any) -> Observation:
        return asyncio.run(look(kind, timeout_ns, **server.settings(**settings)))

    return ask


def test_it_answers(ask: Ask) -> None:
    """After the login a query gives its rows."""
    seen = ask(query="SELECT 1 AS one")

    assert seen.failure is None
    assert (seen.values["rows"], seen.values["row_count"]) == ([{"one": 1}], 1)
    assert any(character.isdigit() for character in seen.values["version"])
    timing = seen.timing
    assert timing.connect_ns
    assert timing.ttfb_ns
    assert (timing.dns_ns or 0) + timing.connect_ns + timing.ttfb_ns <= timing.total_ns


def test_values_have_types(ask: Ask) -> None:
    """Instants, decimals, texts and what is unknown can be compared as what they are."""
    seen = ask(query="SELECT CURRENT_TIMESTAMP AS t, CURRENT_DATE AS d, 1.5 AS n, '%s é' AS s, NULL AS x")

    row = seen.values["rows"][0]
    assert isinstance(row["t"], Timestamp)
    assert len(row["d"]) == len("2026-11-23")
    assert (row["n"], row["s"], row["x"]) == (1.5, "%s é", None)


def test_rows_are_cut(ask: Ask) -> None:
    """More rows than are wanted are left out, and it is told."""
    seen = ask(query="SELECT 1 AS a UNION SELECT 2 UNION SELECT 3 ORDER BY a", max_rows=2)

    assert seen.values["rows"] == [{"a": 1}, {"a": 2}]
    assert seen.values["row_count"] == 2
    assert seen.remarks == ("the rows were cut after 2",)
    assert seen.cut == {"rows", "row_count"}


def test_a_statement_without_rows_has_none(ask: Ask) -> None:
    """That there are no rows is an answer too."""
    seen = ask(query="SELECT 1 AS a FROM (SELECT 1 AS b) AS c WHERE b = 2")

    assert (seen.values["rows"], seen.values["row_count"]) == ([], 0)


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1; CREATE TABLE made (a int)", "WITH a AS (DELETE FROM b RETURNING c) SELECT * FROM a"],
)
def test_a_check_changes_nothing(ask: Ask, statement: str) -> None:
    """Whoever writes the query, the database stays as it is."""
    assert failure_of(ask(query=statement)) == "rejected"
    assert failure_of(ask(query="SELECT * FROM made")) == "rejected"


@pytest.mark.parametrize(
    "login", [{"password": "wrong-1"}, {"password": None}, {"username": "nobody", "password": "wrong-1"}]
)
def test_a_login_that_is_refused(ask: Ask, login: dict[str, Any]) -> None:
    """The reason is `auth`, it may be the server's fault, and the password is not told."""
    seen = ask(**login)

    assert failure_of(seen) == "auth"
    assert seen.failure
    assert not seen.failure.is_ours
    assert "denies access" in seen.failure.message
    assert "wrong-1" not in seen.failure.message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"database": "nope"}, "nope"),
        ({"query": "SELECT * FROM nope"}, "nope"),
        ({"query": "SELECT FROM FROM"}, "syntax"),
    ],
)
def test_an_error_of_the_server_is_told(ask: Ask, settings: dict[str, Any], words: str) -> None:
    """An unknown database, an unknown table and a wrong statement fail with the server's words."""
    seen = ask(**settings)

    assert failure_of(seen) == "rejected"
    assert seen.failure
    assert words in seen.failure.message


def test_a_query_that_takes_too_long(ask: Ask, request: pytest.FixtureRequest) -> None:
    """The limit holds, and the message says what was waited for."""
    sleep = "pg_sleep(30)" if "postgres" in request.node.name else "SLEEP(30)"

    seen = ask(SECOND // 2, query=f"SELECT {sleep}")

    assert failure_of(seen) == "timeout"
    assert seen.failure
    assert seen.failure.message.startswith("no answer of `127.0.0.1:")
    assert seen.failure.message.endswith("within 500ms")
    assert seen.timing.total_ns < 2 * SECOND


def test_it_answers_over_tls(ask: Ask, certificates: Certificates) -> None:
    """A server whose authority is trusted is asked over TLS, as is one whose certificate does not count."""
    trusting = ask(tls={"ca": str(certificates.folder / "ca.pem")})
    careless = ask(tls={"verify": False})

    assert trusting.failure is None
    assert careless.failure is None


@pytest.mark.parametrize(
    ("settings", "fault"),
    [({}, "untrusted-issuer"), ({"server_name": "other", "ca": "ca.pem"}, "wrong-name")],
)
def test_a_certificate_that_is_not_right(
    ask: Ask, certificates: Certificates, settings: dict[str, str], fault: str
) -> None:
    """What is wrong with it is told, also where the client only knows that something is."""
    tls = {key: str(certificates.folder / value) if key == "ca" else value for key, value in settings.items()}

    seen = ask(tls=tls)

    assert failure_of(seen) == "tls"
    assert seen.failure
    assert seen.failure.tls_fault == fault


@pytest.mark.parametrize("kind", [PostgresProbe, MysqlProbe])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "COMMIT",
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/x'",
        "copy a TO '/tmp/x'",
        "DO $$ BEGIN END $$",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SELECT 1 /*! INTO DUMPFILE '/tmp/x' */",
        "/*! DELETE FROM a */ SELECT 1",
        "/* /* */ SELECT */ COPY a TO '/tmp/x'",
        "selection",
    ],
)
def test_a_query_only_reads(kind: type[PostgresProbe | MysqlProbe], query: str) -> None:
    """What runs programs, writes files or ends the transaction is a problem of the configuration."""
    with pytest.raises(ValidationError, match="not one that only reads"):
        kind.model_validate({"address": "h:1", "username": "u", "query": query})


@pytest.mark.parametrize(
    "query",
    [
        " select 1",
        "(SELECT 1) UNION (SELECT 2)",
        "SHOW VARIABLES",
        "VALUES (1)",
        "TABLE a",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SELECT 'copy' AS outfiles",
    ],
)
def test_a_query_reads_in_many_ways(query: str) -> None:
    """All statements that only read can be made."""
    assert PostgresProbe.model_validate({"address": "h:1", "username": "u", "query": query}).query == query


def asks_for_clear(kind: type[PostgresProbe | MysqlProbe], plugin: bytes) -> bytes:
    """Write how a server asks for the password in clear."""
    if kind is PostgresProbe:  # AuthenticationCleartextPassword
        return b"R" + struct.pack("!ii", 8, 3)
    request = b"\xfe" + plugin + b"\0\x02Password: "  # AuthSwitchRequest
    return struct.pack("<I", len(request))[:3] + b"\x02" + request


def greeting(kind: type[PostgresProbe | MysqlProbe]) -> bytes:
    """Write what a server says before it is asked anything: in PostgreSQL's protocol nothing."""
    if kind is PostgresProbe:
        return b""
    words = (
        b"\x0a8.0.0\0"
        + struct.pack("<I", 1)
        + b"12345678\0"
        + struct.pack("<HBHHB", 0xFFFF, 33, 2, 0xFFFF, 21)
    ) + (bytes(10) + b"123456789012\0mysql_native_password\0")  # HandshakeV10
    return struct.pack("<I", len(words))[:3] + b"\x00" + words


@pytest.mark.parametrize(
    ("kind", "plugin"),
    [(PostgresProbe, b""), (MysqlProbe, b"mysql_clear_password"), (MysqlProbe, b"dialog")],
)
def test_a_password_is_never_sent_in_clear(kind: type[PostgresProbe | MysqlProbe], plugin: bytes) -> None:
    """Whoever answers may ask for it, and is refused."""
    heard = b""
    login: dict[str, Any] = {"username": "u", "password": "sesame-1"}

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heard
        writer.write(greeting(kind))
        await reader.read(1000)
        writer.write(asks_for_clear(kind, plugin))
        while more := await reader.read(1000):
            heard += more

    seen = looked(kind, behave, **login)

    assert b"sesame" not in heard
    assert failure_of(seen) == "auth"
    assert seen.failure
    assert "asks for the password in clear" in seen.failure.message
