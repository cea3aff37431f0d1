"""What the YAML says about the stages that change events one by one: map, redact and flatten."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Secret, Settings
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.choices import OnNoValue, Redact
from tiktoktoe_cli.replay.events.field_path import FieldPath


def null_word(value: object) -> object:
    """Take YAML's null for the word."""
    return "null" if value is None else value


def fields_alone(value: object) -> object:
    """Read `{data.total: CEL}` as the fields."""
    is_whole = isinstance(value, dict) and isinstance(value.get("fields"), dict)
    return value if is_whole else {"fields": value}


def path_alone(value: object) -> object:
    """Read a path as the field."""
    return {"field": value} if isinstance(value, str) else value


class MapSettings(Settings):
    """Write computed values into the event."""

    fields: dict[FieldPath, Annotated[Expression, Cel()]] = Field(min_length=1)
    """The fields, each with CEL over the event's own fields, in the order in which they are computed; each sees those
    before it. What was in a field is replaced."""
    on_error: Annotated[OnNoValue, BeforeValidator(null_word)] = OnNoValue.DEAD_LETTER
    """Where an expression has no value: make the event a `dead_letter`, or put `null` into the field."""


class RedactSettings(Settings):
    """Take out of events what nobody shall read: also out of dead letters, traces and logs."""

    fields: dict[FieldPath, Redact] = Field(min_length=1)
    """The fields: `drop` removes one, `mask` puts `***` there, `hmac` the HMAC-SHA-256 of its value. In arrays, the
    field of each element is meant."""
    key: Secret | None = None
    """The key of `hmac`, from the environment or a file: `${REDACT_KEY}`, `${file:redact.key}`."""

    @model_validator(mode="after")
    def _key_for_hmac(self) -> RedactSettings:
        if Redact.HMAC in self.fields.values() and not (self.key and self.key.get_secret_value()):
            context = {"hint": "write `key: ${REDACT_KEY}`, and put a secret into that variable"}
            raise PydanticCustomError("missing-key", "expected a `key`, for `hmac` needs one", context)
        return self


class FlattenSettings(Settings):
    """Make one object of an object with objects within it."""

    field: FieldPath
    """The object; an event in which there is none is left as it is."""
    separator: str = Field("_", min_length=1)
    """What stands between the joined keys: `address: {city: Ulm}` becomes `address_city: Ulm`."""
