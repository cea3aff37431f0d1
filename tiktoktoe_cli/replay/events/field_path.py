"""Paths to a field of an event, such as `data.customer_id`: parsed once, then read and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Json: TypeAlias = Any
"""A JSON value as orjson gives it: whatever the event's producer wrote."""


_TEXTS = frozenset({str, type(None)})
_OBJECTS = frozenset({dict})
_USUAL_PARTS = 2


def key_text(value: Json) -> str | None:
    """Write a value as a key to compare by; None if it is no text, number or boolean."""
    if type(value) is str:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class FieldPath:
    """Names of nested objects' keys, from the outside to the inside; a key that has a dot in it cannot be named."""

    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> FieldPath:
        """Read `data.customer_id`.

        Raises:
            ValueError: if a name between the dots is empty.
        """
        parts = tuple(text.split("."))
        if not all(parts):
            raise ValueError(f"`{text}` is not a path of names with dots between them")
        return cls(parts)

    def read(self, body: Json) -> Json:
        """Return the value at the path; None if it is null, or not there."""
        try:
            for part in self.parts:
                body = body[part]
        except (KeyError, TypeError):
            return None
        return body

    def column(self, bodies: Sequence[Json]) -> list[Json]:
        """Return the value of each event; None where it is null, or not there."""
        try:
            match self.parts:
                case (name,):
                    return [body[name] for body in bodies]
                case (outer, name):
                    return [body[outer][name] for body in bodies]
        except (KeyError, TypeError):
            pass
        return list(map(self.read, bodies))

    def text_column(self, bodies: Sequence[Json]) -> list[str | None]:
        """Return the value of each event as a key to compare by, as `read_text` has it."""
        values = self.column(bodies)
        return values if set(map(type, values)) <= _TEXTS else list(map(key_text, values))

    def read_text(self, body: Json) -> str | None:
        """Return the value at the path as a key to compare by; None if it is no text, number or boolean.

        Numbers and booleans are compared by the text JSON has for them: `17` is the same key as `"17"`.
        """
        return key_text(self.read(body))

    def write(self, body: dict[str, Json], value: Json) -> bool:
        """Put a value at the path, making the objects on the way; False if something else than an object is there."""
        *outer, last = self.parts
        for part in outer:
            inner = body.setdefault(part, {})
            if not isinstance(inner, dict):
                return False
            body = inner
        body[last] = value
        return True

    def write_column(self, bodies: Sequence[dict[str, Json]], values: Sequence[Json]) -> Sequence[int]:
        """Put a value into each event, as `write` does; tell the indexes of those into which it could not be put."""
        if len(self.parts) <= _USUAL_PARTS:
            *outer, name = self.parts
            places = [body.get(outer[0]) for body in bodies] if outer else bodies
            if set(map(type, places)) <= _OBJECTS:
                for place, value in zip(places, values, strict=True):
                    place[name] = value  # type: ignore[index]  # they are objects, as was just seen
                return ()
        pairs = zip(bodies, values, strict=True)
        return [index for index, (body, value) in enumerate(pairs) if not self.write(body, value)]

    def __str__(self) -> str:
        return ".".join(self.parts)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:  # any type
        from pydantic_core import core_schema

        written = core_schema.to_string_ser_schema()
        return core_schema.no_info_plain_validator_function(cls._accept, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:  # JSON
        return {"type": "string", "pattern": r"^[^.]+(\.[^.]+)*$", "examples": ["data.customer_id"]}

    @classmethod
    def _accept(cls, value: object) -> FieldPath:
        from pydantic_core import PydanticCustomError

        if isinstance(value, cls):
            return value
        try:
            return cls.parse(str(value) if isinstance(value, str) else "")
        except ValueError:
            context = {"given": str(value), "hint": "write it as `data.customer_id`"}
            raise PydanticCustomError("wrong-form", "`{given}` is not a path to a field", context) from None
