"""Reading variables, fields and elements, with errors that name what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions.dispatch import no_such_overload
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.maps import MISSING, find, key_text
from tiktoktoe_cli.expressions.values import TYPE_NAMES, UInt, Value, adopt

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(bindings: Mapping[str, Value], path: tuple[str, ...]) -> Value:
    """Read a variable and the fields selected from it: `data.amount` is the path (data, amount).

    A variable may have dots in its name; such names are tried where the first word alone is not bound, the
    longest first. Raises EvaluationError that names what is missing.
    """
    for length in (1, *range(len(path), 1, -1)):
        name = ".".join(path[:length])
        if name in bindings:
            return _walk(bindings[name], name, path[length:])
    raise EvaluationError(f"no such variable: {path[0]}", missing=path[0])


def _walk(value: Value, path: str, fields: tuple[str, ...]) -> Value:
    for field in fields:
        path = f"{path}.{field}"
        value = select(value, field, path)
    return value


def select(value: Value, field: str, path: str) -> Value:
    """Evaluate `value.field`, where `path` is how an error names it; raises EvaluationError."""
    entries = adopt(value)
    if type(entries) is not dict:
        raise EvaluationError(f"no such overload: {TYPE_NAMES[type(entries)]}.{field} (of `{path}`)")
    found = entries.get(field, MISSING)
    if found is MISSING:
        raise EvaluationError(f"no such key: {field}", missing=path)
    return found


def has_field(value: Value, field: str) -> bool:
    """Evaluate `has(value.field)`; raises EvaluationError where the value is no map."""
    entries = adopt(value)
    if type(entries) is not dict:
        raise no_such_overload("has", (entries,))
    return field in entries


def index(container: Value, key: Value, path: str) -> Value:
    """Evaluate `container[key]`, where `path` is how an error names it; raises EvaluationError."""
    items, wanted = adopt(container), adopt(key)
    if type(items) is list:
        return _element(items, wanted, path)
    if type(items) is not dict or type(wanted) not in (str, int, UInt, bool, float):
        raise no_such_overload("_[_]", (items, wanted))
    found = find(items, wanted)
    if found is MISSING:
        raise EvaluationError(f"no such key: {key_text(wanted)}", missing=path)
    return found


def _element(items: list[Value], position: Value, path: str) -> Value:
    whole = type(position) in (int, UInt) or (type(position) is float and position.is_integer())
    if not whole:
        raise no_such_overload("_[_]", (items, position))
    if not 0 <= position < len(items):
        raise EvaluationError(f"index out of bounds: {position}", missing=path)
    return items[int(position)]
