"""Windows of a fixed length: their bounds are those that Kafka Streams and Flink document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.replay.correlating.fixed import FixedWindows, Span, hopping, sliding

if TYPE_CHECKING:
    from pathlib import Path


def cases(vectors: Path) -> dict[str, Any]:
    """Read the cases."""
    found: dict[str, Any] = json.loads((vectors / "replay" / "windows.json").read_text(encoding="utf-8"))
    return found


def test_tumbling_windows_are_aligned_to_1970(vectors: Path) -> None:
    """The start belongs to a window, the end to the next one."""
    examples = cases(vectors)["tumbling"]["examples"]

    assert [list(map(list, hopping(size, size).spans(time))) for time, size, _ in examples] == [
        [bounds] for *_, bounds in examples
    ]


def test_hopping_windows_overlap(vectors: Path) -> None:
    """Windows that begin every three seconds and last five are both the event's where they overlap."""
    case = cases(vectors)["hopping_example"]

    spans = list(hopping(case["size"], case["advance"]).spans(4000))

    assert spans == [Span(*bounds) for bounds in case["windows"]]


def test_sliding_windows_end_with_an_event_or_begin_after_one(vectors: Path) -> None:
    """The windows, and the events in each of them, are those of Kafka Streams."""
    case = cases(vectors)["sliding_example"]
    windows = FixedWindows(sliding(case["time_difference"]), is_half_open=False)

    windows.add(["k"] * 3, [(time,) for time in case["events"]], case["events"])
    closed = windows.close(None)

    number = {time: position for position, time in enumerate(case["events"], 1)}
    found = [[it.first_us, it.last_us, [number[time] for (time,) in it.items]] for it in closed]
    assert found == case["windows"]
    assert windows.held == 0


def test_a_window_closes_when_the_watermark_reaches_its_end() -> None:
    """As in Kafka Streams, an event is late once the end of its window and the grace are reached."""
    windows = FixedWindows(hopping(10, 10), lateness_us=5)

    on_time = windows.add(["k", "k"], [(3,), (4,)], [3, 14])
    before = windows.close(14)
    late = windows.add(["k"], [(5,)], [15])

    assert (on_time, before, late) == ([], [], [0])
    assert [(it.first_us, it.last_us, it.items) for it in windows.close(15)] == [(0, 10, [(3,), (4,)])]


@given(
    times=st.lists(st.integers(-50, 200), max_size=30),
    size=st.integers(1, 30),
    every=st.integers(1, 30),
)
def test_each_event_is_in_every_window_that_holds_its_time(times: list[int], size: int, every: int) -> None:
    """Without late events, a window holds what its bounds say, and none is missing."""
    step = min(size, every)
    windows = FixedWindows(hopping(size, step))

    windows.add(["k"] * len(times), [(time,) for time in times], [-100] * len(times))
    found = {it.first_us: sorted(time for (time,) in it.items) for it in windows.close(None)}

    starts = [start for start in range(-120, 240) if start % step == 0]
    inside = {start: sorted(time for time in times if start <= time < start + size) for start in starts}
    assert found == {start: held for start, held in inside.items() if held}
    assert windows.held == 0
