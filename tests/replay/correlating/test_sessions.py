"""Sessions: which events belong together, when they close, and what is late."""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import VECTORS
from tests.replay.making import cut
from tiktoktoe_cli.replay.correlating.sessions import Session, Sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Event = tuple[str, int]
"""A key and a time."""


def sessions_of(
    events: Sequence[Event], gap: int, lateness: int = 0, sizes: Sequence[int] = ()
) -> tuple[list[Session], list[int]]:
    """Put events through in batches of these sizes; return the sessions as they closed, and the numbers of late events.

    An item is the time of an event and its number.
    """
    windows = Sessions(gap, lateness)
    closed: list[Session] = []
    late: list[int] = []
    newest = list(accumulate((time for _, time in events), max))
    for numbers in cut(range(len(events)), sizes):
        keys, items = [events[at][0] for at in numbers], [(events[at][1], at) for at in numbers]
        late += [numbers[position] for position in windows.add(keys, items, [newest[at] for at in numbers])]
        closed += windows.close(newest[numbers[-1]])
    closed += windows.close(None)
    assert windows.held == 0
    return closed, late


def spans(sessions: list[Session]) -> list[tuple[str, int, int, int]]:
    """Describe sessions as the cases do: key, first, last, count."""
    return [(session.key, session.first_us, session.last_us, len(session.items)) for session in sessions]


def numbers_of(sessions: list[Session]) -> set[frozenset[int]]:
    """Say which events are together, by their numbers."""
    return {frozenset(number for _, number in session.items) for session in sessions}


def cases(engine: str) -> list[Any]:
    """Read the cases of one engine."""
    path = VECTORS / "replay" / "windows.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))["vectors"] if path.exists() else []
    return [pytest.param(case, id=case["name"]) for case in vectors if case["engine"] == engine]


def in_order(case: Any) -> list[Event]:
    """List the events of a case in the order of time."""
    return sorted(((key, time) for key, time in case["events"]), key=lambda event: event[1])


@pytest.mark.parametrize("case", cases("kafka"))
def test_agrees_with_kafka_streams(vectors: Path, case: Any) -> None:
    """In the order of time, sessions are those that Kafka Streams' own tests expect."""
    assert vectors.is_dir()

    closed, late = sessions_of(in_order(case), case["gap_ms"])

    assert sorted(spans(closed)) == sorted(tuple(session) for session in case["sessions"])
    assert late == []


@pytest.mark.parametrize("case", [case for case in cases("kafka") if "emitted_on_close" in case.values[0]])
def test_closes_while_it_runs_what_kafka_emits_on_close(vectors: Path, case: Any) -> None:
    """Sessions that Kafka emits before the end have left the memory before the end, once time is a little further."""
    assert vectors.is_dir()
    events, gap = in_order(case), case["gap_ms"]
    windows = Sessions(gap)
    newest = events[-1][1]

    windows.add([key for key, _ in events], [(time,) for _, time in events], [time for _, time in events])
    closed = windows.close(newest + gap // 50)

    assert sorted(spans(closed)) == sorted(tuple(session) for session in case["emitted_on_close"])


@pytest.mark.parametrize("case", cases("beam"))
def test_agrees_with_beam_but_for_its_edge(vectors: Path, case: Any) -> None:
    """Beam ends a session where the distance equals the gap; with a gap one shorter, sessions are the same."""
    assert vectors.is_dir()

    closed, _ = sessions_of(in_order(case), case["gap_ms"] - 1)

    expected = [(min(times), max(times), len(times)) for _, _, times in case["windows"]]
    assert [span[1:] for span in spans(closed)] == expected


def test_a_distance_of_exactly_the_gap_joins() -> None:
    """At most the gap apart is together; one more is not."""
    closed, _ = sessions_of([("k", 0), ("k", 10), ("k", 21)], gap=10)

    assert spans(closed) == [("k", 0, 10, 2), ("k", 21, 21, 1)]


def test_an_event_between_two_sessions_makes_them_one() -> None:
    """With lateness, an event out of order bridges what was apart; its place in the session is that of its time."""
    closed, late = sessions_of([("k", 0), ("k", 15), ("k", 8)], gap=10, lateness=100)

    assert spans(closed) == [("k", 0, 15, 3)]
    assert closed[0].items == [(0, 0), (8, 2), (15, 1)]
    assert late == []


def test_events_of_one_time_keep_the_order_in_which_they_came() -> None:
    """Where time does not decide, the input does."""
    [session], _ = sessions_of([("k", 5), ("k", 3), ("k", 5), ("k", 3)], gap=10, lateness=10)

    assert session.items == [(3, 1), (3, 3), (5, 0), (5, 2)]


@pytest.mark.parametrize("sizes", [[1, 1, 1], []])
def test_an_event_of_a_closed_session_is_late(sizes: list[int]) -> None:
    """What could have joined a session that is closed is late; what only could have opened one in time is not."""
    closed, late = sessions_of([("k", 0), ("other", 100), ("k", 5), ("k", 90)], gap=10, sizes=sizes)

    assert late == [2]
    assert spans(closed) == [("k", 0, 0, 1), ("k", 90, 90, 1), ("other", 100, 100, 1)]


def test_sessions_close_in_the_order_of_their_ends() -> None:
    """A session that grew closes after one that began later and did not."""
    closed, _ = sessions_of([("a", 0), ("b", 1), ("a", 9), ("c", 100)], gap=10)

    assert [session.key for session in closed] == ["b", "a", "c"]


def test_says_from_when_on_it_holds_events() -> None:
    """Whoever comes after learns that older events than the watermark are still to come out."""
    windows = Sessions(10)

    before = windows.oldest(7)
    windows.add(["a", "b"], [(3,), (5,)], [3, 5])

    assert (before, windows.oldest(7), windows.oldest(2)) == (7, 3, 2)


def merged(events: Sequence[Event], gap: int) -> set[frozenset[int]]:
    """Find the sessions of all events as intervals that are merged, whatever their order."""
    found: list[tuple[str, int, set[int]]] = []
    for key, time, number in sorted((key, time, number) for number, (key, time) in enumerate(events)):
        if found and found[-1][0] == key and time - found[-1][1] <= gap:
            found[-1] = (key, time, found[-1][2] | {number})
        else:
            found.append((key, time, {number}))
    return {frozenset(numbers) for _, _, numbers in found}


EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 200)), max_size=40)
SIZES = st.lists(st.integers(1, 12), max_size=20)


