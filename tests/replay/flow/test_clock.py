"""The clock of event time: up to when everything has come, and what is too far ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import SECOND, batch_of, cut
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.flow.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Sequence

FIELD = FieldPath(("time",))
Passed = tuple[int, int]
"""A time, and the watermark after it."""


def through(clock: Clock, times: Sequence[int], file: int = 0) -> tuple[list[Passed], list[str]]:
    """Let events of a file through; return what passed, and what was said of the others."""
    batch = batch_of(*({} for _ in times), times=times, file=file)
    clock.take(batch)
    said = [letter.faults[0].message for letter in batch.letters]
    return list(zip(batch.times, batch.watermarks, strict=True)), said


def test_a_clock_that_is_ahead_moves_no_other_event() -> None:
    """An event too far ahead is a dead letter, and those after it are measured against the ones before."""
    seconds = [0, 60, 121, 120, 10, 181]

    passed, said = through(Clock(FIELD, 60 * SECOND), [at * SECOND for at in seconds])

    assert [time_us // SECOND for time_us, _ in passed] == [0, 60, 120, 10]
    assert said == ["1m1s ahead of the newest event before it"] * 2


def test_the_first_event_sets_the_pace() -> None:
    """There is nothing before it that it could be ahead of."""
    passed, said = through(Clock(FIELD, 1), [10**15, 0])

    assert ([time_us for time_us, _ in passed], said) == ([10**15, 0], [])


def test_the_watermark_is_the_newest_time_so_far() -> None:
    """Events that come late do not turn it back."""
    passed, _ = through(Clock(FIELD), [3, 1, 5, 4])

    assert passed == [(3, 3), (1, 3), (5, 5), (4, 5)]


def test_a_new_file_has_a_newest_time_of_its_own() -> None:
    """What a file begins with is not late because the file before it ended later."""
    clock = Clock(FIELD)

    through(clock, [9], file=0)

    assert through(clock, [1, 2], file=1)[0] == [(1, 1), (2, 2)]


def test_the_watermark_waits_for_files_that_begin_earlier() -> None:
    """While a file with older events is still to be read, nothing after its beginning is complete."""
    bounds = {0: 4, 1: None}
    clock = Clock(FIELD, bound=lambda file: bounds[file])

    first, _ = through(clock, [3, 9], file=0)
    second, _ = through(clock, [4, 10], file=1)

    assert [watermark for _, watermark in (*first, *second)] == [3, 4, 4, 10]


@pytest.mark.parametrize("jump", [None, 5])
@given(
    times=st.lists(st.integers(0, 30), max_size=20),
    split=st.integers(0, 20),
    sizes=st.lists(st.integers(1, 4)),
)
def test_nothing_depends_on_how_the_events_are_cut(
    times: list[int], split: int, sizes: list[int], jump: int | None
) -> None:
    """Watermarks and jumps are those of events that come one by one, also from one file to the next."""
    files: tuple[Sequence[int], Sequence[int]] = (times[:split], times[split:])
    single, batched = Clock(FIELD, jump), Clock(FIELD, jump)

    def all_through(clock: Clock, sizes: Sequence[int]) -> list[tuple[list[Passed], list[str]]]:
        return [
            through(clock, some, file) for file, of_file in enumerate(files) for some in cut(of_file, sizes)
        ]

    one_by_one, together = all_through(single, [1] * 20), all_through(batched, sizes)

    for position in (0, 1):
        assert [one for result in one_by_one for one in result[position]] == [
            one for result in together for one in result[position]
        ]


def test_events_that_end_before_the_clock_count_for_the_newest_time() -> None:
    """But for those that are too far ahead; and what comes later is judged by what came as far as the clock."""
    clock = Clock(FIELD, 60 * SECOND)

    seen = []
    for at in (10, 5, 40, 1_000):
        clock.see(at * SECOND)
        seen.append(clock.newest_us)
    again = Clock(FIELD, 60 * SECOND)
    again.restore(clock.changes())

    assert seen == [10 * SECOND, 10 * SECOND, 40 * SECOND, 40 * SECOND]
    assert again.newest_us == 40 * SECOND
