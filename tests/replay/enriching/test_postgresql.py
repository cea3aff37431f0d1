"""A PostgreSQL server is asked for what belongs to an event, and never written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import trustme
from pydantic import ValidationError

from tests.health.probes.servers_databases import PASSWORD, USER, Server, running_postgres
from tests.transport.servers import closed_port
from tiktoktoe_cli.replay.enriching.postgresql import PostgresqlSource
from tiktoktoe_cli.replay.enriching.source import Failed
from tiktoktoe_cli.replay.settings.enrichment import PostgresqlSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.replay.conftest import Shelf

QUERY = "SELECT name, tier, since FROM customers WHERE id = %s::int"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run PostgreSQL with a table of customers."""
    with running_postgres(trustme.CA()) as server:
        login = f"host=127.0.0.1 port={server.port} user={USER} password={PASSWORD} dbname=postgres"
        with psycopg.connect(login, autocommit=True) as connection:
            connection.execute("CREATE TABLE customers (id int, name text, tier numeric, since timestamptz)")
            connection.execute(
                "INSERT INTO customers VALUES (17, 'Ada', 1.5, '2026-03-02T08:00:00Z'), (18, NULL, 2, NULL), "
                "(19, 'x', 1, NULL), (19, 'y', 1, NULL)"
            )
        yield server


def settings(server: Server, **changed: Any) -> PostgresqlSettings:
    """Write the settings of a lookup."""
    return PostgresqlSettings.model_validate({**server.settings(), "query": QUERY} | changed)


def answers(found: Sequence[object]) -> list[object]:
    """Tell rows, misses and messages."""
    return [
        answer() if callable(answer) else answer.message if isinstance(answer, Failed) else answer
        for answer in found
    ]


def test_gives_the_row_as_json(server: Server) -> None:
    """Times and numbers are what the server makes JSON of; who is unknown is a miss."""
    found = answers(PostgresqlSource(settings(server)).find(["17", "18", "99"]))

    assert found == [
        {"name": "Ada", "tier": 1.5, "since": "2026-03-02T08:00:00+00:00"},
        {"name": None, "tier": 2, "since": None},
        None,
    ]


def test_one_key_that_fails_does_not_spoil_the_others(server: Server) -> None:
    """A key that is no number, two rows, NUL: each is told, and the others are answered."""
    found = answers(PostgresqlSource(settings(server)).find(["no number", "17", "19", "a\0b", "99"]))

    assert isinstance(found[0], str)
    assert "invalid input syntax" in found[0]
    assert isinstance(found[1], dict)
    assert found[2] == "the query gives more than one row"
    assert isinstance(found[3], str)
    assert found[4] is None


def test_a_key_that_is_no_text_does_not_end_the_run(server: Server) -> None:
    """Half a character can be in an event, and not in a message to the server; the other keys are answered."""
    found = answers(PostgresqlSource(settings(server)).find(["\ud800", "99"]))

    assert isinstance(found[0], str)
    assert found[1] is None


@pytest.mark.parametrize(
    "query", ["SELECT 1 AS found WHERE 'k' = %s", "SELECT 1 AS found WHERE 'k' = %s -- one"]
)
def test_a_query_may_have_any_column_and_end_with_a_comment(server: Server, query: str) -> None:
    """What is written around it does not get in its way."""
    assert answers(PostgresqlSource(settings(server, query=query)).find(["k"])) == [{"found": 1}]


def test_a_row_that_is_nested_too_deep_is_no_answer(server: Server) -> None:
    """The server has no limit there, the reader of its JSON has."""
    query = "SELECT (repeat('[', 2000) || repeat(']', 2000))::json AS deep WHERE 'k' = %s"

    (found,) = answers(PostgresqlSource(settings(server, query=query)).find(["k"]))

    assert isinstance(found, str)
    assert "cannot be read" in found


def test_writes_nothing(server: Server) -> None:
    """Whatever the query is, the session is read-only."""
    query = "WITH gone AS (DELETE FROM customers WHERE id = %s::int RETURNING name) SELECT * FROM gone"

    (found,) = answers(PostgresqlSource(settings(server, query=query)).find(["17"]))

    assert isinstance(found, str)
    assert answers(PostgresqlSource(settings(server)).find(["17"])) != [None]


def test_a_query_that_takes_too_long_is_no_answer(server: Server) -> None:
    """The server gives it up; the connection stays."""
    slow = settings(server, query="SELECT pg_sleep(%s::int)", timeout="200ms")

    (found,) = answers(PostgresqlSource(slow).find(["5"]))

    assert isinstance(found, str)
    assert "timeout" in found


def test_a_connection_that_was_lost_is_opened_again(server: Server) -> None:
    """The keys of that moment have no answer, those after it have."""
    source = PostgresqlSource(settings(server))
    source.find(["17"])
    login = f"host=127.0.0.1 port={server.port} user={USER} password={PASSWORD} dbname=postgres"
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tiktoktoe'"
        )

    source.find(["17"])

    assert callable(source.find(["17"])[0])


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"username": "nobody"}])
def test_a_login_that_is_refused_does_not_tell_the_password(server: Server, wrong: dict[str, str]) -> None:
    """Why is told, in one line."""
    (found,) = answers(PostgresqlSource(settings(server, **wrong)).find(["17"]))

    assert isinstance(found, str)
    assert "authentication failed" in found
    assert "\n" not in found
    assert PASSWORD not in found
    assert "wrong" not in found


def test_a_server_that_is_not_there_is_no_answer(server: Server) -> None:
    """All keys of the batch have none."""
    found = answers(
        PostgresqlSource(settings(server, address=f"127.0.0.1:{closed_port()}")).find(["17", "18"])
    )

    assert [isinstance(one, str) and "refused" in one for one in found] == [True, True]


def test_a_run_with_a_database(server: Server, shelf: Shelf) -> None:
    """Rows come into events, behind the cache."""
    shelf.events(*({"time": "2026-03-02T08:00:00Z", "who": who} for who in (17, 99, 17)))
    lookup = {"postgresql": {**server.settings(), "query": QUERY}, "key": "who"}

    facts = shelf.run({"context_enrichment": {"lookup": lookup, "into": "row"}})

    assert [(event["row"] or {}).get("name") for event in shelf.read("all")] == ["Ada", None, "Ada"]
    assert (facts.measure("cache_hits"), facts.measure("not_found")) == (1, 1)


@pytest.mark.parametrize("query", ["SELECT 1", "SELECT %s || %s", "SELECT '100%%'"])
def test_a_query_has_one_place_for_the_key(query: str) -> None:
    """None and two are told where they are written."""
    with pytest.raises(ValidationError, match="expected one `%s`"):
        PostgresqlSettings.model_validate({"address": "127.0.0.1", "username": "u", "query": query})
