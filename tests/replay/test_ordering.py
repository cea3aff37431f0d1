"""Events come out in the order of their time, whatever the memory allows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.event import Event, Line
from tiktoktoe_cli.replay.field_path import FieldPath
from tiktoktoe_cli.replay.ordering import by_time, without_jumps

if TYPE_CHECKING:
    from tests.replay.conftest import Letters
    from tiktoktoe_cli.replay.station import Station

SECOND = 1_000_000


def event(time_us: int, number: int, file: int = 0) -> Event:
    """Make an event that a line holds."""
    return Event(time_us, Line(file, number, number * 10, b'{"n":%d}' % number), {"n": number})


@given(
    times=st.lists(st.integers(-(2**55), 2**55) | st.integers(0, 3), max_size=60),
    run_bytes=st.integers(1, 3_000),
    fan_in=st.integers(2, 4),
)
def test_sorts_as_python_does(times: list[int], run_bytes: int, fan_in: int) -> None:
    """However small the runs and however many, the order is that of time, then file, then line."""
    events = [event(time, number // 2, number % 2) for number, time in enumerate(times)]

    ordered = list(by_time(run_bytes, fan_in)(iter(events)))

    assert ordered == sorted(events, key=lambda one: (one.time_us, one.line.file, one.line.number))


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_leaves_no_file_behind(taken: int) -> None:
    """The temporary folder is removed, also when nobody takes the events to their end."""
    folder = Path(tempfile.gettempdir())
    before = set(folder.glob("tiktoktoe-sort-*"))
    stream = by_time(run_bytes=1, fan_in=2)(event(5 - number, number) for number in range(5))

    for _ in range(taken):
        next(stream)
    stream.close()

    assert set(folder.glob("tiktoktoe-sort-*")) <= before


def test_a_clock_that_is_ahead_moves_no_other_event(station: Station, letters: Letters) -> None:
    """An event too far ahead is a dead letter, and those after it are measured against the ones before."""
    seconds = [0, 60, 121, 120, 10, 181]
    events = [event(at * SECOND, number) for number, at in enumerate(seconds)]

    passed = list(without_jumps(60 * SECOND, FieldPath(("time",)), station)(iter(events)))

    assert [one.time_us // SECOND for one in passed] == [0, 60, 120, 10]
    assert [letter.faults[0].message for letter in letters] == [
        "61 s ahead of the newest event before it",
        "61 s ahead of the newest event before it",
    ]
