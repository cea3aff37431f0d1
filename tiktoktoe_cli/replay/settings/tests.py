"""What the YAML says about the tests of a pipeline (`pipelines.NAME.tests`)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, LocalPath, Name, Settings, Text
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.events.letter import Reason


class EventSettings(Settings):
    """What an event must be; all that is said has to hold."""

    equals: dict[str, Any] | None = None  # JSON
    """The whole event."""
    contains: dict[str, Any] | None = None  # JSON
    """Some of its fields, inside of objects too; arrays are compared whole."""
    where: Annotated[Expression, Cel()] | None = None
    """A condition as CEL over its own fields."""


def _output(value: object) -> object:
    """Read the short forms: a list of events, how many, a file."""
    for kind, key in ((list, "events"), (int, "count"), (str, "file")):
        if isinstance(value, kind) and not isinstance(value, bool):
            return {key: value}
    return value


class OutputSettings(Settings):
    """What a destination must get; short for `events` is a list, for `count` a number, for `file` a path."""

    events: tuple[EventSettings, ...] | None = None
    """The events, in their order, and no others."""
    any_order: bool = False
    """Whether the events may come in any order."""
    count: int | None = Field(None, ge=0)
    """How many events."""
    file: LocalPath | None = None
    """A file with exactly these lines; `replay test --update` writes it."""


_SHORT = OutputSettings | tuple[EventSettings, ...] | int | str
"""The forms in which an output may be written."""


class LetterSettings(Settings):
    """What a dead letter must be; all that is said has to hold."""

    reason: Reason | None = None
    """Why it is dead."""
    stage: Text | None = None
    """Where it ended."""
    contains: dict[str, Any] | None = None  # JSON
    """Some fields of the original event."""


class TestSettings(Settings):
    """Events that go in, and what must come out; nothing is sent, written or remembered."""

    __test__ = False  # pytest would take it for a test

    name: Name
    """What is tested."""
    input: tuple[dict[str, Any] | str, ...] = ()
    """The events; a text is a line as it stands, such as one that is no JSON."""
    files: tuple[LocalPath, ...] = ()
    """Files to read instead, as in the pipeline's `input.paths`."""
    lookups: dict[str, dict[str, dict[str, Any] | str | None]] = Field(default_factory=dict)  # JSON
    """What lookups answer, so that no other program is asked: by the stage's name as reports have it
    (`context_enrichment`, `context_enrichment_2`) and the key. An object is the row, null says that there is none, a
    text why there is no answer; there is no row for other keys."""
    seed: int = 0
    """What chance begins with."""
    expect: dict[str, Annotated[OutputSettings, BeforeValidator(_output, json_schema_input_type=_SHORT)]] = (
        Field(default_factory=dict)
    )
    """What each destination must get, by name; those that are not named must get nothing."""
    dead_letters: tuple[LetterSettings, ...] | Annotated[int, Field(ge=0)] = 0
    """The dead letters in their order, or how many there are."""

    @model_validator(mode="after")
    def _one_input(self) -> TestSettings:
        if bool(self.input) == bool(self.files):
            context = {"hint": "write `input: [{...}]`, or `files: [events.ndjson]`"}
            raise PydanticCustomError("one-of", "expected either `input` or `files`", context)
        return self