@given(events=EVENTS, gap=st.integers(0, 20), sizes=SIZES)
def test_any_order_gives_the_same_sessions_if_nothing_is_late(
    events: list[Event], gap: int, sizes: list[int]
) -> None:
    """With enough lateness, sessions depend on the times alone, and not on how the events are cut into batches."""
    closed, late = sessions_of(events, gap, lateness=1_000, sizes=sizes)

    assert numbers_of(closed) == merged(events, gap)
    assert late == []


@given(events=EVENTS, gap=st.integers(0, 20), sizes=SIZES)
def test_in_the_order_of_time_nothing_is_late(events: list[Event], gap: int, sizes: list[int]) -> None:
    """Without any lateness, events that come in order are in the sessions that their times make."""
    events.sort(key=lambda event: event[1])

    closed, late = sessions_of(events, gap, sizes=sizes)

    assert numbers_of(closed) == merged(events, gap)
    assert late == []


@given(events=EVENTS, gap=st.integers(0, 20), lateness=st.integers(0, 30), sizes=SIZES)
def test_nothing_depends_on_how_events_are_cut(
    events: list[Event], gap: int, lateness: int, sizes: list[int]
) -> None:
    """Batches of any sizes give the sessions, and the late events, of events that come one by one."""
    one_by_one, late_one_by_one = sessions_of(events, gap, lateness, [1] * len(events))

    closed, late = sessions_of(events, gap, lateness, sizes)

    assert numbers_of(closed) == numbers_of(one_by_one)
    assert late == late_one_by_one


@given(events=EVENTS, gap=st.integers(0, 20), lateness=st.integers(0, 30), sizes=SIZES)
def test_every_event_is_in_one_session_or_late(
    events: list[Event], gap: int, lateness: int, sizes: list[int]
) -> None:
    """Nothing is lost, nothing is there twice, sessions end in order and know when they began and ended."""
    closed, late = sessions_of(events, gap, lateness, sizes)

    kept = [number for session in closed for _, number in session.items]
    assert sorted([*kept, *late]) == list(range(len(events)))
    assert [session.last_us for session in closed] == sorted(session.last_us for session in closed)
    for session in closed:
        times = [time for time, _ in session.items]
        assert times == sorted(times)
        assert (session.first_us, session.last_us) == (times[0], times[-1])


@pytest.mark.parametrize("case", cases("flink"))
def test_agrees_with_flink_on_windows_that_cover_others(vectors: Path, case: Any) -> None:
    """Events all along Flink's windows, each one step apart, make the windows that it merges them to."""
    assert vectors.is_dir()
    times = sorted(time for first, last in case["input_windows"] for time in range(first, last + 1))

    closed, _ = sessions_of([("k", time) for time in times], gap=1)

    assert [[it.first_us, it.last_us] for it in closed] == case["merged"]
