"""Shifts the times of events, so that the first one happens now; the distances between them stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.fault import Fault, no_object, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.events.times import WRITE_TIME, within_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.settings.input import TimeSettings

_NS_PER_US = 1_000
_MILLISECOND_US = 1_000


class Shift:
    """The memory of the step, which stands before the stages. `now` gives the time in nanoseconds since 1970.

    `by_us` is how far it shifts: whole milliseconds, so that times look as they did.
    """

    def __init__(self, settings: TimeSettings, now: Callable[[], int]) -> None:
        self.by_us: int | None = None
        self._field = settings.field
        self._write = WRITE_TIME[settings.format]
        self._now = now

    def take(self, batch: Batch) -> Batch:
        """Shift the events of a batch; the first one of all says how far."""
        if not batch.rows:
            return batch
        if self.by_us is None:
            by_us = self._now() // _NS_PER_US - batch.times[0]
            self.by_us = by_us - by_us % _MILLISECOND_US
        self._reject_beyond(batch, self.by_us)
        batch.times = [time_us + self.by_us for time_us in batch.times]
        batch.watermarks = [time_us + self.by_us for time_us in batch.watermarks]
        written = list(map(self._write, batch.times))
        for index in self._field.write_column(batch.bodies, written):
            batch.reject(index, Reason.SHAPE, (no_object(self._field.parts),))
        return batch

    def _reject_beyond(self, batch: Batch, by_us: int) -> None:
        """Reject, with the time that it had, what would come before the year 1 or after the year 9999."""
        if None not in (within_calendar(edge(batch.times) + by_us) for edge in (min, max)):
            return
        message = "moved with the other events, its time is before the year 1 or after the year 9999"
        fault = Fault(pointer(*self._field.parts), "shift_to_now", "calendar", message)
        for index, time_us in enumerate(batch.times):
            if within_calendar(time_us + by_us) is None:
                batch.reject(index, Reason.TIME, (fault,))
        batch.settle()

    def finish(self) -> Batch:
        """Give nothing: no event is held."""
        return Batch([])

    def changes(self, *, is_whole: bool = False) -> Any:  # noqa: ARG002  # it always is; as in `Memory`
        """Tell how far it shifts."""
        return self.by_us

    def restore(self, changes: Any) -> None:  # as above
        """Take it up: a run that goes on does not shift anew."""
        self.by_us = changes
