"""The table of layers: the word in the YAML, and what makes the layer of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tiktoktoe_cli.resilience.layers import (
    bulkhead,
    circuit_breaker,
    fallback,
    hedging,
    rate_limit,
    retry,
    timeout,
)
from tiktoktoe_cli.resilience.layers.layer import Layer, Surroundings

Build: TypeAlias = Callable[[Any, Surroundings], Layer]
"""Makes a layer. Any: the settings that stand in the YAML under the same word."""

LAYERS: Final[Mapping[str, Build]] = {
    "retry": retry.build,
    "circuit_breaker": circuit_breaker.build,
    "timeout": timeout.build,
    "bulkhead": bulkhead.build,
    "rate_limit": rate_limit.build,
    "hedging": hedging.build,
    "fallback": fallback.build,
}
