"""What may be written at a place of the YAML, told from its JSON Schema: the keys, their types, defaults, meanings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from tiktoktoe_cli.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Schema: TypeAlias = dict[str, Any]  # JSON
_CHOICE = "semantics"
"""The key whose value chooses between maps; the value is a step of a path too."""
_UNIONS = ("anyOf", "oneOf", "allOf")
_KINDS = {
    "object": "map",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a map: what kind of value it takes, what holds without it if it may be left out, and what it means."""

    name: str
    kind: str
    default: Any  # JSON; None if there is none
    meaning: str
    is_required: bool = False


def keys_below(schema: Schema, path: Sequence[str]) -> list[Key]:
    """List the keys of the map at a path; names that users choose (`resilience.NAME`) may be left out of it.

    Raises:
        KeyError: with the step that leads nowhere.
    """
    found = _follow(schema, path)
    return list(_keys(schema, found)) or [_key(schema, path[-1], found)]


def is_own_name(schema: Schema, path: Sequence[str]) -> bool:
    """Tell whether the last step of a path can only be a name that users choose.

    Raises:
        KeyError: with the step that leads nowhere.
    """
    return not any(_known(schema, at, path[-1]) for at in _follow(schema, path[:-1]))


def homes_of(schema: Schema, key: str) -> list[str]:
    """List the sections that have a key of this name."""
    return [
        section
        for section in schema["properties"]
        if any(one.name == key for one in keys_below(schema, [section]) if one.name != section)
    ]


def _keys(schema: Schema, found: Sequence[Schema]) -> Iterator[Key]:
    """Yield the keys of the first map among the alternatives; of the choosing key, the values of all."""
    every = [at for start in found for at in _alternatives(schema, start)]
    named = [at["additionalProperties"] for at in every if isinstance(at.get("additionalProperties"), dict)]
    maps = [at for at in every if at.get("properties")]
    if named and not maps:
        yield from _keys(schema, named)
    for name in maps[0]["properties"] if maps else ():
        among = [one["properties"] for one in (maps if name == _CHOICE else maps[:1])]
        key = _key(schema, name, [one[name] for one in among if name in one])
        yield replace(key, is_required=name in maps[0].get("required", ()))


def _key(schema: Schema, name: str, values: Sequence[Schema]) -> Key:
    told = {**_named(schema, values[0]), **values[0]}
    kinds = dict.fromkeys(_kind(schema, value) for value in values)
    kind = " or ".join(kind for kind in kinds if kind)
    return Key(name, kind, _without_nothing(told.get("default")), _meaning(schema, values[0]))


def _meaning(schema: Schema, at: Schema) -> str:
    """Say what a value means: what says so itself, or else what each of its entries is."""
    told = {**_named(schema, at), **at}
    entries = told.get("items") or told.get("additionalProperties")
    if "description" not in told and isinstance(entries, dict):
        return _meaning(schema, entries)
    return " ".join(told.get("description", "").split())


def _without_nothing(default: Any) -> Any:  # JSON
    """Leave out of a map what has no value; None if that is all of it."""
    if not isinstance(default, dict):
        return default
    inner = {name: _without_nothing(value) for name, value in default.items()}
    return {name: value for name, value in inner.items() if value is not None} or None


def _follow(schema: Schema, path: Sequence[str]) -> list[Schema]:
    """Go down a path: by what is known at each step, or else by a name."""
    found = [schema]
    for step in path:
        known = [below for at in found for below in _known(schema, at, step)]
        found = known or [below for at in found for below in _under_names(schema, at)]
        if not found:
            raise KeyError(step)
    return found


def _known(schema: Schema, at: Schema, step: str) -> list[Schema]:
    """Follow a key or a value of the choosing key; what stands under any name needs no name."""
    maps = list(_alternatives(schema, at))
    chosen = [one for one in maps if _is_chosen(schema, one, step)]
    keyed = [one["properties"][step] for one in maps if step in one.get("properties", {})]
    return (
        chosen or keyed or [below for one in _under_names(schema, at) for below in _known(schema, one, step)]
    )


def _under_names(schema: Schema, at: Schema) -> list[Schema]:
    entries = (one.get("additionalProperties") for one in _alternatives(schema, at))
    return [one for one in entries if isinstance(one, dict)]


def _is_chosen(schema: Schema, at: Schema, step: str) -> bool:
    choice = at.get("properties", {}).get(_CHOICE, {})
    return any(one.get("const") == step for one in _shallow(schema, choice))


def _alternatives(schema: Schema, at: Schema) -> Iterator[Schema]:
    """Yield a schema and all that it may stand for: what it refers to, its branches, the items of a list."""
    at = _named(schema, at)
    yield at
    for inner in (*(branch for union in _UNIONS for branch in at.get(union, ())), at.get("items")):
        if isinstance(inner, dict):
            yield from _alternatives(schema, inner)


def _named(schema: Schema, at: Schema) -> Schema:
    name = at.get("$ref", "").rpartition("/")[2]
    found: Schema = schema["definitions"][name] if name else at
    return found


def _kind(schema: Schema, at: Schema) -> str:
    """Say in a word or two what a value is; a variable, which may stand everywhere, is not worth one."""
    kinds = [_word(one) for one in _shallow(schema, at)]
    return " or ".join(dict.fromkeys(kind for kind in kinds if kind))


def _shallow(schema: Schema, at: Schema) -> Iterator[Schema]:
    at = _named(schema, at)
    branches = [branch for union in _UNIONS for branch in at.get(union, ())]
    if not branches:
        yield at
    for branch in branches:
        yield from _shallow(schema, branch)


def _word(at: Schema) -> str:
    if "const" in at:
        return f"`{str(at['const']).lower() if isinstance(at['const'], bool) else at['const']}`"
    if "enum" in at:
        return listed(map(str, at["enum"]), last="or")
    if at.get("pattern", "").startswith(r"\$") or at.get("type") == "null":
        return ""
    if at.get("examples"):
        return f"such as `{at['examples'][0]}`"
    kinds = at.get("type", "")
    return " or ".join(_KINDS.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
