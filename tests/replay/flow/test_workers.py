"""Several processes look at blocks; what comes back is what one process would give, in the order of the blocks."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.record import Block
from tiktoktoe_cli.replay.flow.head import Parcel
from tiktoktoe_cli.replay.flow.workers import run_heads
from tiktoktoe_cli.replay.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.replay.flow.head import Head


def blocks(*raws: bytes) -> Iterator[Block]:
    """Make blocks of one record each."""
    for number, raw in enumerate(raws, start=1):
        yield Block(0, number, 0, [raw], len(raw))


class Echo:
    """A head that gives back what it gets, after having done something with it."""

    def __init__(self, work: Callable[[bytes], object] = lambda _: None) -> None:
        self._work = work

    def run(self, block: Block) -> Parcel:
        """Do it."""
        self._work(block.raws[0])
        return Parcel(Batch(block, [0], encoded=[block.raws[0], str(os.getpid()).encode()]), ())


def ran(
    head: Echo, workers: int, *raws: bytes, check: Callable[[], None] = lambda: None
) -> list[tuple[bytes, bytes]]:
    """Run blocks through; tell of each what came back, and from which process."""
    with run_heads(cast("Head", head), workers, check) as heads:
        found = []
        for block, parcel in heads(blocks(*raws)):
            assert parcel.batch.origins is block
            found.append((parcel.batch.encoded[0], parcel.batch.encoded[1]))
    assert multiprocessing.active_children() == []
    return found


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_parcels_come_in_the_order_of_the_blocks(workers: int) -> None:
    """Whoever was quicker; and with several workers others do the work."""
    raws = [b"%d" % number for number in range(100)]

    found = ran(Echo(lambda raw: time.sleep(0.001 if int(raw) % 7 == 0 else 0)), workers, *raws)

    assert [raw for raw, _ in found] == raws
    assert (str(os.getpid()).encode() in {process for _, process in found}) == (workers == 1)


def test_what_is_too_large_for_the_shared_memory_is_worked_on_here() -> None:
    """A block of many megabytes comes back as any other, in its place."""
    raws = [b"a", b"x" * 5_000_000, b"b"]

    found = ran(Echo(), 2, *raws)

    assert [raw for raw, _ in found] == raws
    assert found[1][1] == str(os.getpid()).encode()


def test_a_result_that_is_too_large_is_made_again_here() -> None:
    """What a small block has become may be large."""

    class Growing(Echo):
        def run(self, block: Block) -> Parcel:
            return Parcel(Batch(block, [0], encoded=[block.raws[0] * 3_000_000, b""]), ())

    assert [len(raw) for raw, _ in ran(Growing(), 2, b"a", b"b")] == [3_000_000] * 2


def test_a_process_that_is_killed_ends_the_run() -> None:
    """That is told, and nobody waits for it for ever."""

    def die(raw: bytes) -> None:
        if raw == b"die":
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(UnfinishedError, match="a worker process ended unexpectedly"):
        ran(Echo(die), 2, b"a", b"die", b"b")


def test_what_is_raised_there_is_raised_here() -> None:
    """What is wrong is no silence."""

    def fail(_: bytes) -> None:
        raise UsageError("wrong")

    with pytest.raises(UsageError, match="wrong"):
        ran(Echo(fail), 2, b"a")


def test_the_user_is_heard_while_nothing_comes() -> None:
    """A worker that waits for others does not keep a run from being stopped."""
    began = time.monotonic()

    def stop() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        ran(Echo(lambda _: time.sleep(60)), 2, b"a", b"b", check=stop)

    assert time.monotonic() - began < 10


def test_signals_of_the_user_reach_only_the_process_that_runs_the_pipeline() -> None:
    """Ctrl-C goes to all processes of a terminal; the work that is under way is done."""

    def work(_: bytes) -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

    assert [raw for raw, _ in ran(Echo(work), 2, b"a", b"b")] == [b"a", b"b"]
