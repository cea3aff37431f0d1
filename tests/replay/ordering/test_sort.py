"""Events come out in the order of their time, whatever the memory allows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import cut
from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.ordering.sort import PORTION, sort_by_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tiktoktoe_cli.replay.ordering.sort import SortedBlock

Event = tuple[int, Origin]


def event(time_us: int, number: int) -> Event:
    """Make an event of one of two files."""
    return time_us, Origin(number % 2, number // 2, number // 2 * 10, b'{"n":%d}' % number)


def batches_of(events: Sequence[Event], sizes: Sequence[int] = ()) -> Iterator[Batch]:
    """Make batches of these sizes."""
    for some in cut(events, sizes):
        origins = [origin for _, origin in some]
        yield Batch(origins, list(range(len(some))), times=[time_us for time_us, _ in some])


def found(blocks: Iterable[SortedBlock]) -> list[Event]:
    """List the events of sorted blocks."""
    return [(time_us, block[row]) for block in blocks for row, time_us in enumerate(block.times)]


@given(
    times=st.lists(st.integers(-(2**55), 2**55) | st.integers(0, 3), max_size=60),
    sizes=st.lists(st.integers(1, 9), max_size=20),
    run_bytes=st.integers(1, 6_000),
    fan_in=st.integers(2, 4),
)
def test_sorts_as_python_does(times: list[int], sizes: list[int], run_bytes: int, fan_in: int) -> None:
    """However small the runs and however many, the order is that of time, then file, then line."""
    events = [event(time_us, number) for number, time_us in enumerate(times)]

    blocks = list(sort_by_time(batches_of(events, sizes), run_bytes, fan_in))

    assert found(blocks) == sorted(events)


@pytest.mark.parametrize("spread", [1, 50, 10**9])
def test_merges_runs_of_many_portions(spread: int) -> None:
    """Runs that are far longer than what is at hand of them come together as one sort would have them."""
    random = Random(spread)  # noqa: S311  # for a test
    events = [event(random.randrange(spread), number) for number in range(9 * PORTION)]
    sizes = [PORTION // 5] * 50

    blocks = list(sort_by_time(batches_of(events, sizes), run_bytes=600 * PORTION, fan_in=2))

    assert found(blocks) == sorted(events)
    assert all(len(block) <= PORTION for block in blocks)


def test_blocks_hold_bytes_and_places() -> None:
    """A sorted block is read as any other: its records are whole, and know where they stood."""
    events = [event(2, 0), event(1, 1)]

    [block] = sort_by_time(batches_of(events))

    assert (len(block), block.raws, block.times, block.ends) == (2, [b'{"n":1}', b'{"n":0}'], [1, 2], {})
    assert block[0] == Origin(1, 0, 0, b'{"n":1}')


@pytest.mark.parametrize("taken", [0, 1, 3])
def test_leaves_no_file_behind(taken: int) -> None:
    """The temporary folder is removed, also when nobody takes the events to their end."""
    folder = Path(tempfile.gettempdir())
    before = set(folder.glob("tiktoktoe-sort-*"))
    events = [event(-number, number) for number in range(3 * PORTION)]
    stream = sort_by_time(batches_of(events, [1, PORTION, PORTION]), run_bytes=1, fan_in=2)

    for _ in range(taken):
        next(stream)
    stream.close()

    assert set(folder.glob("tiktoktoe-sort-*")) <= before
