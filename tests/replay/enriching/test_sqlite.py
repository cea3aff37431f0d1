"""A database is asked for what belongs to an event, and never written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.enriching.source import Failed
from tiktoktoe_cli.replay.enriching.sqlite import SqliteSource
from tiktoktoe_cli.replay.settings.enrichment import EnrichmentSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"
QUERY = "SELECT name, tier FROM customers WHERE id = ?"


@pytest.fixture
def database(shelf: Shelf) -> Path:
    """Make a database of customers; one id stands there twice, one row holds bytes."""
    path = shelf.folder / "shop.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE customers (id INTEGER, name, tier)")
        rows = [(17, "Ada", 1.5), (18, "Grace", None), (19, "x", 1), (19, "y", 1), (20, b"\0", 1)]
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?)", rows)
    return path


def test_gives_the_row_with_its_types(database: Path) -> None:
    """A row is an object of its columns; a number is found by its text; who is unknown is a miss."""
    answers = SqliteSource(database, QUERY).find(["17", "18", "99", "text"])

    assert [answer() if callable(answer) else answer for answer in answers] == [
        {"name": "Ada", "tier": 1.5},
        {"name": "Grace", "tier": None},
        None,
        None,
    ]


def test_two_rows_and_bytes_are_no_answer(database: Path) -> None:
    """Which of two rows is meant nobody can say, and bytes are no JSON; neither can a broken text be asked for."""
    answers = SqliteSource(database, QUERY).find(["19", "20", "\ud800"])

    assert [answer.message.partition(":")[0] for answer in answers if isinstance(answer, Failed)] == [
        "the query gives more than one row",
        "the column `name` holds bytes, which JSON has not",
        "the database did not answer",
    ]


def test_writes_nothing(database: Path) -> None:
    """A query that would change the database gets no answer."""
    before = database.read_bytes()
    source = SqliteSource(database, "DELETE FROM customers WHERE id = ? RETURNING name, tier")

    (answer,) = source.find(["17"])

    assert isinstance(answer, Failed)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "query", ["SELECT * FROM nobody WHERE id = ?", "SELEC ?", "SELECT 1", "SELECT ? , ?"]
)
def test_a_query_that_does_not_fit_is_told_before_the_run(database: Path, query: str) -> None:
    """A missing table, a mistake, or another number of `?` than one is found before any event is read."""
    with pytest.raises(UsageError, match="cannot ask the database"):
        SqliteSource(database, query)


def test_a_database_that_is_missing_is_not_made(shelf: Shelf) -> None:
    """It is an error, and stays missing."""
    with pytest.raises(UsageError, match="cannot read the database"):
        SqliteSource(shelf.folder / "none.db", QUERY)

    assert not (shelf.folder / "none.db").exists()


def stage(path: Path, **changed: Any) -> dict[str, Any]:
    """Make the stage over the database."""
    lookup = {"sqlite": {"file": str(path), "query": QUERY}, "key": "who"}
    return {"context_enrichment": {"lookup": lookup, "into": "customer"} | changed}


@pytest.mark.parametrize(
    ("changed", "passed", "dead", "dropped"),
    [
        ({}, [17, 99], ["failed"], 0),
        ({"on_miss": "drop"}, [17], ["failed"], 1),
        ({"on_miss": "dead_letter"}, [17], ["failed", "not-found"], 0),
        ({"on_error": None}, [17, 19, 99], [], 0),
        ({"on_error": "fail"}, [17], ["failed"], 0),
    ],
)
def test_misses_and_failures_have_their_outcomes(  # noqa: PLR0913, PLR0917  # a table of outcomes
    shelf: Shelf, database: Path, changed: Any, passed: list[int], dead: list[str], dropped: int
) -> None:
    """What was not found and what failed pass with null, are dropped and counted, are dead letters, or end the run."""
    shelf.events(*({"time": TIME, "who": who} for who in (17, 19, 99)))

    facts = shelf.run(stage(database, **changed))

    if changed.get("on_error") == "fail":
        assert facts.ending == "refused"
        return
    assert [event["who"] for event in shelf.read("all")] == passed
    assert sorted(letter["errors"][0]["keyword"] for letter in shelf.read("dead")) == dead
    assert sum(facts.stages[1].dropped.values()) == dropped
    assert (facts.measure("failed"), facts.measure("not_found")) == (1, 1)


@pytest.mark.parametrize(
    "lookup",
    [
        {"key": "a"},
        {"key": "a", "table": "t.csv"},
        {"key": "a", "sqlite": {"file": "a.db", "query": "q"}, "match": "id"},
        {"key": "a", "sqlite": {"file": "a.db", "query": "q"}, "table": "t.csv", "match": "id"},
    ],
)
def test_a_lookup_has_one_source(lookup: Any) -> None:
    """A table with its column, or a database: not both, not neither."""
    with pytest.raises(ValidationError) as caught:
        EnrichmentSettings.model_validate({"lookup": lookup, "into": "x"})

    assert caught.value.errors()[0]["type"] in {"one-of", "missing-key"}
