"""Watches items go by: tells the observer how many, and ends the stream when the user wants it to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.replay.station import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tiktoktoe_cli.replay.observer import Phase, ReplayObserver

BATCH = 1_000
_T = TypeVar("_T")


@dataclass(slots=True)
class Watch:
    """Between the items of a stream and the world outside of it; `seen` counts the items let through in each phase."""

    observer: ReplayObserver
    should_stop: Callable[[], bool]
    seen: dict[Phase, int] = field(default_factory=dict)

    def over(
        self, items: Iterable[_T], phase: Phase, total: Callable[[], int | None] = lambda: None
    ) -> Iterator[_T]:
        """Let items through; before the first of each batch ask whether to go on.

        Raises:
            StoppedError: the user wants the run to end.
        """
        number = 0
        self.seen[phase] = 0
        for item in items:
            if number % BATCH == 0:
                self.seen[phase] = number
                self._look_outside(phase, total())
            number += 1
            yield item
        self.seen[phase] = number
        self.observer.advanced(phase, number, number)

    def _look_outside(self, phase: Phase, total: int | None) -> None:
        self.observer.advanced(phase, self.seen[phase], total)
        if self.should_stop():
            raise StoppedError
