"""The head of a pipeline: what can be done with each event alone, in any process.

A block of records goes in; out comes a parcel: the events in columns, and what happened at each step. A parcel does not
depend on the blocks before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.replay.ordering.sort import SortedBlock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiktoktoe_cli.replay.decoding import Decoder
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.record import Records
    from tiktoktoe_cli.replay.flow.passage import Passage
    from tiktoktoe_cli.replay.flow.step import Probe, Step


class Parcel(NamedTuple):
    """A block that has gone through the head; `newest_us` is when the newest of its events happened, dead or not."""

    batch: Batch
    passages: Sequence[Passage]
    newest_us: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Decodes a block and lets it through the steps; `clock` gives nanoseconds."""

    decoder: Decoder
    steps: Sequence[Step]
    clock: Callable[[], int]
    probe: Probe | None = None

    def run(self, block: Records) -> Parcel:
        """Make a parcel."""
        batch, passages = self._decoded(block)
        newest_us = max(batch.times, default=None)
        for step in self.steps:
            batch, passage = step.run(batch)
            passages.append(passage)
        return Parcel(batch, passages, newest_us)

    def _decoded(self, block: Records) -> tuple[Batch, list[Passage]]:
        if isinstance(block, SortedBlock):
            batch, passage = self.decoder.again(block, self.clock)
        else:
            batch, passage = self.decoder.step(block, self.clock, self.probe)
        return batch, [passage]
