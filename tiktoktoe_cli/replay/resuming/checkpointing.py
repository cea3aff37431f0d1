"""Makes checkpoints while a run goes on: what it knows is taken down at once, and written in the background."""

from __future__ import annotations

import marshal
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.replay.resuming.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.delivering.line_file import LineFile
    from tiktoktoe_cli.replay.resuming.checkpoint import Books
    from tiktoktoe_cli.replay.resuming.store import Store
    from tiktoktoe_cli.replay.stages.stage import Memory


@dataclass(slots=True)
class Checkpointing:
    """The checkpoints of one run; `every` events there is one. Nothing is written before the first is due."""

    store: Store
    fingerprint: str
    every: int
    books: Books
    memories: Mapping[str, Memory]
    outputs: Mapping[str, LineFile]
    number: int = 0
    _since: int = 0
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "checkpoint"))
    _writing: Future[None] | None = None

    def take_up(self, checkpoint: Checkpoint, changes: Sequence[tuple[str, bytes]]) -> None:
        """Go on from a checkpoint of an earlier run."""
        self.number = checkpoint.number
        self.books.take_up(checkpoint.books)
        for name, (size_bytes, lines) in checkpoint.outputs.items():
            self.outputs[name].start_at(size_bytes, lines)
        for name, change in changes:
            self.memories[name].restore(marshal.loads(change))  # noqa: S302  # the store has checked it

    def passed(self, records: int, position: tuple[int, ...], lines: int) -> None:
        """Take notice of records that are through; make a checkpoint if one is due.

        Raises:
            UnfinishedError: the one before could not be written.
        """
        self._since += records
        if self._since >= self.every:
            self.make(position, lines)

    def make(self, position: tuple[int, ...], lines: int) -> None:
        """Make a checkpoint; it is written while the run goes on.

        Raises:
            UnfinishedError: an output, or the checkpoint before this one, could not be written.
        """
        self.wait()
        self._since = 0
        self.number += 1
        for output in self.outputs.values():
            output.flush()
        sizes = {name: (output.size_bytes, output.lines) for name, output in self.outputs.items()}
        checkpoint = Checkpoint(position, lines, sizes, self.books.told(), self.number)
        changes = [(name, marshal.dumps(memory.changes())) for name, memory in self.memories.items()]
        self._writing = self._thread.submit(self._write, checkpoint, changes)

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

    def _write(self, checkpoint: Checkpoint, changes: Sequence[tuple[str, bytes]]) -> None:
        for output in self.outputs.values():
            output.secure()
        self.store.save(self.fingerprint, checkpoint, changes)
