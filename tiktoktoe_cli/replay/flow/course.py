"""The course: what happens to batches in their order, after the head; it keeps the books of the whole pipeline."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.flow.passage import Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.letter import DeadLetter
    from tiktoktoe_cli.replay.flow.head import Parcel
    from tiktoktoe_cli.replay.flow.passage import Account
    from tiktoktoe_cli.replay.flow.step import Step


@dataclass(slots=True)
class Course:
    """Lets parcels through the steps that need their order; `post` takes dead letters.

    `accounts` are in the order in which events pass the stages. `settled` waits for the destinations, and gives
    what they refused. `refused` is the event that ends the run, if one does.
    """

    steps: Sequence[Step]
    accounts: dict[str, Account]
    post: Callable[[Sequence[DeadLetter]], None] = field(default=lambda _: None)
    settled: Callable[[], Sequence[DeadLetter]] = field(default=tuple)
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

    def settle(self) -> None:
        """Wait until all that was delivered has arrived. An event is booked as dead once, whoever refused it.

        Raises:
            UnfinishedError: a destination cannot be written, or is down long enough.
        """
        letters = self.settled()
        if letters:
            first = {letter.origin[:4]: letter for letter in reversed(letters)}
            dead = list(first.values())
            nothing: Counter[Any] = Counter()  # of whatever is counted
            self.book(Passage(letters[0].stage, 0, -len(dead), dead, nothing, nothing, {}, 0))
            self.post([letter for letter in letters if not any(letter is one for one in dead)])

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
