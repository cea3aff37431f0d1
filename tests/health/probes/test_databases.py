"""The probes of both SQL databases, which promise the same."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.health.probes.looking import SECOND, look
from tests.health.probes.servers_databases import PASSWORD
from tiktoktoe_cli.expressions import Duration, Timestamp
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


def test_a_statement_without_rows_has_none(ask: Ask) -> None:
    """That there are no rows is an answer too."""
    seen = ask(query="SELECT 1 AS a FROM (SELECT 1 AS b) AS c WHERE b = 2")

    assert (seen.values["rows"], seen.values["row_count"]) == ([], 0)


@pytest.mark.parametrize("statement", ["CREATE TABLE made (a int)", "COMMIT; CREATE TABLE made (a int)"])
def test_a_check_changes_nothing(ask: Ask, statement: str) -> None:
    """Whoever writes the query, the database stays as it is."""
    assert failure_of(ask(query=statement)) == "rejected"
    assert failure_of(ask(query="SELECT * FROM made")) == "rejected"


def failure_of(seen: Observation) -> str:
    """Return the reason of a failure, with which there are no values."""
    assert seen.failure, seen
    assert seen.values == {}
    return seen.failure.reason


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
    [({"database": "nope"}, "nope"), ({"query": "SELECT * FROM nope"}, "nope"), ({"query": "?"}, "syntax")],
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
    assert seen.failure.message.endswith("within 500ms, still waiting for the answer")
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
def test_a_query_is_needed(kind: type[PostgresProbe | MysqlProbe]) -> None:
    """An empty one asks nothing."""
    with pytest.raises(ValidationError):
        kind.model_validate({"address": "h:1", "username": "u", "query": ""})


def test_an_interval_is_a_duration(postgres: Server) -> None:
    """What PostgreSQL alone knows has a type as well: spans, documents, lists, addresses."""
    query = """SELECT interval '90 s' AS i, '{"a": [1]}'::jsonb AS j, ARRAY[1, 2] AS l, inet '::1' AS ip"""

    seen = asyncio.run(look(PostgresProbe, **postgres.settings(query=query)))

    ninety = Duration(90 * SECOND)
    assert seen.values["rows"] == [{"i": ninety, "j": {"a": [1]}, "l": [1, 2], "ip": "::1"}]


@pytest.mark.parametrize("query", ["SET application_name = 'x'", "SELECT 'infinity'::timestamptz"])
def test_what_gives_no_readable_rows(postgres: Server, query: str) -> None:
    """A statement without a result has no rows, and a value that Python cannot hold is an error: neither breaks."""
    seen = asyncio.run(look(PostgresProbe, **postgres.settings(query=query)))

    assert seen.values.get("rows") == [] or failure_of(seen) == "rejected"


@pytest.mark.parametrize(
    "environ",
    [
        {"PGPASSWORD": PASSWORD},
        {"PGOPTIONS": "-c search_path=nowhere"},
        {"PGSSLMODE": "verify-full"},
        {"PGCONNECT_TIMEOUT": "x"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_the_environment_does_not_count(postgres: Server, environ: dict[str, str]) -> None:
    """What libpq would find there changes nothing: neither is a password taken, nor a query changed."""
    settings = postgres.settings(query="SHOW search_path")
    if "PGPASSWORD" in environ:
        del settings["password"]
    code = f"""
import asyncio
from tests.health.probes.looking import look
from tiktoktoe_cli.health.probes.postgres import PostgresProbe
seen = asyncio.run(look(PostgresProbe, **{settings!r}))
print(seen.failure.reason if seen.failure else seen.values["rows"][0]["search_path"])
"""

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environ},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    expected = "auth" if "PGPASSWORD" in environ else '"$user", public'
    assert (done.stdout.strip(), done.stderr) == (expected, "")
