"""Rows of tables find their way into events."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.lookup import read_table

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"


def enrichment(shelf: Shelf, table: str = "t.csv", **changed: Any) -> dict[str, Any]:
    """Make the stage over a table of the shelf."""
    lookup = {"table": str(shelf.folder / table), "key": "data.who", "match": "id"}
    return {"context_enrichment": {"lookup": lookup, "into": "data.customer"} | changed}


def test_puts_the_row_into_the_event(shelf: Shelf) -> None:
    """The row with the same key becomes an object in the event; numbers match their text."""
    shelf.put("t.csv", 'id,name\nc-1,"Ada, Countess"\n17,Grace\n')
    shelf.events(*({"time": TIME, "data": {"who": who}} for who in ("c-1", 17, "nobody", None, ["c-1"])))

    facts = shelf.run(enrichment(shelf))

    assert [event["data"]["customer"] for event in shelf.read("all")] == [
        {"id": "c-1", "name": "Ada, Countess"},
        {"id": "17", "name": "Grace"},
        None,
        None,
        None,
    ]
    assert facts.measure("not_found") == 3


def test_what_is_not_found_can_be_a_dead_letter(shelf: Shelf) -> None:
    """With `on_miss: dead_letter` only enriched events pass; the others may pass another time."""
    shelf.put("t.csv", "id\nc-1\n")
    shelf.events({"time": TIME, "data": {"who": "c-1"}}, {"time": TIME, "data": {"who": "c-2"}})

    shelf.run(enrichment(shelf, on_miss="dead_letter"))

    assert len(shelf.read("all")) == 1
    assert [(letter["reason"], letter["disposition"]) for letter in shelf.read("dead")] == [
        ("lookup", "transient")
    ]


def test_a_row_is_not_forced_into_what_is_no_object(shelf: Shelf) -> None:
    """Where the path leads through something else than objects, nothing is overwritten."""
    shelf.put("t.csv", "id\nc-1\n")
    shelf.events({"time": TIME, "data": "text"}, {"time": TIME})

    shelf.run(enrichment(shelf))

    assert shelf.read("all") == [{"time": TIME, "data": {"customer": None}}]
    assert [letter["errors"][0]["path"] for letter in shelf.read("dead")] == ["/data/customer"]


def test_events_do_not_share_a_row(shelf: Shelf) -> None:
    """What a later stage writes into one event's row is not seen by another event."""
    shelf.put("t.csv", "id\nc-1\n")
    shelf.put("names.csv", "id,name\n1,one\n2,two\n")
    shelf.events(*({"time": TIME, "n": n, "data": {"who": "c-1"}} for n in (1, 2)))
    lookup = {"table": str(shelf.folder / "names.csv"), "key": "n", "match": "id"}
    second = {"context_enrichment": {"lookup": lookup, "into": "data.customer.number"}}

    facts = shelf.run(enrichment(shelf), second)

    names = [event["data"]["customer"]["number"]["name"] for event in shelf.read("all")]
    assert names == ["one", "two"]
    assert [stage.name for stage in facts.stages[2:4]] == ["context_enrichment", "context_enrichment_2"]


def test_counts_hits_and_misses_of_the_cache(shelf: Shelf) -> None:
    """The cache forgets what was not used for the longest time, and says how often it helped."""
    shelf.put("t.csv", "id\na\nb\nc\n")
    shelf.events(*({"time": TIME, "data": {"who": who}} for who in "abacab"))  # a hit: the 2nd and 3rd `a`

    facts = shelf.run(enrichment(shelf, cache={"strategy": "lru", "size": 2}))

    assert (facts.measure("cache_hits"), facts.measure("cache_misses")) == (2, 4)


def test_reads_ndjson_with_its_types(shelf: Shelf) -> None:
    """Rows of an NDJSON table keep numbers and objects."""
    path = shelf.put("t.ndjson", '{"id":1,"tags":["x"]}\n\n{"id":"b"}\n')

    assert read_table(path, "id") == {"1": {"id": 1, "tags": ["x"]}, "b": {"id": "b"}}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "id,name\na,x\na,y\n", ":3: `id` is `a` a second time"),
        ("t.csv", "id,name\na\n", ":2: expected 2 values, found 1"),
        ("t.csv", "id,name\n,x\n", ":2: the row has no `id`"),
        ("t.csv", "name\nx\n", ":1: there is no column `id`"),
        ("t.csv", "", ":1: there is no column `id`"),
        ("t.csv", b"id\n\xff\n", "cannot read the table"),
        ("t.csv", 'id\n"x', "cannot read the table"),
        ("t.ndjson", '{"id":1}\n[]\n', ":2: expected an object"),
        ("t.ndjson", '{"id":1}\n{\n', ":2: "),
        ("t.xlsx", "", "is no table"),
    ],
)
def test_refuses_a_table_that_is_wrong(shelf: Shelf, name: str, content: str | bytes, message: str) -> None:
    """A table with a mistake is named with its line, before any event is read."""
    path = shelf.put(name, content)

    with pytest.raises(UsageError) as caught:
        read_table(path, "id")

    assert message in caught.value.message


def test_refuses_a_table_that_is_missing(shelf: Shelf) -> None:
    """A table that is not there is a mistake in the configuration, not an empty one."""
    with pytest.raises(UsageError, match="cannot read the table"):
        read_table(shelf.folder / "t.csv", "id")


def test_refuses_a_table_that_is_a_pipe(shelf: Shelf) -> None:
    """Reading from a pipe that nobody writes to would never end."""
    os.mkfifo(shelf.folder / "t.csv")

    with pytest.raises(UsageError, match="not a regular file"):
        read_table(shelf.folder / "t.csv", "id")
