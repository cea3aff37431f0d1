"""Waits until events are due, and lets them through in portions."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from tiktoktoe_cli.replay.decoding import Decoder
    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.ordering.sort import SortedBlock
    from tiktoktoe_cli.replay.pacing.schedule import Schedule

_REST_NS = 1_000_000_000  # how long what has come may wait to be delivered
_LONGEST_NAP_NS = 100_000_000  # how long it may take until somebody who stops the run is heard


class Patience(Protocol):
    """A clock to wait by."""

    def now(self) -> int:
        """Tell the time in nanoseconds; only differences mean something."""

    def wait(self, duration_ns: int) -> None:
        """Let a duration pass."""


class RealPatience:
    """The machine's clock."""

    def now(self) -> int:
        """Tell the monotonic time."""
        return time.monotonic_ns()

    def wait(self, duration_ns: int) -> None:
        """Sleep."""
        time.sleep(duration_ns / NS_PER_S)


@dataclass(slots=True)
class Pace:
    """Gives blocks in portions, each when it is due; the schedule begins when the first one is asked for.

    `check` raises what ends the run, if the user wants that.
    """

    schedule: Schedule
    patience: Patience
    decoder: Decoder
    check: Callable[[], None]
    _began_ns: int | None = field(default=None)
    _rested_ns: int = field(default=0)

    def lines(self, blocks: Iterable[Block], rest: Callable[[], None]) -> Generator[Block, None, None]:
        """Pace blocks of lines; what is no event goes with the one before. While it waits, `rest` is called at times.

        Raises:
            UsageError: the records are no lines: reading could not go on between two of them.
        """
        for block in blocks:
            if not block.is_divisible:
                raise UsageError("only lines can be paced as they stand", hint="set `order: event_time`")
            batch, times = self.decoder.decode(block), list[int | None]([None] * len(block))
            for row, time_us in zip(batch.rows, batch.times, strict=True):
                times[row] = time_us
            start = 0
            for due_ns, size in self.schedule.portions(_filled(times)):
                self._wait(due_ns, rest)
                yield block.part(start, start + size)
                start += size

    def sorted(
        self, blocks: Iterable[SortedBlock], rest: Callable[[], None], skipped: int = 0
    ) -> Generator[SortedBlock, None, None]:
        """Pace what comes out of the sort, but for so many portions, which an earlier run let through."""
        number = 0
        for block in blocks:
            start = 0
            for due_ns, size in self.schedule.portions(block.times):
                if number >= skipped:
                    self._wait(due_ns, rest)
                    yield block.part(start, start + size)
                number += 1
                start += size

    def _wait(self, due_ns: int, rest: Callable[[], None]) -> None:
        if self._began_ns is None:
            self._began_ns = self._rested_ns = self.patience.now() - due_ns
        while (left_ns := self._began_ns + due_ns - (now_ns := self.patience.now())) > 0:
            self.check()
            if now_ns - self._rested_ns >= _REST_NS:
                self._rested_ns = now_ns
                rest()
            self.patience.wait(min(left_ns, _LONGEST_NAP_NS))


def _filled(times: list[int | None]) -> list[int]:
    """Give what has no time that of the record before, or of the first that has one."""
    latest = next((time_us for time_us in times if time_us is not None), 0)
    filled = []
    for time_us in times:
        latest = latest if time_us is None else time_us
        filled.append(latest)
    return filled
