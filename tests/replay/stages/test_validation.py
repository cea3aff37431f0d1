"""Events are checked against a schema and the rules of CloudEvents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.replay import Ending
from tiktoktoe_cli.replay.events.batch import Drop

if TYPE_CHECKING:
    from tests.replay.conftest import Json, Shelf

TIME = "2026-03-02T08:00:00Z"
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "required": ["n"],
    "properties": {"n": {"type": "integer", "maximum": 3}, "list": {"items": {"$ref": "part.json"}}},
}


def test_keeps_every_error_of_an_invalid_event(shelf: Shelf) -> None:
    """A dead letter holds all errors: where in the event, which part of the schema, which keyword."""
    shelf.put("part.json", '{"type": "string"}')
    schema = shelf.put("schema.json", json.dumps(SCHEMA))
    shelf.events({"time": TIME, "n": 3}, {"time": TIME, "n": 4, "list": ["a", 1]})

    facts = shelf.run({"validation": {"schema": str(schema), "cloudevents": "strict"}})

    [valid_but_no_cloudevent, letter] = shelf.read("dead")
    assert facts.reasons == {"invalid": 2}
    assert len(valid_but_no_cloudevent["errors"]) == 4
    errors = [(error["path"], error["schema_path"], error["keyword"]) for error in letter["errors"][-2:]]
    assert errors == [
        ("/list/1", "/properties/list/items/$ref/type", "type"),
        ("/n", "/properties/n/maximum", "maximum"),
    ]


def test_skip_invalid_counts_and_goes_on(shelf: Shelf) -> None:
    """Skipped events are no dead letters, but they count as errors."""
    shelf.events({"time": TIME}, {"time": TIME, "specversion": "1.0", "id": "1", "source": "/a", "type": "t"})

    facts = shelf.run({"validation": {"cloudevents": "strict", "error_handling": "skip_invalid"}})

    assert (facts.delivered, facts.dropped(Drop.SKIPPED), facts.dead, facts.error_rate) == (1, 1, 0, 0.5)
    assert shelf.bytes_of("dead") == b""


@pytest.mark.parametrize("order", ["event_time", "input"])
@pytest.mark.parametrize("before", [[], [{"dedupe": {"key": ["n"]}}]], ids=["first", "after a memory"])
def test_fail_ends_the_run_at_the_first_invalid_event(shelf: Shelf, order: str, before: list[Json]) -> None:
    """With `fail` nothing is published; the event that stopped the run is named and kept, those before it go on."""
    valid = {"time": TIME, "specversion": "1.0", "id": "1", "source": "/a", "type": "t"}
    shelf.events(valid, {"time": TIME}, valid, {"time": TIME})

    facts = shelf.run(
        *before,
        {"validation": {"cloudevents": "strict", "error_handling": "fail"}},
        input={"paths": [f"{shelf.folder}/*.ndjson"], "order": order},
    )

    assert (facts.ending, facts.ok) == (Ending.REFUSED, False)
    assert facts.refused is not None
    assert facts.refused.origin.number == 2
    assert (facts.delivered, facts.dead, facts.unfinished) == (1, 1, 2)
    assert sorted(path.name for path in (shelf.folder / "out").iterdir()) == [
        "all.ndjson.partial",
        "dead.ndjson.partial",
    ]


def test_an_event_nested_too_deeply_is_invalid(shelf: Shelf) -> None:
    """What the validator cannot look into is told as a fault, not as a crash."""
    schema = shelf.put("schema.json", '{"properties": {"a": {"type": "string"}}}')
    shelf.put("a.ndjson", b'{"time":"2026-03-02T08:00:00Z","a":' + b"[" * 900 + b"]" * 900 + b"}\n")

    facts = shelf.run({"validation": {"schema": str(schema)}})

    assert facts.reasons == {"invalid": 1}
    assert [error["keyword"] for error in shelf.read("dead")[0]["errors"]] == ["too-deep"]


def test_fail_ends_the_run_also_at_an_event_that_was_held(shelf: Shelf) -> None:
    """An event that comes out of a session when the input is over is looked at like any other."""
    shelf.events({"time": TIME, "k": 1})
    validation = {"validation": {"cloudevents": "strict", "error_handling": "fail"}}

    facts = shelf.run({"correlation": {"key": "k", "window": "1m"}}, validation)

    assert (facts.ending, facts.delivered, facts.dead) == (Ending.REFUSED, 0, 1)
