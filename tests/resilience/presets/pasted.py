"""Settings from options as they are pasted: under the library's names, bare numbers in its units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from pydantic import TypeAdapter, ValidationError

from tiktoktoe_cli.resilience.presets.settings import BreakerChoice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience.presets.settings import BreakerSettings

Preset = TypeVar("Preset", bound="BreakerSettings")


def pasted(preset: type[Preset], options: Mapping[str, Any]) -> Preset:
    """Read the options as the YAML's `circuit_breaker` is read; a name that ends in `_s` loses that, as in vectors."""
    written = {name.removesuffix("_s"): value for name, value in options.items()}
    read = TypeAdapter(BreakerChoice).validate_python({"semantics": preset.machine.name, **written})
    assert isinstance(read, preset)
    return read


def refusal(preset: type[BreakerSettings], options: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the hint of what is wrong with the options."""
    with pytest.raises(ValidationError) as caught:
        pasted(preset, options)
    (detail,) = caught.value.errors(include_url=False)
    return detail["type"], detail.get("ctx", {}).get("hint", "")
