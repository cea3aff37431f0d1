"""Each event is checked against the schema of its type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.replay.schemas import Schemas
from tiktoktoe_cli.replay.settings.validation import ValidationSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"


def needs(shelf: Shelf, name: str) -> Path:
    """Write a schema that asks for a field, which is called as the schema is."""
    return shelf.put(f"schemas/{name}.json", json.dumps({"required": [name]}))


def keyword_of(schemas: Schemas, body: dict[str, Any]) -> str | None:  # Any: JSON
    """Tell what is wrong with an event; both ways of asking agree."""
    faults = list(schemas.faults(body))
    assert schemas.are_valid([body]) == (not faults)
    return (
        faults[0].message.split("`")[0]
        if faults and faults[0].keyword == "no-schema"
        else (faults[0].message.split('"')[1] if faults else None)
    )


def test_the_name_comes_before_patterns_and_they_before_the_default(shelf: Shelf) -> None:
    """The type's own schema wins, then the first pattern that fits, then the default; also without a type."""
    schemas = Schemas(
        {
            "default": needs(shelf, "other"),
            "pay.*": needs(shelf, "pay"),
            "pay.x*": needs(shelf, "never"),
            "pay.out": needs(shelf, "out"),
        }
    )

    found = [keyword_of(schemas, {"type": name}) for name in ("pay.out", "pay.xy", "paying", 5, None)]

    assert found == ["out", "pay", "other", "other", "other"]


def test_null_leaves_a_type_unchecked(shelf: Shelf) -> None:
    """A type whose schema is null passes; one that nobody named does not."""
    schemas = Schemas({"a": needs(shelf, "a"), "b": None})

    found = [keyword_of(schemas, {"type": name}) for name in ("b", "c")]

    assert found == [None, "there is no schema for the type "]


def test_patterns_know_only_the_star(shelf: Shelf) -> None:
    """What else has a meaning in names of files is itself."""
    schemas = Schemas({"a[b]?*": needs(shelf, "x"), "default": None})

    assert [keyword_of(schemas, {"type": name}) for name in ("a[b]?c", "ab?c", "a[b]xc")] == ["x", None, None]


def test_a_path_with_the_type_is_a_file_for_each(shelf: Shelf) -> None:
    """The name of the file is the type; a type that leads elsewhere, or has no file, has no schema."""
    path = needs(shelf, "order.placed").parent / "{type}.json"
    shelf.put("secret.json", "{}")
    shelf.put("schemas/.hidden.json", "{}")
    schemas = Schemas({"default": path})

    found = [
        keyword_of(schemas, {"type": name})
        for name in ("order.placed", "order.paid", "../secret", ".hidden", "", "x" * 300, None)
    ]

    assert found[0] == "order.placed"
    assert {text.partition(" the type")[0].partition(" an event")[0] for text in found[1:] if text} == {
        "there is no schema for"
    }


@pytest.mark.parametrize("value", ["{type}.json", "a.json"])
def test_a_schema_that_does_not_compile_is_told_at_its_place(shelf: Shelf, value: str) -> None:
    """A mistake in any of the schemas is found when the configuration is read, with the file and where in it."""
    shelf.put("a.json", json.dumps({"properties": {"n": {"type": "nmber"}}}))

    with pytest.raises(ValidationError) as caught:
        ValidationSettings.model_validate({"schema": {"t": str(shelf.folder / value)}})

    (error,) = caught.value.errors()
    assert error["type"] == "json-schema"
    assert error["loc"][:2] == ("schema", "t")
    assert "a.json` is not a JSON Schema" in error["msg"]
    assert "at `/properties/n/type`" in error["msg"]


@pytest.mark.parametrize(
    ("name", "value", "is_valid"),
    [
        ("date-time", "2026-02-30T00:00:00Z", False),
        ("date-time", TIME, True),
        ("email", "nobody", False),
        ("uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", True),
        ("uuid", "2eb8aa08", False),
        ("ipv4", "256.1.1.1", False),
        ("uri", "//a", False),
        ("made-up", "anything", True),
    ],
)
def test_formats_are_checked(shelf: Shelf, name: str, value: str, is_valid: bool) -> None:  # noqa: FBT001  # a case
    """A format is more than an annotation; one that nobody knows is nothing."""
    schemas = Schemas({"default": shelf.put("f.json", json.dumps({"properties": {"v": {"format": name}}}))})

    assert schemas.are_valid([{"v": value}]) == is_valid


def test_a_run_tells_the_line_of_each_error(shelf: Shelf) -> None:
    """All errors of an event are in its dead letter, with the place in the event, in the schema and in the file."""
    schema = {
        "required": ["id"],
        "properties": {"data": {"properties": {"n": {"type": "integer", "minimum": 1}}}},
    }
    shelf.put("s/order.json", json.dumps(schema))
    shelf.events(
        {"time": TIME, "type": "order", "id": 1}, {"time": TIME, "type": "order", "data": {"n": 0.5}}
    )

    shelf.run({"validation": {"schema": str(shelf.folder / "s/{type}.json")}})

    (letter,) = shelf.read("dead")
    assert letter["source"]["line"] == 2
    assert sorted((error["path"], error["schema_path"], error["keyword"]) for error in letter["errors"]) == [
        ("", "/required", "required"),
        ("/data/n", "/properties/data/properties/n/minimum", "minimum"),
        ("/data/n", "/properties/data/properties/n/type", "type"),
    ]
