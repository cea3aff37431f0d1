"""What the YAML says about the stage that makes one event of many: aggregate."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, Name, OneOf, Text
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.settings.windows import KeyedSettings, key_alone

_Value = Annotated[Expression, Cel()]
_TAKEN = frozenset({"key", "window", "count"})


class FunctionSettings(OneOf):
    """What is made of the events of a window; each takes CEL over an event's own fields, such as a field's path.

    Events for which that has no value of the type that the function takes are left out of it, and counted.
    """

    choice_of: ClassVar[str] = "the functions"

    count: _Value | None = None
    """For how many events it is true."""
    sum: _Value | None = None
    """The sum of numbers."""
    avg: _Value | None = None
    """Their mean; null if there are none."""
    min: _Value | None = None
    """The least of them; null if there are none."""
    max: _Value | None = None
    """The greatest of them; null if there are none."""
    first: _Value | None = None
    """What the first event has, in the order of time; null if none has anything."""
    last: _Value | None = None
    """What the last event has."""
    distinct: _Value | None = None
    """How many different values there are."""


def _are_free(fields: dict[str, FunctionSettings]) -> dict[str, FunctionSettings]:
    for name in fields:
        if name in _TAKEN:
            context = {"name": name, "hint": "choose another name", "at": [(name,)]}
            message = "`{name}` is in every aggregated event already"
            raise PydanticCustomError("wrong-form", message, context)
    return fields


class AggregateSettings(KeyedSettings):
    """Make one event of those of a key in a window: how many they were, their sums, extremes and the like."""

    key: Annotated[
        tuple[FieldPath, ...],
        BeforeValidator(key_alone, json_schema_input_type=FieldPath | tuple[FieldPath, ...]),
    ] = ()
    """The field that events share, or several: the first that has a value counts. An event without one passes
    unchanged. By default all events are together."""
    fields: Annotated[dict[Name, FunctionSettings], AfterValidator(_are_free)] = Field(default_factory=dict)
    """What stands in the `data` of the event that is made, beside `key`, `window` and `count`:
    `{revenue: {sum: data.amount}, paid: {count: 'type == "order.paid"'}}`."""
    type: Text = Field("aggregate", min_length=1)
    """The type of the event that is made, a CloudEvent."""
