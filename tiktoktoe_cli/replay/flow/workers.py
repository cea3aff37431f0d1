"""Lets several processes run the head of a pipeline; parcels come back in the order of the blocks.

The processes are forked, so that schemas and tables are there already. What a block holds travels back as columns;
its origins stay here, where the block is.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from tiktoktoe_cli.errors import UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.replay.events.record import Records
    from tiktoktoe_cli.replay.flow.head import Head, Parcel

_Block = TypeVar("_Block", bound="Records")
_AHEAD = 3  # blocks that wait for each process


class Heads(Protocol):
    """Runs the head on blocks."""

    def __call__(self, blocks: Iterable[_Block], /) -> Iterator[tuple[_Block, Parcel]]:
        """Give each block with its parcel, in their order."""


_heads: list[Head] = []  # of this process, which was forked for it


@contextmanager
def run_heads(head: Head, workers: int) -> Iterator[Heads]:
    """Run the head here, or in as many processes as there shall be."""
    if workers <= 1:
        yield partial(_here, head)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _begin, (head,)) as pool:
        try:
            yield partial(_there, pool, workers * _AHEAD)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _here(head: Head, blocks: Iterable[_Block]) -> Iterator[tuple[_Block, Parcel]]:
    for block in blocks:
        yield block, head.run(block)


def _there(
    pool: ProcessPoolExecutor, ahead: int, blocks: Iterable[_Block]
) -> Iterator[tuple[_Block, Parcel]]:
    stream = iter(blocks)
    waiting: deque[tuple[_Block, Future[Parcel]]] = deque()
    try:
        for block in stream:
            waiting.append((block, pool.submit(_run, block)))
            if len(waiting) > ahead:
                yield _back(*waiting.popleft())
        while waiting:
            yield _back(*waiting.popleft())
    except BrokenProcessPool as error:
        hint = "run again with `--resume`; with fewer `--workers` if the machine is short of memory"
        raise UnfinishedError("a worker process ended unexpectedly", hint=hint) from error


def _back(block: _Block, future: Future[Parcel]) -> tuple[_Block, Parcel]:
    parcel = future.result()
    parcel.batch.origins = block
    return block, parcel


def _begin(head: Head) -> None:
    _heads.append(head)


def _run(block: Records) -> Parcel:
    parcel = _heads[-1].run(block)
    parcel.batch.origins = ()
    parcel.batch.bodies = [] if parcel.batch.encoded else parcel.batch.bodies
    return parcel
