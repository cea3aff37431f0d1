"""The JSON Schema of a circuit breaker: the options of each preset, under our names and the library's."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from tiktoktoe_cli.resilience.presets.catalog import DEFAULT, PRESETS, settings_of

Schema: TypeAlias = dict[str, Any]  # JSON


def presets_schema() -> Schema:
    """Compose it of the presets' own schemas, without references between them."""
    return {"anyOf": [_preset_schema(name) for name in PRESETS]}


def _preset_schema(name: str) -> Schema:
    preset = settings_of(name)
    schema = preset.model_json_schema()
    definitions = schema.pop("$defs", {})
    schema = _inlined(schema, definitions)
    fields = schema["properties"]
    natives = {
        native: {"description": f"{preset.machine.name}'s name of `{option.field}`."}
        for native, option in preset.native.items()
    }
    idle = {native: {"description": "Changes nothing here."} for native in preset.idle}
    natives |= idle
    spelled = {_spellings(native): described for native, described in natives.items()}
    named = {"semantics": {"const": name, "description": "Whose rules the breaker follows."}}
    required = [] if name == DEFAULT else ["semantics"]
    properties = {**named, **natives, **fields}
    return {**schema, "properties": properties, "patternProperties": spelled, "required": required}


def _spellings(name: str) -> str:
    """Write a pattern for a library's name in camelCase, kebab-case and snake_case."""
    words = re.findall("[A-Z]?[^A-Z_-]+|[A-Z]", name)
    return f"^{'[-_]?'.join(f'[{word[0].lower()}{word[0].upper()}]{re.escape(word[1:])}' for word in words)}$"


def _inlined(schema: Any, definitions: Schema) -> Any:  # JSON
    """Put each definition in the place of its reference: what stands inside a part cannot refer out of it."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        named = definitions[schema["$ref"].rpartition("/")[2]]
        return {**_inlined(named, definitions), **rest}
    return {key: _inlined(value, definitions) for key, value in schema.items()}
