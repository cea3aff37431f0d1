"""What a layer is, and what it needs of its surroundings."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, TypeVar

from tiktoktoe_cli.resilience.events import Rejected
from tiktoktoe_cli.resilience.outcome import Outcome, RejectedBy

if TYPE_CHECKING:
    from random import Random

    from tiktoktoe_cli.resilience.clock import Clock
    from tiktoktoe_cli.resilience.events import Observer

Value = TypeVar("Value")
Function: TypeAlias = Callable[[], Awaitable[Outcome[Value]]]
"""A call that can be made again: expected failures are outcomes, an exception is a bug and passes through."""


class Layer(Protocol):
    """One policy around a call.

    `needs_concurrency` says that it must be able to do something while the call is under way.
    """

    needs_concurrency: ClassVar[bool]

    async def call(self, function: Function[Value]) -> Outcome[Value]:
        """Make the call, under this policy. Cancelling it cancels the call and gives back what it held."""
        ...

    def metrics(self, now_ns: int) -> Any:  # each kind's own frozen dataclass
        """Read what the layer has done so far."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a layer is handed: time, chance, who is told, and the other requests that may stand in for a call."""

    clock: Clock
    random: Random
    tell: Observer
    alternatives: Mapping[str, Function[Any]]  # Any: each request answers something else

    def reject(self, by: RejectedBy, reason: str, retry_after_ns: int | None = None) -> Outcome[Any]:
        """Make the outcome of a call that is not let through, and tell of it."""
        self.tell(Rejected(self.clock.now(), by, retry_after_ns))
        return Outcome.rejected(reason, retry_after_ns, by=by)


class Tally:
    """Counts by name that add up over threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """Count one."""
        with self._lock:
            self._counts[name] += 1

    def __getitem__(self, name: str) -> int:
        return self._counts[name]
