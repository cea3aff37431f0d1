"""Calls in virtual time: from one service to another, through the layers of a policy."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.simulation.steps.catalog import STEPS
from tiktoktoe_cli.simulation.steps.step import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tiktoktoe_cli.resilience import Outcome, Transition
    from tiktoktoe_cli.resilience.outcome import RejectedBy
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation.engine import Engine, Waiting
    from tiktoktoe_cli.simulation.servers import Server
    from tiktoktoe_cli.simulation.steps.step import Call, Step


class CallPath:
    """The calls from one service to another: the way through the layers, and what became of them."""

    def __init__(self, source: str, target: str, server: Server) -> None:
        self.source = source
        self.target = target
        self.calls = 0
        self.attempts = 0
        self.fallbacks = 0
        self.failures: Counter[str] = Counter()
        self.rejections: Counter[RejectedBy] = Counter()
        self.transitions: list[Transition] | None = None
        self._outermost: Step = _Sending(self, server)

    def protect(self, policy: PolicySettings, engine: Engine, chance: Callable[[str], Random]) -> None:
        """Put the layers of a policy around the calls; each purpose draws from its own stream of chance."""
        around = Surroundings(engine, chance, self)
        for layer in reversed(policy):
            self._outermost = STEPS[layer.kind](around, self._outermost, layer.chosen)

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Make a call."""
        self.calls += 1
        return self._outermost.start(waiting, now_ns)

    def count_failure(self, outcome: Outcome[Any]) -> None:
        """Note how a call failed: by the reason at the root, and by the layer that turned it away, if one did."""
        self.failures[outcome.reason] += 1
        if outcome.rejected_by is not None:
            self.rejections[outcome.rejected_by] += 1


class _Sending:
    """The innermost step: an attempt reaches the other service, and nobody can call it back."""

    def __init__(self, path: CallPath, server: Server) -> None:
        self._path = path
        self._server = server

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Send an attempt."""
        self._path.attempts += 1
        self._server.arrive(waiting, now_ns)
        return self

    def cancel(self, _now_ns: int) -> None:
        """Tell nobody: the service works on."""
