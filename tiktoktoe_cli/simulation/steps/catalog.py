"""The table of steps: the word in the YAML, and what makes the step of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from tiktoktoe_cli.simulation.steps.bulkhead import BulkheadStep
from tiktoktoe_cli.simulation.steps.circuit_breaker import BreakerStep
from tiktoktoe_cli.simulation.steps.fallback import FallbackStep
from tiktoktoe_cli.simulation.steps.hedging import HedgingStep
from tiktoktoe_cli.simulation.steps.rate_limit import RateLimitStep
from tiktoktoe_cli.simulation.steps.retry import RetryStep
from tiktoktoe_cli.simulation.steps.step import Step, Surroundings
from tiktoktoe_cli.simulation.steps.timeout import TimeoutStep

Build: TypeAlias = Callable[[Surroundings, Step, Any], Step]
"""Puts a step around another. Any: the settings that stand in the YAML under the same word."""

STEPS: Final[Mapping[str, Build]] = {
    "retry": RetryStep,
    "circuit_breaker": BreakerStep,
    "timeout": TimeoutStep,
    "bulkhead": BulkheadStep,
    "rate_limit": RateLimitStep,
    "hedging": HedgingStep,
    "fallback": FallbackStep,
}
