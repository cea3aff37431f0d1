"""Lets several processes run the head of a pipeline; parcels come back in the order of the blocks.

The processes are forked, so that schemas and tables are there already. Blocks go there and parcels come back through
memory that all of them share, cut into slots; pipes only carry the numbers of slots. So nobody waits for a thread that
waits for the interpreter, and no pipe is ever full: a pool of executors took longer to pass blocks on than the work
takes. What does not fit into a slot is worked on here. What a block holds travels back as columns; its origins stay
here, where the block is.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import pickle
import select
import signal
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from tiktoktoe_cli.errors import ENDING_SIGNALS, TiktoktoeError, UnfinishedError
from tiktoktoe_cli.replay.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.process import BaseProcess

    from tiktoktoe_cli.replay.events.record import Records
    from tiktoktoe_cli.replay.flow.head import Head, Parcel

_Block = TypeVar("_Block", bound="Records")
_AHEAD = 3  # blocks that wait for each process
_SLOT_BYTES = 1 << 21
_SIZE_BYTES = 8
_MOST_SLOTS = 255  # a number is one byte
_LOOK_MS = 200
_FAREWELL_S = 5.0
_NICENESS = (
    10  # where there are fewer processors than processes, the one that all blocks go through comes first
)


class Heads(Protocol):
    """Runs the head on blocks."""

    def __call__(self, blocks: Iterable[_Block], /) -> Iterator[tuple[_Block, Parcel]]:
        """Give each block with its parcel, in their order."""


@contextmanager
def run_heads(head: Head, workers: int, check: Callable[[], None]) -> Iterator[Heads]:
    """Run the head here, or in as many processes as there shall be.

    `check` raises what ends the run, if the user wants that; it is asked while nothing comes.
    """
    if workers <= 1:
        yield partial(_here, head)
        return
    crew = _Crew(head, min(workers * _AHEAD, _MOST_SLOTS), check)
    crew.start(workers)
    try:
        yield crew.run
    finally:
        crew.end()


def _here(head: Head, blocks: Iterable[_Block]) -> Iterator[tuple[_Block, Parcel]]:
    for block in blocks:
        yield block, head.run(block)


@dataclass(slots=True)
class _Crew:
    """The processes, and the memory that they share: `slots` places for a block or a parcel each."""

    head: Head
    slots: int
    check: Callable[[], None]
    _memory: mmap.mmap = field(init=False)
    _jobs: tuple[int, int] = field(init=False)  # pipes: where it is read, where it is written
    _done: tuple[int, int] = field(init=False)
    _processes: list[BaseProcess] = field(default_factory=list)
    _free: list[int] = field(default_factory=list)
    _finished: set[int] = field(default_factory=set)

    def start(self, workers: int) -> None:
        """Fork the processes."""
        self._memory = mmap.mmap(-1, self.slots * _SLOT_BYTES)
        self._jobs, self._done = os.pipe(), os.pipe()
        self._free = list(range(self.slots))
        context = multiprocessing.get_context("fork")
        for _ in range(workers):
            process = context.Process(target=self._work, daemon=True)
            process.start()
            self._processes.append(process)
        os.close(self._jobs[0])
        os.close(self._done[1])

    def run(self, blocks: Iterable[_Block]) -> Iterator[tuple[_Block, Parcel]]:
        """Give each block with its parcel.

        Raises:
            UnfinishedError: a process has ended.
        """
        waiting: deque[tuple[_Block, int | None]] = deque()
        for block in blocks:
            waiting.append((block, self._send(block)))
            if not self._free or len(waiting) >= self.slots:
                yield self._take(*waiting.popleft())
        while waiting:
            yield self._take(*waiting.popleft())

    def end(self) -> None:
        """Let the processes end; those that do not are killed: they have nothing that could be lost."""
        os.close(self._jobs[1])
        for process in self._processes:
            process.kill() if self._is_busy else process.join(_FAREWELL_S)
            process.kill()
            process.join()
        os.close(self._done[0])
        self._memory.close()

    @property
    def _is_busy(self) -> bool:
        """Whether something was given to them that nobody waits for any more."""
        return len(self._free) < self.slots

    def _send(self, block: Records) -> int | None:
        """Put a block into a slot; None if there is none that is large enough."""
        data = pickle.dumps(block, pickle.HIGHEST_PROTOCOL)
        if not self._free or not _fits(data):
            return None
        slot = self._free.pop()
        self._write(slot, data)
        os.write(self._jobs[1], bytes((slot,)))
        return slot

    def _take(self, block: _Block, slot: int | None) -> tuple[_Block, Parcel]:
        """Wait for a parcel; what could not be sent away is worked on here."""
        if slot is None:
            return block, self.head.run(block)
        while slot not in self._finished:
            self._hear()
        self._finished.discard(slot)
        found = pickle.loads(self._read(slot))  # noqa: S301  # written by this program
        self._free.append(slot)
        if found is None:
            return block, self.head.run(block)
        if isinstance(found, BaseException):
            raise found
        parcel: Parcel = found
        parcel.batch.origins = block
        return block, parcel

    def _hear(self) -> None:
        """Learn which slots are finished.

        Raises:
            UnfinishedError: a process has ended.
        """
        ready = select.poll()
        ready.register(self._done[0], select.POLLIN)
        if ready.poll(_LOOK_MS):
            self._finished.update(os.read(self._done[0], self.slots))
        elif not all(process.is_alive() for process in self._processes):
            hint = "run again with `--resume`; with fewer `--workers` if the machine is short of memory"
            raise UnfinishedError("a worker process ended unexpectedly", hint=hint)
        else:
            self.check()

    def _work(self) -> None:
        """Work on blocks until nobody gives any; the user's signals are for the process that runs the pipeline."""
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        os.close(self._jobs[1])
        os.close(self._done[0])
        os.nice(_NICENESS)
        with suppress(BrokenPipeError):
            while taken := os.read(self._jobs[0], 1):
                data = pickle.dumps(self._found(taken[0]), pickle.HIGHEST_PROTOCOL)
                self._write(taken[0], data if _fits(data) else pickle.dumps(None))
                os.write(self._done[1], taken)

    def _found(self, slot: int) -> Parcel | Exception:
        try:
            parcel = self.head.run(pickle.loads(self._read(slot)))  # noqa: S301  # written by this program
        except (
            TiktoktoeError,
            StoppedError,
        ) as error:  # raised again where the pipeline runs; a bug ends the process
            return error
        parcel.batch.origins = ()
        parcel.batch.bodies = [] if parcel.batch.encoded else parcel.batch.bodies
        return parcel

    def _write(self, slot: int, data: bytes) -> None:
        start = slot * _SLOT_BYTES
        end = start + _SIZE_BYTES + len(data)
        self._memory[start:end] = len(data).to_bytes(_SIZE_BYTES, "big") + data

    def _read(self, slot: int) -> bytes:
        start = slot * _SLOT_BYTES + _SIZE_BYTES
        size = int.from_bytes(self._memory[start - _SIZE_BYTES : start], "big")
        return self._memory[start : start + size]


def _fits(data: bytes) -> bool:
    return len(data) <= _SLOT_BYTES - _SIZE_BYTES
