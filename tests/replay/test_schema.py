"""JSON Schemas are compiled before anything is read, and say where an event is wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.replay.schema import SchemaProblemError, compile_schema

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf


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


def test_a_message_never_holds_a_whole_event(shelf: Shelf) -> None:
    """What the library says about a large event is cut."""
    schema = compile_schema(shelf.put("schema.json", '{"required": ["n"], "maxProperties": 0}'))

    faults = list(schema.faults({"x": "y" * 10_000}))

    assert [fault.keyword for fault in faults] == ["maxProperties", "required"]
    assert all(len(fault.message) <= 301 for fault in faults)
