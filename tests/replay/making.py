"""Records, batches and kits made by hand."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.stages.stage import Kit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.replay.events.record import Block
    from tiktoktoe_cli.replay.stages.stage import Stage

SECOND = 1_000_000
_T = TypeVar("_T")


def batch_of(*bodies: dict[str, Any], times: Sequence[int] = (), file: int = 0) -> Batch:  # Any: JSON
    """Make a batch of events; the first one stood in line 1, each line has 100 bytes."""
    origins = [
        Origin(file, number, 100 * (number - 1), repr(body).encode()) for number, body in enumerate(bodies, 1)
    ]
    rows = list(range(len(bodies)))
    return Batch(origins, rows, list(bodies), list(times) or [0] * len(bodies), stage="test")


def records(block: Block) -> list[Origin]:
    """List the records of a block."""
    return [block[row] for row in range(len(block))]


def cut(items: Sequence[_T], sizes: Sequence[int]) -> Iterator[Sequence[_T]]:
    """Cut a sequence into pieces of these sizes; what is left is the last one."""
    starts = [min(start, len(items)) for start in accumulate(sizes, initial=0)]
    pieces = [items[start:end] for start, end in zip(starts, [*starts[1:], len(items)], strict=True)]
    return filter(len, pieces)


def kit(name: str = "test") -> Kit:
    """Make what the maker of a stage is given; its clock stands still."""
    return Kit(name, lambda: 0, Random(0), Path())  # noqa: S311  # for tests


def let_through(stage: Stage, batch: Batch) -> Batch:
    """Let a batch through a stage: its look, then its memory."""
    batch.stage = "test"
    stage.look(batch)
    batch.settle()
    if stage.memory is None:
        return batch
    passed = stage.memory.take(batch)
    batch.settle()
    return passed
