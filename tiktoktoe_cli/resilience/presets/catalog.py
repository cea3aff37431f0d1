"""The presets by name: the one table that a new preset is added to."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

DEFAULT: Final = "tiktoktoe"

PRESETS: Final = (
    "tiktoktoe",
    "resilience4j",
    "polly_v8",
    "polly_v7",
    "gobreaker",
    "failsafe_go",
    "opossum",
    "cockatiel",
    "pybreaker",
    "aiobreaker",
    "circuitbreaker",
    "purgatory",
    "hystrix",
    "sentinel",
    "envoy_outlier",
)
"""Each has a module of its name, and in it a class of its name (`PollyV8Settings`) that reads its options."""


def settings_of(name: str) -> type[BreakerSettings]:
    """Import the settings class of a preset."""
    module = import_module(f"tiktoktoe_cli.resilience.presets.{name}")
    title = "".join(word.capitalize() for word in name.split("_"))
    settings: type[BreakerSettings] = getattr(module, f"{title}Settings")
    return settings
