"""A policy: layers around a call, in the order in which the YAML lists them, the outermost first."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.resilience.clock import SteadyClock
from tiktoktoe_cli.resilience.events import unobserved
from tiktoktoe_cli.resilience.layers.catalog import LAYERS
from tiktoktoe_cli.resilience.layers.layer import Surroundings
from tiktoktoe_cli.resilience.metrics import LayerMetrics, Recorder
from tiktoktoe_cli.resilience.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from tiktoktoe_cli.resilience.clock import Clock
    from tiktoktoe_cli.resilience.events import Observer
    from tiktoktoe_cli.resilience.layers.layer import Function, Layer, Value
    from tiktoktoe_cli.resilience.metrics import PolicyMetrics
    from tiktoktoe_cli.resilience.settings import PolicySettings

_NO_ALTERNATIVES: Final[Mapping[str, Function[Any]]] = MappingProxyType(
    {}
)  # Any: each answers something else


class Policy:
    """What stands between callers and one destination, for threads and tasks alike.

    It owns the destination's breaker, budget and places, so share it. With a fallback to a `cached` answer it
    owns that too: then give each request a policy of its own.
    """

    def __init__(self, layers: tuple[tuple[str, Layer], ...], around: Surroundings) -> None:
        self.layers = tuple(layer for _, layer in layers)
        self._kinds = tuple(kind for kind, _ in layers)
        self._around = around
        self._recorder = Recorder()
        self._needs_concurrency = any(layer.needs_concurrency for layer in self.layers)

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make a call through all layers. Cancelling the caller's task cancels the call."""

        async def attempt() -> Outcome[Value]:
            self._recorder.count_attempt()
            return await function()

        guarded: Function[Value] = attempt
        for layer in reversed(self.layers):
            guarded = partial(layer.call, guarded)
        started_ns = self._around.clock.now()
        outcome: Outcome[Value] = Outcome.cancelled("ended without an outcome")
        try:
            outcome = await guarded()
            return outcome
        finally:
            self._recorder.count_end(outcome, self._around.clock.now() - started_ns)

    def run(self, function: Callable[[], Outcome[Value]]) -> Outcome[Value]:
        """Make a synchronous call through all layers; whoever calls this needs no event loop.

        Where a layer must do something while the call is under way (a timeout, hedging), each attempt runs in
        a daemon thread. One that is given up is abandoned, not ended: it should have a limit of its own too.

        Raises:
            RuntimeError: in a running event loop, where `call` can be awaited instead.
        """
        from tiktoktoe_cli.resilience.running import called_directly, called_in_a_thread, run_alone

        made = called_in_a_thread if self._needs_concurrency else called_directly
        return run_alone(self.call(made(function)))

    def metrics(self, now_ns: int | None = None) -> PolicyMetrics:
        """Read what was done until a time of the policy's clock; now, unless told otherwise."""
        at_ns = self._around.clock.now() if now_ns is None else now_ns
        layers = zip(self._kinds, self.layers, strict=True)
        return self._recorder.metrics(
            tuple(LayerMetrics(kind, layer.metrics(at_ns)) for kind, layer in layers)
        )


def compose(
    settings: PolicySettings,
    clock: Clock,
    random: Random,
    *,
    observer: Observer = unobserved,
    alternatives: Mapping[str, Function[Any]] = _NO_ALTERNATIVES,
) -> Policy:
    """Build a policy for one destination; no settings make one that lets everything pass.

    `observer` is told what happens while calls go through; see `events`. `alternatives` are the requests, by
    name, that a fallback may make instead.

    Raises:
        KeyError: if a fallback names a request that is not among the alternatives.
    """
    around = Surroundings(SteadyClock(clock), random, observer, alternatives)
    return Policy(tuple((layer.kind, LAYERS[layer.kind](layer.chosen, around)) for layer in settings), around)
