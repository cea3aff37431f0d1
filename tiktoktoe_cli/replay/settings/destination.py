"""What the YAML says about destinations, and where dead letters go."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator

from tiktoktoe_cli.config.fields import LocalPath, OneOf, Settings


def _path_alone(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class FileSettings(Settings):
    """A file of events, one JSON object a line."""

    path: LocalPath
    """Where it is; it replaces the file of an earlier run when this one succeeds."""


class DestinationSettings(OneOf):
    """Somewhere to deliver events to."""

    choice_of: ClassVar[str] = "the destinations"

    file: (
        Annotated[FileSettings, BeforeValidator(_path_alone, json_schema_input_type=str | FileSettings)]
        | None
    ) = None
    """A file; its path alone will do."""


class DeadLetterSettings(Settings):
    """Where events go that cannot be delivered."""

    file: LocalPath
    """A file with one JSON object a line: reason, errors, where the event stood, and its original bytes."""
