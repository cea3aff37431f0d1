"""No setting is there for show: whatever the YAML may say is read by the code."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

import tiktoktoe_cli
from tiktoktoe_cli.config.fields import OneOf, Settings
from tiktoktoe_cli.graph.rules.settings import GraphSettings
from tiktoktoe_cli.health.settings import PROBES, CheckSettings, HealthSettings
from tiktoktoe_cli.orchestration.settings import ActionsSettings, OrchestrationSettings
from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of
from tiktoktoe_cli.resilience.settings import LayerSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(tiktoktoe_cli.__file__).parent
CHOSEN = set(PROBES)
"""Read as `check.probe`, the one of the probes that is there."""


def fields_of(settings: type[Settings]) -> Iterator[str]:
    """List the fields of a settings class, and of those that it holds."""
    for name, field in settings.model_fields.items():
        if not issubclass(settings, OneOf):  # its keys are read as `chosen`
            yield name
        for inner in held(field.annotation):
            yield from fields_of(inner)


def held(annotation: Any) -> Iterator[type[Settings]]:  # any type can be written
    """Find the settings classes inside a type."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for part in get_args(annotation):
        yield from held(part)


@cache
def attributes() -> frozenset[str]:
    """List what the package reads of any object."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return frozenset(
        node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    )


@pytest.mark.parametrize(
    "settings",
    [
        OrchestrationSettings,
        ActionsSettings,
        GraphSettings,
        CheckSettings,
        HealthSettings,
        LayerSettings,
        PipelineSettings,
        *map(settings_of, PRESETS),
    ],
)
def test_every_setting_is_read(settings: type[Settings]) -> None:
    """A setting that nothing reads would promise what nobody does."""
    fields = set(fields_of(settings))

    assert fields
    assert fields - CHOSEN <= attributes()
