"""Correlation by any window: what it emits, what it counts, and that nothing depends on cuts and stops."""

from __future__ import annotations

import json
import marshal
import random
import time
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.replay.making import SECOND, batch_of, cut, kit, let_through
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.settings.aggregation import AggregateSettings
from tiktoktoe_cli.replay.settings.windows import CorrelationSettings, DedupeSettings
from tiktoktoe_cli.replay.stages import aggregation, correlation, dedupe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay import ReplayFacts
    from tiktoktoe_cli.replay.stages.stage import Stage

JOIN = {"key": "k", "emit": "join", "expects": ["a", "b"], "deadline": "10m"}


def at(minute: int, **more: object) -> dict[str, object]:
    """Make an event of a minute after eight."""
    return {"time": f"2026-03-02T08:{minute:02}:00Z", **more}


def added_up(facts: ReplayFacts) -> bool:
    """Tell whether each event, also those that stages made, left once."""
    made = sum(stage.made for stage in facts.stages)
    dropped = sum(facts.dropped(drop) for drop in Drop)
    return facts.lines + made == facts.delivered + facts.dead + dropped + facts.unfinished


def test_group_makes_one_event_of_a_window(shelf: Shelf) -> None:
    """It holds its events, and its time is that of the last one; events without a key pass unchanged."""
    shelf.events(at(0, k="x", n=1), at(3, k="x", n=2), at(4, n=3), at(6, k="x", n=4))

    facts = shelf.run({"correlation": {"key": "k", "window": {"tumbling": "5m"}, "emit": "group"}})

    first, lone, second = sorted(shelf.read("all"), key=lambda event: str(event["time"]))
    assert (first["id"], first["type"]) == ("x@2026-03-02T08:00:00.000Z", "correlation.group")
    assert (first["source"], first["time"]) == ("tiktoktoe/correlation", "2026-03-02T08:03:00.000Z")
    assert first["data"] == {
        "key": "x",
        "window": {"start": "2026-03-02T08:00:00.000Z", "end": "2026-03-02T08:05:00.000Z"},
        "count": 2,
        "events": [at(0, k="x", n=1), at(3, k="x", n=2)],
    }
    assert (lone, second["data"]["count"]) == (at(4, n=3), 1)
    assert (facts.dropped(Drop.JOINED), facts.measure("windows")) == (3, 2)
    assert added_up(facts)


def test_join_waits_for_what_is_expected(shelf: Shelf) -> None:
    """One event as soon as all types are there; at the deadline one that names what never came."""
    shelf.events(
        at(0, k="x", type="a"), at(1, k="y", type="a"), at(2, k="x", type="b"), at(3, k="x", type="other")
    )

    facts = shelf.run({"correlation": JOIN})

    found = {str(event["type"]): event.get("data", {}) for event in shelf.read("all")}
    assert found.keys() == {"correlation.complete", "correlation.incomplete", "other"}
    assert [event["type"] for event in found["correlation.complete"]["events"]] == ["a", "b"]
    assert (found["correlation.incomplete"]["key"], found["correlation.incomplete"]["missing"]) == (
        "y",
        ["b"],
    )
    assert added_up(facts)


def test_a_join_ends_after_its_deadline(shelf: Shelf) -> None:
    """A deadline counts from the first event, and its very end still belongs to it."""
    shelf.events(
        at(0, k="x", type="a"), at(10, k="x", type="b"), at(20, k="y", type="a"), at(31, k="y", type="b")
    )

    shelf.run({"correlation": JOIN})

    kinds = [event["type"].removeprefix("correlation.") for event in shelf.read("all")]
    assert kinds == ["complete", "incomplete", "incomplete"]


def test_the_first_key_that_has_a_value_counts(shelf: Shelf) -> None:
    """A list of fields is asked in its order."""
    shelf.events(at(0, k="x", j="y"), at(1, j="x"), at(2, k=None, j="y"))

    shelf.run({"correlation": {"key": ["k", "j"]}})

    assert [event["correlationid"][0] for event in shelf.read("all")] == ["x", "x", "y"]


