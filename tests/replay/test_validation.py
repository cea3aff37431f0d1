"""Events are checked against a schema and the rules of CloudEvents."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.replay import Ending
from tiktoktoe_cli.replay.schema import SchemaProblemError, compile_schema
from tiktoktoe_cli.replay.station import Drop

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

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


@pytest.mark.parametrize(("order", "unfinished"), [("event_time", 2), ("input", 0)])
def test_fail_ends_the_run_at_the_first_invalid_event(shelf: Shelf, order: str, unfinished: int) -> None:
    """With `fail` nothing is published; the event that stopped the run is named and kept."""
    valid = {"time": TIME, "specversion": "1.0", "id": "1", "source": "/a", "type": "t"}
    shelf.events(valid, {"time": TIME}, valid, valid)

    facts = shelf.run(
        {"validation": {"cloudevents": "strict", "error_handling": "fail"}},
        input={"paths": [f"{shelf.folder}/*.ndjson"], "order": order},
    )

    assert (facts.ending, facts.ok) == (Ending.REFUSED, False)
    assert facts.refused is not None
    assert facts.refused.line.number == 2
    assert (facts.delivered, facts.dead, facts.unfinished) == (1, 1, unfinished)
    assert sorted(path.name for path in (shelf.folder / "out").iterdir()) == [
        "all.ndjson.partial",
        "dead.ndjson.partial",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON"),
        ('{"type": "nope"}', "at `/type`"),
        ('{"pattern": "("}', "is not a JSON Schema"),
        ('{"$ref": "#/nowhere"}', "is not a JSON Schema"),
        ('{"$ref": "missing.json"}', "is not a JSON Schema"),
        ('{"$ref": "http://127.0.0.1:9/x.json"}', "not fetched from the network"),
        ('{"$ref": "https://127.0.0.1:9/x.json"}', "not fetched from the network"),
        ('{"$ref": "file:///dev/zero"}', "not a regular file"),
        ('{"$ref": "a%00b.json"}', "is not a JSON Schema"),
        ("[" + " " * (16 << 20), "larger than 16,777,216 bytes"),
        ('{"$schema": "https://example.com/own"}', "is not a JSON Schema"),
    ],
)
def test_refuses_a_schema_that_does_not_compile(shelf: Shelf, content: str, message: str) -> None:
    """A schema with a mistake is found before any event is read, and nothing is fetched from the network."""
    schema = shelf.put("schema.json", content)

    with pytest.raises(SchemaProblemError) as caught:
        compile_schema(schema)

    assert message in caught.value.message


def test_refuses_a_schema_that_is_a_pipe(shelf: Shelf) -> None:
    """Reading from a pipe that nobody writes to would never end."""
    os.mkfifo(shelf.folder / "schema.json")

    with pytest.raises(SchemaProblemError, match="not a regular file"):
        compile_schema(shelf.folder / "schema.json")


def test_an_event_nested_too_deeply_is_invalid(shelf: Shelf) -> None:
    """What the validator cannot look into is told as a fault, not as a crash."""
    schema = shelf.put("schema.json", '{"properties": {"a": {"type": "string"}}}')
    shelf.put("a.ndjson", b'{"time":"2026-03-02T08:00:00Z","a":' + b"[" * 900 + b"]" * 900 + b"}\n")

    facts = shelf.run({"validation": {"schema": str(schema)}})

    assert facts.reasons == {"invalid": 1}
    assert [error["keyword"] for error in shelf.read("dead")[0]["errors"]] == ["too-deep"]


def test_a_message_never_holds_a_whole_event(shelf: Shelf) -> None:
    """What the library says about a large event is cut."""
    schema = compile_schema(shelf.put("schema.json", '{"required": ["n"], "maxProperties": 0}'))

    faults = list(schema.faults({"x": "y" * 10_000}))

    assert [fault.keyword for fault in faults] == ["maxProperties", "required"]
    assert all(len(fault.message) <= 301 for fault in faults)
