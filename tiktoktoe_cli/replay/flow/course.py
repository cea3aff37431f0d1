"""The course: what happens to batches in their order, after the head; it keeps the books of the whole pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.letter import DeadLetter
    from tiktoktoe_cli.replay.flow.head import Parcel
    from tiktoktoe_cli.replay.flow.passage import Account, Passage
    from tiktoktoe_cli.replay.flow.step import Step


@dataclass(slots=True)
class Course:
    """Lets parcels through the steps that need their order; `post` takes dead letters.

    `accounts` are in the order in which events pass the stages. `refused` is the event that ends the run, if one does.
    """

    steps: Sequence[Step]
    accounts: dict[str, Account]
    post: Callable[[Sequence[DeadLetter]], None] = field(default=lambda _: None)
    refused: DeadLetter | None = None

    def take(self, parcel: Parcel) -> None:
        """Let a parcel through."""
        for passage in parcel.passages:
            self.book(passage)
        self.refused = parcel.batch.refused
        self._go_on(parcel.batch, 0)

    def finish(self) -> None:
        """Let out what the stages hold, from the first to the last, unless an event is refused."""
        for position, step in enumerate(self.steps):
            if self.refused is not None:
                return
            finished = step.finish()
            if finished is not None:
                batch, passage = finished
                self.book(passage)
                self._go_on(batch, position + 1)

    def _go_on(self, batch: Batch, start: int) -> None:
        for step in self.steps[start:]:
            if not len(batch):
                return
            passed, passage = step.run(batch)
            self.refused = batch.refused or self.refused
            self.book(passage)
            batch = passed

    def book(self, passage: Passage) -> None:
        """Write what happened into the books, and post the dead letters."""
        self.accounts[passage.stage].add(passage)
        if passage.letters:
            self.post(passage.letters)
