"""Maps: Python dicts in which `true` and `1` stay different keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import TYPE_NAMES, UInt, Value

if TYPE_CHECKING:
    from collections.abc import Iterable

MISSING: Final = object()
_NUMBERS: Final = frozenset({int, UInt, float})


@dataclass(frozen=True, slots=True)
class BoolKey:
    """A bool as the key of a map that has numbers among its keys, where Python would take `True` for 1."""

    value: bool


def build_map(entries: Iterable[tuple[Value, Value]]) -> dict[Value, Value]:
    """Build a map literal; raises EvaluationError for a repeated key or a key of another type."""
    pairs = list(entries)
    kinds = {type(key) for key, _ in pairs}
    mixed = bool in kinds and not kinds.isdisjoint(_NUMBERS)
    built: dict[Value, Value] = {}
    for key, value in pairs:
        if type(key) not in (str, int, UInt, bool):
            raise EvaluationError(f"unsupported key type: {TYPE_NAMES.get(type(key), type(key).__name__)}")
        stored = BoolKey(key) if mixed and type(key) is bool else key
        if stored in built:
            raise EvaluationError(f"repeated key: {key_text(key)}")
        built[stored] = value
    return built


def key_text(key: Value) -> str:
    """Write a key: `true`, `1`, or the string itself."""
    return f"{key}".lower() if isinstance(key, bool) else f"{key}"


def keys_of(entries: dict[Value, Value]) -> list[Value]:
    """List the keys as CEL sees them."""
    return [key.value if type(key) is BoolKey else key for key in entries]


def find(entries: dict[Value, Value], key: Value) -> Value:
    """Give the value of an equal key (numbers are equal across their types), or MISSING."""
    kind = type(key)
    if kind is str or (kind in _NUMBERS and key not in (0, 1)):
        return entries.get(key, MISSING)
    if kind is bool:
        return _scan(entries, key, numeric=False)
    return _scan(entries, key, numeric=True) if kind in _NUMBERS else MISSING


def _scan(entries: dict[Value, Value], key: Value, *, numeric: bool) -> Value:
    """Look through the few keys that Python cannot tell apart."""
    for stored, value in entries.items():
        bare = stored.value if type(stored) is BoolKey else stored
        if (type(bare) in _NUMBERS if numeric else type(bare) is bool) and bare == key:
            return value
    return MISSING
