"""Sessions: which events belong together, when they close, and what is late."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import VECTORS
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.correlation import Session, Sessions
from tiktoktoe_cli.replay.event import Event, Line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf

MINUTE = 60


def sessions_of(
    events: list[tuple[str, int]], gap: int, lateness: int = 0
) -> tuple[list[Session], list[int]]:
    """Put events through; return the sessions in the order in which they closed, and the times that were late."""
    windows = Sessions(gap, lateness)
    closed: list[Session] = []
    late: list[int] = []
    for number, (key, time) in enumerate(events):
        closed += windows.advance(time)
        if not windows.add(key, Event(time, Line(0, number, 0, b""), {})):
            late.append(time)
    return [*closed, *windows.finish()], late


def spans(sessions: list[Session]) -> list[tuple[str, int, int, int]]:
    """Describe sessions as the cases do: key, first, last, count."""
    return [(session.key, session.first_us, session.last_us, len(session.events)) for session in sessions]


def cases(engine: str) -> list[Any]:
    """Read the cases of one engine."""
    path = VECTORS / "replay" / "windows.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))["vectors"] if path.exists() else []
    return [pytest.param(case, id=case["name"]) for case in vectors if case["engine"] == engine]


@pytest.mark.parametrize("case", cases("kafka"))
def test_agrees_with_kafka_streams(vectors: Path, case: Any) -> None:
    """In the order of time, sessions are those that Kafka Streams' own tests expect."""
    assert vectors.is_dir()
    events = sorted(((key, time) for key, time in case["events"]), key=lambda event: event[1])

    closed, late = sessions_of(events, case["gap_ms"])

    assert sorted(spans(closed)) == sorted(tuple(session) for session in case["sessions"])
    assert late == []


@pytest.mark.parametrize("case", [case for case in cases("kafka") if "emitted_on_close" in case.values[0]])
def test_closes_while_it_runs_what_kafka_emits_on_close(vectors: Path, case: Any) -> None:
    """Sessions that Kafka emits before the end are those that close before the end here."""
    assert vectors.is_dir()
    windows = Sessions(case["gap_ms"])
    closed: list[Session] = []

    for number, (key, time) in enumerate(case["events"]):
        closed += windows.advance(time)
        windows.add(key, Event(time, Line(0, number, 0, b""), {}))

    assert sorted(spans(closed)) == sorted(tuple(session) for session in case["emitted_on_close"])


@pytest.mark.parametrize("case", cases("beam"))
def test_agrees_with_beam_but_for_its_edge(vectors: Path, case: Any) -> None:
    """Beam ends a session where the distance equals the gap; with a gap one shorter, sessions are the same."""
    assert vectors.is_dir()
    events = sorted(((key, time) for key, time in case["events"]), key=lambda event: event[1])

    closed, _ = sessions_of(events, case["gap_ms"] - 1)

    expected = [(min(times), max(times), len(times)) for _, _, times in case["windows"]]
    assert [span[1:] for span in spans(closed)] == expected


def test_a_distance_of_exactly_the_gap_joins() -> None:
    """At most the gap apart is together; one more is not."""
    closed, _ = sessions_of([("k", 0), ("k", 10), ("k", 21)], gap=10)

    assert spans(closed) == [("k", 0, 10, 2), ("k", 21, 21, 1)]


def test_an_event_between_two_sessions_makes_them_one() -> None:
    """With lateness, an event out of order bridges what was apart."""
    closed, late = sessions_of([("k", 0), ("k", 15), ("k", 8)], gap=10, lateness=100)

    assert spans(closed) == [("k", 0, 15, 3)]
    assert [event.time_us for event in closed[0].events] == [0, 8, 15]
    assert late == []


def test_an_event_of_a_closed_session_is_late() -> None:
    """What could have joined a session that is closed is late; what only could have opened one in time is not."""
    closed, late = sessions_of([("k", 0), ("other", 100), ("k", 5), ("k", 90)], gap=10)

    assert late == [5]
    assert spans(closed) == [("k", 0, 0, 1), ("k", 90, 90, 1), ("other", 100, 100, 1)]


