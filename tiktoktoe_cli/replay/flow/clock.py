"""The clock of event time: tells for each event up to when everything has come, and keeps out what is far ahead.

The watermark after an event is the newest time so far of its file, and no later than the times that files not read yet
begin with: for those may hold older events. A file that was read to its end counts no more.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.events.field_path import FieldPath

_BEGINNING_US = -(1 << 62)


class Clock:
    """The memory of the step. `bound` gives the time at which the earliest of the files after one begins.

    An event is too far ahead if it is more than `max_jump_us` after the newest one before it; it moves no clock.
    """

    def __init__(
        self,
        field: FieldPath,
        max_jump_us: int | None = None,
        bound: Callable[[int], int | None] = lambda _: None,
    ) -> None:
        self._field = field
        self._max_jump_us = max_jump_us
        self._bound = bound
        self._file = -1
        self._newest_us: int | None = None  # of all files
        self._newest_of_file_us = _BEGINNING_US
        self._seen_us: int | None = None

    @property
    def newest_us(self) -> int | None:
        """When the newest event so far happened, one that did not come as far as here among them."""
        return max(
            (time_us for time_us in (self._newest_us, self._seen_us) if time_us is not None), default=None
        )

    def see(self, time_us: int) -> None:
        """Learn when an event happened that may have ended on its way here."""
        newest_us = self.newest_us
        if newest_us is None or self._max_jump_us is None or time_us <= newest_us + self._max_jump_us:
            self._seen_us = time_us if newest_us is None else max(newest_us, time_us)

    def take(self, batch: Batch) -> Batch:
        """Fill the column of watermarks."""
        if not batch.rows:
            return batch
        if self._max_jump_us is not None and not self._is_near(max(batch.times)):
            self._reject_jumps(batch, self._max_jump_us)
            if not batch.rows:
                return batch
        file = batch.origin(0).file
        before_us = self._newest_of_file_us if file == self._file else _BEGINNING_US
        batch.watermarks = list(accumulate(batch.times, max, initial=before_us))[1:]
        self._file, self._newest_of_file_us = file, batch.watermarks[-1]
        self._newest_us = max(self._newest_of_file_us, self._newest_us or _BEGINNING_US)
        bound_us = self._bound(file)
        if bound_us is not None and batch.watermarks[-1] > bound_us:
            batch.watermarks = [min(watermark_us, bound_us) for watermark_us in batch.watermarks]
        return batch

    def finish(self) -> Batch:
        """Give nothing: no event is held."""
        return Batch([])

    def changes(self, *, is_whole: bool = False) -> Any:  # noqa: ARG002  # always; as in `Memory`
        """Tell the newest time, that of the file that is read, and what was seen."""
        return self._file, self._newest_us, self._newest_of_file_us, self._seen_us

    def restore(self, changes: Any) -> None:  # as above
        """Take them up."""
        self._file, self._newest_us, self._newest_of_file_us, self._seen_us = changes

    def _is_near(self, time_us: int) -> bool:
        return self._newest_us is not None and time_us <= self._newest_us + (self._max_jump_us or 0)

    def _reject_jumps(self, batch: Batch, max_jump_us: int) -> None:
        newest_us = self._newest_us
        for index, time_us in enumerate(batch.times):
            if newest_us is not None and time_us > newest_us + max_jump_us:
                message = f"{duration((time_us - newest_us) / 1e6)} ahead of the newest event before it"
                fault = Fault(pointer(*self._field.parts), "max_future_jump", "future", message)
                batch.reject(index, Reason.FUTURE, (fault,))
            else:
                newest_us = time_us if newest_us is None else max(newest_us, time_us)
        batch.settle()
