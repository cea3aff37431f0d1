"""Rows of tables find their way into events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    assert [stage.name for stage in facts.stages[1:3]] == ["context_enrichment", "context_enrichment_2"]


def test_counts_hits_and_misses_of_the_cache(shelf: Shelf) -> None:
    """The cache forgets what was not used for the longest time, and says how often it helped."""
    shelf.put("t.csv", "id\na\nb\nc\n")
    shelf.events(*({"time": TIME, "data": {"who": who}} for who in "abacab"))  # a hit: the 2nd and 3rd `a`

    facts = shelf.run(enrichment(shelf, cache={"strategy": "lru", "size": 2}))

    assert (facts.measure("cache_hits"), facts.measure("cache_misses")) == (2, 4)


def test_events_do_not_share_what_is_within_a_row(shelf: Shelf) -> None:
    """Objects within a row of an NDJSON table are each event's own too."""
    shelf.put("t.jsonl", '{"id":"c-1","address":{"city":"Ulm"}}\n')
    shelf.events(*({"time": TIME, "n": n, "data": {"who": "c-1"}} for n in (1, 2)))

    shelf.run(enrichment(shelf, "t.jsonl"), {"map": {"data.customer.address.n": "n"}})

    assert [event["data"]["customer"]["address"]["n"] for event in shelf.read("all")] == [1, 2]


def test_a_table_may_have_a_cache_that_forgets(shelf: Shelf) -> None:
    """The rows are the same, whatever the cache is."""
    shelf.put("t.csv", "id\nc-1\n")
    shelf.events(*({"time": TIME, "data": {"who": who}} for who in ("c-1", "c-2", "c-1")))

    facts = shelf.run(enrichment(shelf, cache={"ttl": "5m", "negative": "30s"}))

    assert [event["data"]["customer"] for event in shelf.read("all")] == [{"id": "c-1"}, None, {"id": "c-1"}]
    assert (facts.measure("cache_hits"), facts.measure("cache_misses")) == (1, 2)
