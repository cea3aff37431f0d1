"""The JSON Schema of parts that rooms describe without knowing each other."""

from __future__ import annotations

import json
import re
from typing import Any

from tiktoktoe_cli.config.fields import Settings
from tiktoktoe_cli.config.reference import keys_below
from tiktoktoe_cli.config.schema import schema_of
from tiktoktoe_cli.system import json_schema


def settings_of(key: str) -> Any:  # a class that mypy cannot see
    """Make settings whose inner class has the name that another room's has."""
    inner = type("LimitSettings", (Settings,), {"__module__": f"room_{key}", "__annotations__": {key: int}})
    return type(
        "PartSettings", (Settings,), {"__module__": f"room_{key}", "__annotations__": {"limit": inner}}
    )


def test_two_classes_of_one_name_are_two() -> None:
    """Each place has the keys of its own class."""
    schema = schema_of("x", [(("first",), settings_of("depth")), (("second",), settings_of("tokens"))])

    assert [key.name for key in keys_below(schema, ["first", "limit"])] == ["depth"]
    assert [key.name for key in keys_below(schema, ["second", "limit"])] == ["tokens"]


def test_every_reference_leads_somewhere() -> None:
    """An editor finds all that the schema of the whole YAML refers to, and nothing that it does not."""
    schema = json_schema()

    references = set(re.findall(r'"#/definitions/([^"]+)"', json.dumps(schema)))

    assert references == schema["definitions"].keys()
