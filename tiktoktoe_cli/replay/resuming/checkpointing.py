"""Makes checkpoints while a run goes on: what it knows is taken down at once, and written in the background."""

from __future__ import annotations

import marshal
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.resuming.checkpoint import Checkpoint
from tiktoktoe_cli.replay.resuming.store import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tiktoktoe_cli.replay.delivering.destination import Destination
    from tiktoktoe_cli.replay.resuming.checkpoint import Books
    from tiktoktoe_cli.replay.resuming.store import Store
    from tiktoktoe_cli.replay.stages.stage import Memory


_GROWTH, _SMALL_BYTES = 3, 1 << 20
# a log that is no longer than a few times what it describes is neither slow to write nor to read


@dataclass(slots=True)
class Checkpointing:
    """The checkpoints of one run; `every` events there is one. Nothing is written before the first is due.

    If there is an output that is not exact, the run waits for each checkpoint, and makes one before it begins: what
    such an output may get twice are the events since the last one. `settle` waits until all outputs have what they got.
    """

    store: Store
    fingerprint: str
    every: int
    books: Books
    memories: Mapping[str, Memory]
    outputs: Mapping[str, Destination]
    settle: Callable[[], None]
    number: int = 0
    _since: int = 0
    _repeated: int = 0
    _before: int | None = None
    _logged: Counter[str] = field(
        default_factory=Counter
    )  # bytes of each memory's changes, from the last whole one on
    _whole: Counter[str] = field(default_factory=Counter)  # bytes of that one
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "checkpoint"))
    _writing: Future[None] | None = None

    def take_up(self, checkpoint: Checkpoint, changes: Sequence[Change]) -> None:
        """Go on from a checkpoint of an earlier run."""
        self.number, self._repeated = checkpoint.number, checkpoint.repeated
        self.books.take_up(checkpoint.books)
        for change in changes:
            self.memories[change.stage].restore(marshal.loads(change.data))  # noqa: S302  # the store has checked it
            self._logged[change.stage] += len(change.data)

    def begin(self) -> None:
        """Take notice that the outputs are open.

        Raises:
            UnfinishedError: an output or a checkpoint cannot be written.
        """
        if self.number:
            self._before = self._inexact_events
        elif self._has_inexact:
            self.make((), 0)

    def passed(self, records: int, position: tuple[int, ...], lines: int) -> None:
        """Take notice of records that are through; make a checkpoint if one is due.

        Raises:
            UnfinishedError: the one before could not be written.
        """
        self._since += records
        if self._since >= self.every:
            self.make(position, lines)

    def make(self, position: tuple[int, ...], lines: int, *, is_over: bool = False) -> None:
        """Make a checkpoint; it is written while the run goes on.

        Raises:
            UnfinishedError: an output, or the checkpoint before this one, could not be written.
        """
        self.wait()
        self.settle()
        self._since = 0
        self.number += 1
        outputs = {name: output.position() for name, output in self.outputs.items()}
        self._repeated, self._before = self.repeated, None
        told = self.books.told()
        checkpoint = Checkpoint(position, lines, outputs, told, self.number, self._repeated, is_over)
        changes = [self._change(name, memory) for name, memory in self.memories.items()]
        self._writing = self._thread.submit(self._write, checkpoint, changes)
        if self._has_inexact:
            self.wait()

    def finish(self, position: tuple[int, ...], lines: int) -> None:
        """Publish the outputs; whoever goes on after a last checkpoint does so, too.

        Raises:
            UnfinishedError: an output or a checkpoint cannot be written.
        """
        self.settle()
        for output in self.outputs.values():
            output.complete()
        if self.number:
            self.make(position, lines, is_over=True)
            self.wait()
        else:
            for output in self.outputs.values():
                output.position()
                output.secure()
        for output in self.outputs.values():
            output.publish()
        self.over()

    @property
    def repeated(self) -> int:
        """How many events, at most, have reached outputs a second time: what was new up to the next checkpoint."""
        return self._repeated + (0 if self._before is None else self._inexact_events - self._before)

    @property
    def _has_inexact(self) -> bool:
        return not all(output.is_exact for output in self.outputs.values())

    @property
    def _inexact_events(self) -> int:
        return sum(output.events for output in self.outputs.values() if not output.is_exact)

    def wait(self) -> None:
        """Wait until the last checkpoint is written.

        Raises:
            UnfinishedError: it could not be written.
        """
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def over(self) -> None:
        """Forget all checkpoints: the run has succeeded."""
        self.wait()
        if self.number:
            self.store.clear()

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown()

    def _change(self, name: str, memory: Memory) -> Change:
        """Let a memory tell what has changed; or all, once the changes have grown beyond what it can hold by far."""
        is_whole = self._logged[name] > _GROWTH * self._whole[name] + _SMALL_BYTES
        data = marshal.dumps(memory.changes(is_whole=is_whole))
        if is_whole:
            self._logged[name], self._whole[name] = 0, len(data)
        self._logged[name] += len(data)
        return Change(name, data, is_whole)

    def _write(self, checkpoint: Checkpoint, changes: Sequence[Change]) -> None:
        for output in self.outputs.values():
            output.secure()
        self.store.save(self.fingerprint, checkpoint, changes)
