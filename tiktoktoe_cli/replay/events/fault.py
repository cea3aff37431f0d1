"""Faults: single things that are wrong with an event."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

Body: TypeAlias = dict[str, Any]
"""The event's JSON object. Any: its values are whatever the producer wrote."""


class Fault(NamedTuple):
    """One thing that is wrong with an event.

    `path` is where (a JSON Pointer into the event), `rule` which rule says so (a JSON Pointer into the schema, or the
    part of a specification), `keyword` a stable word for the kind of error.
    """

    path: str
    rule: str
    keyword: str
    message: str


def no_object(parts: tuple[str, ...]) -> Fault:
    """Say that a field cannot be put at a path, because something else than objects is in the way."""
    return Fault(pointer(*parts), "", "no-object", f"`{'.'.join(parts)}` is not within objects")


def pointer(*steps: str | int) -> str:
    """Write a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
