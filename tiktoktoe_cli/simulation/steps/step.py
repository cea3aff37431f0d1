"""What a step is, and what it needs of its surroundings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tiktoktoe_cli.simulation.outcomes import rejection

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tiktoktoe_cli.resilience.outcome import Outcome, RejectedBy
    from tiktoktoe_cli.simulation.calls import CallPath
    from tiktoktoe_cli.simulation.engine import Engine, Waiting


class Call(Protocol):
    """A call that has begun and not ended."""

    def cancel(self, now_ns: int) -> None:
        """Give it up, and what it holds back; whoever waited must be ready to ignore an answer all the same."""
        ...


class Step(Protocol):
    """A layer around a call, or the call itself."""

    def start(self, waiting: Waiting, now_ns: int) -> Call:
        """Begin; the outcome goes to whoever waits, but never before this returns."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step needs of its world: time, a stream of chance for each purpose, and the calls that it belongs to."""

    engine: Engine
    chance: Callable[[str], Random]
    path: CallPath

    def refuse(self, waiting: Waiting, by: RejectedBy, retry_after_ns: int | None = None) -> Call:
        """Turn a call away, as soon as the current event is dealt with."""
        refused = _Refused(waiting)
        self.engine.answer(refused, rejection(by, retry_after_ns))
        return refused


class _Refused:
    """A call that was turned away, until its caller knows."""

    __slots__ = ("waiting",)

    def __init__(self, waiting: Waiting) -> None:
        self.waiting: Waiting | None = waiting

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        if self.waiting is not None:
            self.waiting.done(now_ns, outcome)

    def cancel(self, _now_ns: int) -> None:
        self.waiting = None
