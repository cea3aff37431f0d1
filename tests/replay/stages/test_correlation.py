"""Correlation marks the events of a session, and holds them until it closes."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.making import SECOND, batch_of, cut, kit, let_through
from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.settings.windows import CorrelationSettings
from tiktoktoe_cli.replay.stages.correlation import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.replay.conftest import Shelf


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
    assert (facts.measure("sessions"), facts.measure("without_key")) == (3, 1)


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


def test_holds_only_what_is_open(shelf: Shelf) -> None:
    """Sessions that are over do not count against what may be held, also when all events come at once."""
    shelf.events(*(at(minute, k=f"{minute}") for minute in range(0, 60, 6)))

    facts = shelf.run({"correlation": {"key": "k", "window": "5m", "max_held": 3}})

    assert (facts.delivered, facts.measure("sessions")) == (10, 10)


def test_old_marks_are_replaced_where_there_are_new_ones(shelf: Shelf) -> None:
    """An event that brings marks along loses them for those of its session; one without a key passes unchanged."""
    shelf.events(at(0, k="x", correlationid="old", correlationcount=9), at(1, correlationid="old"))

    shelf.run({"correlation": {"key": "k", "window": "5m"}})

    marks = [(event["correlationid"], event.get("correlationcount")) for event in shelf.read("all")]
    assert marks == [("old", None), ("x@2026-03-02T08:00:00.000Z", 1)]


def test_events_can_be_correlated_by_a_mark_they_bring(shelf: Shelf) -> None:
    """The key is read before the old marks are taken away."""
    shelf.events(at(0, correlationid="old"), at(1, correlationid="old"))

    facts = shelf.run({"correlation": {"key": "correlationid", "window": "5m"}})

    assert facts.measure("sessions") == 1
    assert {event["correlationid"] for event in shelf.read("all")} == {"old@2026-03-02T08:00:00.000Z"}


def test_a_second_correlation_sees_every_event_in_time(shelf: Shelf) -> None:
    """What the first one holds back is not late for the second, whose marks are those that stay."""
    shelf.events(
        at(0, k="x", j="a"), at(2, j="a"), at(4, k="x", j="a"), at(20, j="b"), at(30, k="y"), at(59, k="z")
    )
    stages = [{"correlation": {"key": key, "window": "5m"}} for key in ("k", "j")]

    facts = shelf.run(*stages)

    marks = {event["time"][14:16]: event["correlationid"][0] for event in shelf.read("all")}
    assert marks == {"00": "a", "02": "a", "04": "a", "20": "b", "30": "y", "59": "z"}
    assert facts.dead == 0


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 900)), min_size=1, max_size=40),
    st.lists(st.integers(0, 9), max_size=12),
)
def test_what_goes_out_does_not_depend_on_how_the_input_is_cut(
    drawn: list[tuple[str | None, int]], sizes: list[int]
) -> None:
    """Events with and without a key come out in the same order, whatever batches they came in."""

    def through(pieces: Iterable[Sequence[tuple[str | None, int]]]) -> list[dict[str, Any]]:
        settings = CorrelationSettings.model_validate({"key": "k", "window": "1m"})
        stage = build(settings, kit())
        assert stage.memory is not None
        found, newest = [], -1
        for piece in pieces:
            batch = batch_of(*({"k": key, "s": s} for key, s in piece), times=[s * SECOND for _, s in piece])
            batch.watermarks = list(accumulate(batch.times, max, initial=newest))[1:]
            newest = batch.watermarks[-1]
            found += let_through(stage, batch).bodies
        return found + stage.memory.finish().bodies

    assert through(cut(drawn, sizes)) == through([drawn])
