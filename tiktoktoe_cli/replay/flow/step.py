"""One stage in its place: runs it on a batch, and takes down what happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tiktoktoe_cli.replay.flow.passage import Passage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.stages.stage import Look, Memory


class Probe(Protocol):
    """Looks at batches between the steps; it changes nothing."""

    def decoded(self, batch: Batch) -> None:
        """Look at what was read, and at what could not be."""

    def before(self, batch: Batch) -> None:
        """Look at what a step gets."""

    def after(self, name: str, batch: Batch, passed: Batch, work: object) -> None:
        """Look at what it passes on; `batch` is what it got, and has taken down what did not pass."""


@dataclass(frozen=True, slots=True)
class Step:
    """A look or a memory with the name of its stage; `clock` gives nanoseconds.

    A look that does not decide alone what its stage passes on (`is_partial`) books only those that ended at it.
    """

    name: str
    part: Look | Memory
    clock: Callable[[], int]
    is_partial: bool = False
    probe: Probe | None = None

    def run(self, batch: Batch) -> tuple[Batch, Passage]:
        """Let a batch through; what comes out may be another one."""
        began_ns, taken = self.clock(), len(batch)
        batch.stage = self.name
        passed = batch
        if self.probe is not None:
            self.probe.before(batch)
        if callable(self.part):
            self.part(batch)
        else:
            passed = self.part.take(batch)
        batch.settle()
        if self.probe is not None:
            self.probe.after(self.name, batch, passed, self.part)
        return passed, self._passage(batch, taken, passed, began_ns)

    def finish(self) -> tuple[Batch, Passage] | None:
        """Let out what the stage holds; None for a look, which holds nothing."""
        if callable(self.part):
            return None
        began_ns = self.clock()
        released = self.part.finish()
        if self.probe is not None:
            self.probe.after(self.name, released, released, self.part)
        return released, self._passage(released, 0, released, began_ns)

    def _passage(self, batch: Batch, taken: int, passed: Batch, began_ns: int) -> Passage:
        ended = len(batch.letters) + batch.dropped.total()
        passage = Passage(
            self.name,
            ended if self.is_partial else taken,
            0 if self.is_partial else len(passed),
            batch.letters,
            batch.dropped,
            batch.measures,
            batch.remarks,
            self.clock() - began_ns,
            batch.made,
        )
        batch.letters, batch.dropped, batch.measures, batch.remarks = [], Counter(), Counter(), {}
        batch.made = 0
        return passage
