"""The loop: blocks come in, parcels go through the course, checkpoints are made."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.choices import Order
from tiktoktoe_cli.replay.flow.following import Following
from tiktoktoe_cli.replay.flow.meter import Meter
from tiktoktoe_cli.replay.flow.portions import in_portions, is_look_due
from tiktoktoe_cli.replay.observer import Phase
from tiktoktoe_cli.replay.ordering.sort import sort_by_time
from tiktoktoe_cli.replay.reading.blocks import read_blocks
from tiktoktoe_cli.replay.reading.formats import Reading
from tiktoktoe_cli.replay.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from tiktoktoe_cli.replay.assembly import Assembly
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.flow.head import Parcel
    from tiktoktoe_cli.replay.flow.portions import B, Divisible
    from tiktoktoe_cli.replay.flow.workers import Heads
    from tiktoktoe_cli.replay.monitor import Monitor
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.ordering.sort import SortedBlock
    from tiktoktoe_cli.replay.pacing.pace import Pace, Patience


@dataclass(slots=True)
class Watch:
    """Between a run and the world outside of it: tells how far it is, and asks whether to go on."""

    observer: ReplayObserver
    should_stop: Callable[[], bool]
    lines: int = 0
    remarks: list[str] = field(default_factory=list)

    def advance(self, phase: Phase, done: int, total: int | None = None) -> None:
        """Tell, and ask.

        Raises:
            StoppedError: the user wants the run to end.
        """
        self.observer.advanced(phase, done, total)
        self.check()

    def check(self) -> None:
        """Ask.

        Raises:
            StoppedError: the user wants the run to end.
        """
        if self.should_stop():
            raise StoppedError


@dataclass(slots=True)
class Flow:
    """Moves blocks through an assembled run; `clock` gives nanoseconds, `waiting` waits where a file is followed.

    `position` is where the input goes on after all that is through, as a checkpoint has it.
    """

    assembly: Assembly
    watch: Watch
    monitor: Monitor
    clock: Callable[[], int]
    waiting: Patience
    pace: Pace | None = None
    position: tuple[int, ...] = ()
    _has_new: bool = field(default=False)
    _meter: Meter | None = field(default=None)

    @property
    def is_slow(self) -> bool:
        """Whether events come at a pace of their own, and each has to go through at once."""
        return self.pace is not None or self.assembly.settings.input.follow

    def run(self, heads: Heads) -> None:
        """Let everything through.

        Raises:
            StoppedError: the user, or an invalid event, ends the run.
            UnfinishedError: an input, output or checkpoint fails.
        """
        resumed = self.assembly.resumed
        if resumed is not None:
            self.position = resumed.position
            if resumed.is_over:
                self.watch.lines = resumed.lines
                return
        if self.assembly.settings.input.order is Order.EVENT_TIME:
            self._run_sorted(heads)
        else:
            self._run_as_read(heads)
        self._has_new = False  # from here on there is no place to go on from until all is through
        self.assembly.course.finish()
        self._refuse()

    def save(self) -> None:
        """Make a checkpoint of all that is through, if anything is.

        Raises:
            UnfinishedError: it cannot be written.
        """
        if self._has_new:
            self.assembly.checkpoints.make(self.position, self.watch.lines)
        self.assembly.checkpoints.wait()

    def publish(self) -> None:
        """Publish all that went through.

        Raises:
            UnfinishedError: an output or checkpoint fails.
        """
        self.assembly.checkpoints.finish(self.position, self.watch.lines)

    def stop(self, stopped: StoppedError) -> None:
        """End a run before its end: one that the user stopped can go on, one that refused an event begins anew.

        Raises:
            UnfinishedError: an output or checkpoint fails.
        """
        if stopped.letter is None:
            self.save()
        else:
            self.assembly.course.settle()
            self.assembly.checkpoints.over()

    def _run_as_read(self, heads: Heads) -> None:
        resumed = self.assembly.resumed
        self.watch.lines = resumed.lines if resumed else 0
        with closing(self._blocks(self.position)) as blocks:
            portions = self._in_portions(blocks, self.watch.lines)
            paced = portions if self.pace is None else self.pace.lines(portions, self._rest)
            for block, parcel in heads(paced):
                self._advance_reading()
                self.watch.lines += len(block)
                self._take(parcel)
                self._passed(block, block.position, self.watch.lines)
                if self.assembly.plan.is_full:
                    break
        self.watch.observer.advanced(Phase.READING, self.watch.lines, self.watch.lines)

    def _run_sorted(self, heads: Heads) -> None:
        blocks_through = self.position[0] if self.position else 0
        done = 0
        with closing(sort_by_time(self._decoded(is_known=blocks_through > 0))) as ordered:
            portions = self._in_portions(ordered, 0)
            if self.pace is None:
                rest: Iterable[SortedBlock] = islice(portions, blocks_through, None)
            else:
                rest = self.pace.sorted(portions, self._rest, blocks_through)
            for number, (block, parcel) in enumerate(heads(rest), start=blocks_through + 1):
                self.watch.advance(Phase.DELIVERING, done, done + self.assembly.plan.accounts["input"].held)
                self._take(parcel)
                done += len(block)
                self._passed(block, (number,), self.assembly.plan.accounts["input"].passed)
        self.watch.observer.advanced(Phase.DELIVERING, done, done)

    def _take(self, parcel: Parcel) -> None:
        self._has_new = False  # what is stopped in the middle of this has no place to go on from
        self.assembly.plan.see(parcel.newest_us)
        self.assembly.course.take(parcel)
        self._refuse()

    def _refuse(self) -> None:
        if self.assembly.course.refused is not None:
            raise StoppedError(self.assembly.course.refused)

    def _in_portions(self, blocks: Iterable[B], through: int) -> Iterable[B]:
        return in_portions(blocks, through) if self.monitor.alarms.have_lasting else blocks

    def _passed(self, block: Divisible, position: tuple[int, ...], through: int) -> None:
        self.position, self._has_new = position, True
        is_look = self.assembly.settings.input.follow or is_look_due(block, through)
        self.monitor.passed(self.assembly.plan.newest_us, is_look=is_look)
        self.assembly.checkpoints.passed(len(block), position, self.watch.lines)

    def _decoded(self, *, is_known: bool) -> Generator[Batch, None, None]:
        """Decode everything for the sort; what became of it is booked once, not again by a run that goes on."""
        with closing(self._blocks(())) as blocks:
            for block in blocks:
                self._advance_reading()
                batch, passage = self.assembly.head.decoder.step(block, self.clock, self.assembly.head.probe)
                if not is_known:
                    self.assembly.course.book(passage._replace(passed=0))  # until they come out of the sort
                self.watch.lines += len(block)
                yield batch
        self.watch.observer.advanced(Phase.READING, self.watch.lines, self.watch.lines)

    def _blocks(self, position: tuple[int, ...]) -> Generator[Block, None, None]:
        if self.assembly.settings.input.follow:
            source = self.assembly.settings.input
            following = Following(
                source, self.waiting, self.watch.check, self._rest_following, self.watch.remarks.append
            )
            yield from following.blocks(self.assembly.files[0], position)
            return
        self._meter = Meter.of(self.assembly.files, position[0] if position else 0)
        reading = Reading.of(self.assembly.settings.input, self._meter.add)
        yield from read_blocks(self.assembly.files, reading, position or None)

    def _rest_following(self) -> None:
        self.watch.observer.advanced(Phase.FOLLOWING, self.watch.lines, None)
        self._rest()

    def _rest(self) -> None:
        """Settle what is new: nothing comes for now."""
        self.monitor.passed(self.assembly.plan.newest_us, is_look=self.assembly.settings.input.follow)
        if self._has_new:
            self.save()
            self._has_new = False

    def _advance_reading(self) -> None:
        knows = (
            self._meter is not None and self.assembly.resumed is None
        )  # what was read before is not measured
        total = self._meter.total(self.watch.lines) if self._meter and knows else None
        phase = Phase.FOLLOWING if self.assembly.settings.input.follow else Phase.READING
        self.watch.advance(phase, self.watch.lines, total)