def test_the_window_is_a_session_of_five_minutes_if_nobody_says_so() -> None:
    """The default is the seed's."""
    settings = CorrelationSettings.model_validate({"key": "k"})

    assert (settings.window.kind, str(settings.window.chosen)) == ("session", "5m")


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": {"sliding": "5m"}},
        {"window": {"tumbling": "5m", "every": "1m"}},
        {"window": {"sliding": "1m", "every": "5m"}, "emit": "group"},
        {"window": {"tumbling": "0"}},
        {"window": {"sliding": "10m", "every": "1ms"}, "emit": "group"},
        {"emit": "join"},
        {"emit": "join", "expects": ["a"], "deadline": "1m", "window": "1m"},
        {"expects": ["a"]},
        {"lateness": "forever"},
    ],
)
def test_refuses_what_does_not_fit(wrong: dict[str, Any]) -> None:
    """Settings that contradict each other are told, not ignored."""
    with pytest.raises(ValidationError):
        CorrelationSettings.model_validate({"key": "k"} | wrong)


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_unlimited_lateness_finds_the_sessions_in_any_order_of_files(
    vectors: Path, shelf: Shelf, seed: int | None
) -> None:
    """The 55 files of CloudTrail give their 37 sessions, and nothing is late, in whatever order they are read."""
    paths = [str(path) for path in sorted((vectors / "replay" / "samples" / "cloudtrail").glob("*.json.gz"))]
    if seed is not None:
        random.Random(seed).shuffle(paths)  # noqa: S311  # for tests
    files = {"paths": paths, "format": "records", "time": {"field": "eventTime"}, "order": "input"}

    facts = shelf.run({"correlation": {"key": "sourceIPAddress", "lateness": "unlimited"}}, input=files)

    assert (facts.lines, facts.delivered, facts.dead, facts.measure("sessions")) == (2_900, 2_900, 0, 37)


MEMORIES: dict[str, dict[str, Any]] = {
    "session": {"key": "k", "window": "20s", "lateness": "5s"},
    "unlimited": {"key": "k", "window": "20s", "lateness": "unlimited"},
    "tumbling": {"key": "k", "window": {"tumbling": "20s"}, "lateness": "5s"},
    "hopping": {"key": "k", "window": {"sliding": "20s", "every": "7s"}, "emit": "group"},
    "sliding": {"key": "k", "window": {"sliding": "20s"}, "lateness": "5s", "emit": "group"},
    "group": {"key": "k", "window": "20s", "emit": "group"},
    "join": {"key": "k", "emit": "join", "expects": ["a", "b"], "deadline": "20s", "lateness": "5s"},
    "dedupe": {"key": ["k"], "window": "20s"},
    "aggregate": {
        "key": "k",
        "window": {"sliding": "20s", "every": "7s"},
        "fields": {"n": {"sum": "n"}, "ns": {"last": "n"}, "as": {"count": 'type == "a"'}},
    },
}


def memory_of(kind: str) -> Stage:
    """Make a stage."""
    if kind == "dedupe":
        return dedupe.build(DedupeSettings.model_validate(MEMORIES[kind]), kit())
    if kind == "aggregate":
        return aggregation.build(AggregateSettings.model_validate(MEMORIES[kind]), kit())
    return correlation.build(CorrelationSettings.model_validate(MEMORIES[kind]), kit())


Drawn = tuple[str | None, str, int]


