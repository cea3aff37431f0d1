"""A policy: layers around a call, in the order in which the YAML lists them, the outermost first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.resilience.breaker import CircuitBreaker
from tiktoktoe_cli.resilience.layers import BreakerLayer, RetryLayer, TimeoutLayer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from tiktoktoe_cli.resilience.clock import Clock
    from tiktoktoe_cli.resilience.layers import Function, Layer, Value
    from tiktoktoe_cli.resilience.outcome import Outcome
    from tiktoktoe_cli.resilience.settings import PolicySettings

# Any: each kind of layer has its own settings class
_LAYERS: Mapping[str, Callable[[Any, Clock, Random], Layer]] = {
    "retry": lambda settings, clock, random: RetryLayer(settings.rules, clock, random),
    "circuit_breaker": lambda settings, clock, _: BreakerLayer(CircuitBreaker(settings.rules), clock),
    "timeout": lambda timeout_ns, clock, _: TimeoutLayer(timeout_ns, clock),
}


class Policy:
    """What stands between one caller and one destination; it owns the destination's breaker, so share it."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make a call through all layers. Cancelling the caller's task cancels the call."""
        for layer in reversed(self.layers):
            function = partial(layer.call, function)
        return await function()


def compose(settings: PolicySettings, clock: Clock, random: Random) -> Policy:
    """Build a policy for one destination; no settings make one that lets everything pass."""
    return Policy(tuple(_LAYERS[layer.kind](layer.chosen, clock, random) for layer in settings))
