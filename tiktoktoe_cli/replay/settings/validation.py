"""What the YAML says about validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings
from tiktoktoe_cli.replay.choices import CloudEventsCheck, ErrorHandling

if TYPE_CHECKING:
    from pathlib import Path


def _check_schema(path: Path) -> Path:
    from tiktoktoe_cli.replay.schema import SchemaProblemError, compile_schema
    from tiktoktoe_cli.replay.schemas import files_of

    try:
        for file in files_of(path).values():
            compile_schema(file)
    except SchemaProblemError as problem:
        context = {"message": problem.message, "hint": problem.hint}
        raise PydanticCustomError("json-schema", "{message}", context) from None
    return path


def _for_all(value: object) -> object:
    return value if isinstance(value, dict) else {"default": value}


class ValidationSettings(Settings):
    """Check every event against a JSON Schema, the rules of CloudEvents, or both."""

    schema_paths: Annotated[
        dict[str, Annotated[LocalPath, AfterValidator(_check_schema)] | None],
        BeforeValidator(_for_all, json_schema_input_type=str | dict[str, str | None]),
    ] = Field(default_factory=dict, alias="schema")
    """A JSON Schema (2020-12, unless its `$schema` says otherwise) for the whole event; its formats are checked. Or one
    for each type: `{order.placed: order.json, "payment.*": payment.json, default: other.json}`. A type's own name is
    looked for first, then the patterns in their order, then `default`; null leaves events unchecked, and a type with no
    schema is not valid. In the name of a file, `{type}` is the type of the event, as in `schemas/{type}.json`; such a
    type is made of letters, digits, `.`, `_` and `-`, and begins with neither `.` nor `-`. A schema may refer to files
    beside it; nothing is fetched from the network."""
    cloudevents: CloudEventsCheck = CloudEventsCheck.OFF
    """`strict` checks every MUST of CloudEvents 1.0 and its JSON format; YAML's bare `off` is fine."""
    error_handling: ErrorHandling = ErrorHandling.DEAD_LETTER
    """`dead_letter` keeps an invalid event with all its errors, `skip_invalid` only counts it, `fail` ends the run."""

    @property
    def schema_files(self) -> list[Path]:
        """The schemas that are there now."""
        from tiktoktoe_cli.replay.schemas import files_of

        return [file for path in self.schema_paths.values() if path for file in files_of(path).values()]
