"""What the importers say about us is so: the commands, options and settings that they name are there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.test_examples import commands
from tiktoktoe_cli.health.importers import blackbox, compose, gatus
from tiktoktoe_cli.system import json_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED = re.compile(r"`([^`]+)`")
COMMANDS = dict(commands())


def named() -> Iterator[str]:
    """List what the reasons quote: commands, options, and settings with or without a value."""
    for module in (gatus, blackbox, compose):
        for reason in module.REASONS.values():
            yield from NAMED.findall(reason)


def settings(schema: Any) -> Iterator[str]:  # JSON
    """Name every setting of the configuration."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from settings(part)


@pytest.mark.parametrize("words", sorted({words for words in named() if words.startswith("health ")}))
def test_the_commands_exist(words: str) -> None:
    """With the options that are named behind them."""
    path, *options = words.split(" --")

    assert {f"--{option}" for option in options} <= {
        name for parameter in COMMANDS[path].params for name in parameter.opts
    }


def test_the_options_exist() -> None:
    """What is named alone is an option of `health check`."""
    alone = {words for words in named() if words.startswith("--")}

    assert alone <= {name for parameter in COMMANDS["health check"].params for name in parameter.opts}


def test_the_settings_exist() -> None:
    """Whatever else is quoted is one, or begins with one."""
    others = {words for words in named() if not words.startswith(("health ", "--"))}

    assert others
    assert {words.partition(":")[0] for words in others} <= set(settings(json_schema()))
