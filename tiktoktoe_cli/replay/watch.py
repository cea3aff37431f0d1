"""Watches items go by: tells the observer how many, and ends the stream when the user wants it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.replay.station import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktoktoe_cli.replay.observer import Phase, ReplayObserver

BATCH = 1_000
_T = TypeVar("_T")


@dataclass(slots=True)
class Watch:
    """Between the items of a stream and the world outside of it; `seen` counts the items that were let through."""

    phase: Phase
    observer: ReplayObserver
    should_stop: Callable[[], bool]
    seen: int = 0

    def over(self, items: Iterable[_T], total: Callable[[], int | None] = lambda: None) -> Iterator[_T]:
        """Let items through; before the first of each batch ask whether to go on.

        Raises:
            StoppedError: the user wants the run to end.
        """
        for item in items:
            if self.seen % BATCH == 0:
                self.observer.advanced(self.phase, self.seen, total())
                if self.should_stop():
                    raise StoppedError
            self.seen += 1
            yield item
        self.observer.advanced(self.phase, self.seen, self.seen)