def through(kind: str, pieces: Sequence[Sequence[Drawn]], stops: Sequence[bool | None]) -> tuple[Any, ...]:
    """Let pieces through; after some of them (None: not) a new stage goes on with what the one before told.

    Where that is the whole (True), what was told before is thrown away.
    """
    stage, newest, number = memory_of(kind), -1, 0
    told: list[bytes] = []
    found: list[Any] = []
    letters, made, joined = 0, 0, 0
    for piece, stop in zip(pieces, stops, strict=True):
        events = [{"k": key, "type": word, "n": number + at} for at, (key, word, _) in enumerate(piece)]
        number += len(piece)
        batch = batch_of(*events, times=[second * SECOND for *_, second in piece])
        batch.watermarks = list(accumulate(batch.times, max, initial=newest))[1:]
        newest = batch.watermarks[-1]
        passed = let_through(stage, batch)
        found += zip(passed.times, passed.bodies, strict=True)
        letters, made, joined = (
            letters + len(batch.letters),
            made + batch.made,
            joined + batch.dropped.total(),
        )
        if stop is not None:
            assert stage.memory is not None
            told = [*([] if stop else told), marshal.dumps(stage.memory.changes(is_whole=stop))]
            stage = memory_of(kind)
            assert stage.memory is not None
            for changes in told:
                stage.memory.restore(marshal.loads(changes))  # noqa: S302  # its own
    assert stage.memory is not None
    last = stage.memory.finish()
    found += zip(last.times, last.bodies, strict=True)
    made, joined = made + last.made, joined + last.dropped.total()
    assert number + made == len(found) + letters + joined
    return found, letters, made, joined


@pytest.mark.parametrize("kind", MEMORIES)
@given(
    drawn=st.lists(
        st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from("abc"), st.integers(0, 120)),
        min_size=1,
        max_size=30,
    ),
    sizes=st.lists(st.integers(1, 9), max_size=12),
    data=st.data(),
)
def test_cuts_and_stops_change_nothing(
    kind: str, drawn: list[Drawn], sizes: list[int], data: st.DataObject
) -> None:
    """However the input is cut, and wherever a run stops and goes on, the same comes out, and counts add up."""
    pieces = list(cut(drawn, sizes))
    stops = data.draw(
        st.lists(st.sampled_from([None, False, True]), min_size=len(pieces), max_size=len(pieces))
    )

    assert through(kind, pieces, stops) == through(kind, [drawn], [None])


@pytest.mark.parametrize(
    "stage",
    [
        {"correlation": JOIN},
        {"correlation": {"key": "k", "emit": "group", "window": {"tumbling": "5m"}}},
        {"correlation": {"key": "k"}},
        {"aggregate": {"key": "k", "fields": {"first": {"first": "deep"}, "types": {"distinct": "type"}}}},
        {"dedupe": {"key": ["type"]}},
    ],
)
def test_odd_events_are_no_tracebacks(shelf: Shelf, stage: dict[str, Any]) -> None:
    """A type that is no text, an event nested as deep as can be, and the last second there is: each goes somewhere."""
    deep = '{"time":"2026-03-02T08:00:01Z","k":"x","type":"a","deep":' + "[" * 251 + "]" * 251 + "}"
    end = '{"time":"9999-12-31T23:59:59Z","k":"x","type":"a"}'
    odd = [at(0, k="x", type=["y"]), at(0, k="x", type={"y": 1}), at(0, k="x", type=None)]
    shelf.put("a.ndjson", "\n".join([*map(json.dumps, odd), deep, end, ""]))

    facts = shelf.run(stage)

    assert facts.lines == 5
    assert added_up(facts)


def test_an_event_of_which_nothing_is_left_is_marked(shelf: Shelf) -> None:
    """The marks are then all there is of it, and they are JSON."""
    shelf.events({"time": "2026-03-02T08:00:00Z", "k": "x"})
    gone = {"redact": {"fields": {"time": "drop"}}}

    shelf.run(gone, {"rename": {"k": "correlationid"}}, {"correlation": {"key": "correlationid"}})

    assert shelf.read("all") == [
        {"correlationid": "x@2026-03-02T08:00:00.000Z", "correlationposition": 1, "correlationcount": 1}
    ]


def test_many_hopping_windows_take_no_time(shelf: Shelf) -> None:
    """An event may be in a thousand windows; that is made once, not once for each of the others."""
    shelf.events(*({"time": f"2026-03-02T08:00:{second:02}Z", "k": "x"} for second in range(30)))
    window = {"sliding": "10m", "every": "1s"}
    began = time.monotonic()

    facts = shelf.run({"correlation": {"key": "k", "window": window, "emit": "group"}})

    assert facts.measure("windows") == 629
    assert time.monotonic() - began < 5