def test_sessions_close_in_the_order_of_their_ends() -> None:
    """A session that grew closes after one that began later and did not."""
    closed, _ = sessions_of([("a", 0), ("b", 1), ("a", 9), ("c", 100)], gap=10)

    assert [session.key for session in closed] == ["b", "a", "c"]


def _brute_force(events: list[tuple[str, int]], gap: int) -> list[tuple[str, int, int, int]]:
    found: list[list[Any]] = []
    for key, time in sorted(events):
        if found and found[-1][0] == key and time - found[-1][2] <= gap:
            found[-1][2:] = [time, found[-1][3] + 1]
        else:
            found.append([key, time, time, 1])
    return [tuple(session) for session in found]


EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 200)), max_size=40)


@given(events=EVENTS, gap=st.integers(0, 20))
def test_any_order_gives_the_same_sessions_if_nothing_is_late(
    events: list[tuple[str, int]], gap: int
) -> None:
    """With enough lateness, sessions depend on the times alone."""
    closed, late = sessions_of(events, gap, lateness=1_000)

    assert sorted(spans(closed)) == sorted(_brute_force(events, gap))
    assert late == []


@given(events=EVENTS, gap=st.integers(0, 20), lateness=st.integers(0, 30))
def test_every_event_is_in_one_session_or_late(
    events: list[tuple[str, int]], gap: int, lateness: int
) -> None:
    """Nothing is lost, nothing is there twice, and `held` ends at nothing."""
    windows, kept, late = Sessions(gap, lateness), [], 0
    for number, (key, time) in enumerate(events):
        kept += [event.line.number for session in windows.advance(time) for event in session.events]
        late += not windows.add(key, Event(time, Line(0, number, 0, b""), {}))
    kept += [event.line.number for session in windows.finish() for event in session.events]

    assert len(kept) == len(set(kept)) == len(events) - late
    assert windows.held == 0


def at(minute: int, **more: object) -> dict[str, object]:
    """Make an event of a minute after eight."""
    return {"time": f"2026-03-02T08:{minute:02}:00Z", **more}


def test_writes_the_session_into_its_events(shelf: Shelf) -> None:
    """Each event of a session knows its id, its position and how many there are."""
    shelf.events(at(0, k="x"), at(3, k="x"), at(30, k="x"), at(1), at(4, k=7))

    facts = shelf.run({"correlation": {"key": "k", "window": "5m"}})

    marks = [
        tuple(event.get(f"correlation{name}") for name in ("id", "position", "count"))
        for event in shelf.read("all")
    ]
    assert marks == [
        (None, None, None),  # no key: it waits for nobody
        ("x@2026-03-02T08:00:00.000Z", 1, 2),
        ("x@2026-03-02T08:00:00.000Z", 2, 2),
        ("7@2026-03-02T08:04:00.000Z", 1, 1),
        ("x@2026-03-02T08:30:00.000Z", 1, 1),
    ]
    assert (facts.measure("sessions"), facts.measure("uncorrelated")) == (3, 1)


def test_late_events_are_dead_letters(shelf: Shelf) -> None:
    """With `order: input`, an event whose session is closed is kept as a dead letter."""
    shelf.events(at(0, k="x"), at(20, k="y"), at(1, k="x"))
    order = {"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"}

    facts = shelf.run({"correlation": {"key": "k", "window": "5m"}}, input=order)

    assert facts.reasons == {"late": 1}
    assert [(letter["stage"], letter["source"]["line"]) for letter in shelf.read("dead")] == [
        ("correlation", 3)
    ]


def test_gives_up_rather_than_cut_a_session(shelf: Shelf) -> None:
    """More open events than allowed end the run with advice."""
    shelf.events(*(at(minute, k="x") for minute in range(5)))

    with pytest.raises(UnfinishedError, match="holds more than 3 events"):
        shelf.run({"correlation": {"key": "k", "window": "5m", "max_held": 3}})
