"""The JSON Schema of a configuration, for editors: drawn from the same settings classes that read it.

Written as draft-07, the newest that yaml-language-server reads. Every value may also be a `${VARIABLE}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Schema: TypeAlias = dict[str, Any]  # JSON

DRAFT = "http://json-schema.org/draft-07/schema#"
_VARIABLE = {"type": "string", "pattern": r"\$\{[^}]+\}"}
_SCALARS = {"integer", "number", "boolean"}
_DEFINITIONS = "#/definitions/{model}"


def schema_of(title: str, parts: Iterable[tuple[tuple[str, ...], Any]]) -> Schema:
    """Compose the schema of a whole file from settings types and the paths where they stand (`*` is any name)."""
    root = _object()
    paths, types = zip(*parts, strict=True)
    schemas, definitions = _drawn(types)
    for path, schema in zip(paths, schemas, strict=True):
        _graft(root, path, schema)
    root["properties"] |= {
        "include": {
            "type": ["string", "array"],
            "items": {"type": "string"},
            "description": "More files to merge.",
        },
    }
    return {"$schema": DRAFT, "title": title, **root, "definitions": definitions}


def _drawn(types: Sequence[Any]) -> tuple[list[Schema], Schema]:
    """Draw types, and what they refer to: all at once, so that classes of one name in two rooms stay two."""
    from pydantic import TypeAdapter

    drawn, shared = TypeAdapter.json_schemas(
        ((number, "validation", TypeAdapter(type_)) for number, type_ in enumerate(types)),
        ref_template=_DEFINITIONS,
    )
    definitions: Schema = {name: _or_variable(body) for name, body in shared.get("$defs", {}).items()}
    names = [schema.get("$ref", "").rpartition("/")[2] for schema in drawn.values()]
    schemas = [
        definitions[name] if name else _or_variable(schema)
        for name, schema in zip(names, drawn.values(), strict=True)
    ]
    return schemas, {name: body for name, body in definitions.items() if name not in names}


def _graft(at: Schema, path: tuple[str, ...], schema: Schema) -> None:
    """Put a schema at a path; two schemas at one path (a service and its facets) become one object."""
    if not path:
        merged = {**at.get("properties", {}), **schema.get("properties", {})}
        at |= {**schema, "properties": merged} if merged else schema
        return
    step, *rest = path
    if step == "*":
        below = at.setdefault("additionalProperties", {}) or _object()
        at["additionalProperties"] = below
    else:
        below = at.setdefault("properties", {}).setdefault(step, _object())
    _graft(below, tuple(rest), schema)


def _object() -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": {}}


def _or_variable(schema: Any) -> Any:
    """Let every number, switch, choice and patterned text be a `${VARIABLE}` too."""
    if isinstance(schema, list):
        return [_or_variable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {
        key: _or_variable(value) if key not in {"default", "examples", "enum"} else value
        for key, value in schema.items()
    }
    if str(schema.get("type")) in _SCALARS or "pattern" in schema or "enum" in schema or "const" in schema:
        described = {key: inner.pop(key) for key in ("title", "description", "default") if key in inner}
        return {**described, "anyOf": [inner, _VARIABLE]}
    return inner
