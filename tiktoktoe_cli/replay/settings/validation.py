"""What the YAML says about validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import LocalPath, Settings
from tiktoktoe_cli.replay.choices import CloudEventsCheck, ErrorHandling

if TYPE_CHECKING:
    from pathlib import Path


def _check_schema(path: Path) -> Path:
    from tiktoktoe_cli.replay.schema import SchemaProblemError, compile_schema

    try:
        compile_schema(path)
    except SchemaProblemError as problem:
        context = {"message": problem.message, "hint": problem.hint}
        raise PydanticCustomError("json-schema", "{message}", context) from None
    return path


class ValidationSettings(Settings):
    """Check every event against a JSON Schema, the rules of CloudEvents, or both."""

    schema_file: Annotated[LocalPath, AfterValidator(_check_schema)] | None = Field(None, alias="schema")
    """A JSON Schema (2020-12, unless its `$schema` says otherwise) for the whole event. It may refer to files beside
    it; nothing is fetched from the network."""
    cloudevents: CloudEventsCheck = CloudEventsCheck.OFF
    """`strict` checks every MUST of CloudEvents 1.0 and its JSON format; YAML's bare `off` is fine."""
    error_handling: ErrorHandling = ErrorHandling.DEAD_LETTER
    """`dead_letter` keeps an invalid event with all its errors, `skip_invalid` only counts it, `fail` ends the run."""
