"""Event times are moved to now: the first event happens now, and the distances stay."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.replay import Ending, RunOptions, Start, run_pipeline

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

NOW_NS = 1_800_000_000_123_456_789  # 2027-01-15T08:00:00.123Z


def options(start: Start = Start.ASK, workers: int = 1) -> RunOptions:
    """Make options for which it is always the same time."""
    return RunOptions(start, workers, now=lambda: NOW_NS)


@pytest.mark.parametrize(
    ("form", "times", "shifted"),
    [
        (
            "rfc3339",
            ["2026-03-02T08:00:00Z", "2026-03-02T09:00:01.5+01:00"],
            ["2027-01-15T08:00:00.123Z", "2027-01-15T08:00:01.623Z"],
        ),
        ("epoch_s", [1_700_000_000, 1_700_000_000.25], [1_800_000_000.123, 1_800_000_000.373]),
        ("epoch_ms", [1_700_000_000_000, 1_700_000_000_250], [1_800_000_000_123, 1_800_000_000_373]),
    ],
)
def test_times_are_written_in_the_format_of_the_event(
    shelf: Shelf, form: str, times: list[object], shifted: list[object]
) -> None:
    """Whatever it is, in milliseconds; other fields are left alone."""
    shelf.events(*({"at": {"t": time}, "n": n} for n, time in enumerate(times)))
    source = {"paths": [f"{shelf.folder}/*.ndjson"], "time": {"field": "at.t", "format": form}}

    facts = run_pipeline("p", shelf.settings(input=source, pacing={"shift_to_now": True}), options=options())

    assert shelf.read("all") == [{"at": {"t": time}, "n": n} for n, time in enumerate(shifted)]
    assert facts.shift_us is not None


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_all_stages_see_the_new_times(shelf: Shelf, order: str) -> None:
    """Sessions are named by them; what decides where events belong are the distances, which are as they were."""
    shelf.events(*({"time": f"2026-03-02T08:{minute:02}:00Z", "k": "x"} for minute in (0, 3, 20)))
    source = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order}
    settings = shelf.settings(
        input=source, pacing={"shift_to_now": True}, stages=[{"correlation": {"key": "k"}}]
    )

    run_pipeline("p", settings, options=options(workers=2))

    assert [(event["correlationid"], event["correlationcount"]) for event in shelf.read("all")] == [
        ("x@2027-01-15T08:00:00.123Z", 2),
        ("x@2027-01-15T08:00:00.123Z", 2),
        ("x@2027-01-15T08:20:00.123Z", 1),
    ]


def test_a_run_that_goes_on_keeps_the_shift(shelf: Shelf) -> None:
    """The outputs are one whole, and the manifest says how far it was."""
    shelf.events(
        *({"time": f"2026-03-02T08:{n // 60 % 60:02}:{n % 60:02}Z", "pad": "x" * 300} for n in range(3_000))
    )
    settings = shelf.settings(
        pacing={"shift_to_now": True}, state={"dir": f"{shelf.folder}/state", "checkpoint_every": 500}
    )
    run_pipeline("p", settings, options=options())
    whole = shelf.bytes_of("all")
    asked = itertools.count()

    stopped = run_pipeline("p", settings, should_stop=lambda: next(asked) == 12, options=options())
    later = RunOptions(Start.RESUME, now=lambda: NOW_NS + 3_600_000_000_000)
    run_pipeline("p", settings, options=later)

    assert (stopped.ending, stopped.shift_us is not None) == (Ending.INTERRUPTED, True)
    assert shelf.bytes_of("all") == whole
    manifest = json.loads((shelf.folder / "state" / "p" / "run.json").read_bytes())
    assert manifest["shift_us"] == stopped.shift_us


def test_a_selection_is_about_the_times_as_they_were(shelf: Shelf) -> None:
    """`from` and `until` name times of the files."""
    shelf.events(*({"time": f"2026-03-02T08:{minute:02}:00Z", "n": minute} for minute in range(10)))
    source = {"paths": [f"{shelf.folder}/*.ndjson"], "select": {"from": "2026-03-02T08:04:00Z", "limit": 2}}

    run_pipeline("p", shelf.settings(input=source, pacing={"shift_to_now": True}), options=options())

    assert [(event["n"], event["time"]) for event in shelf.read("all")] == [
        (4, "2027-01-15T08:00:00.123Z"),
        (5, "2027-01-15T08:01:00.123Z"),
    ]


@pytest.mark.parametrize("far", ["9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_what_would_leave_the_calendar_is_a_dead_letter(shelf: Shelf, far: str) -> None:
    """With the time that it had; the others go on."""
    first = "2030-03-02T08:00:00Z" if far < "1" else "2026-03-02T08:00:00Z"
    shelf.events({"time": first, "n": 0}, {"time": far, "n": 1}, {"time": first, "n": 2})
    source = {"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"}

    facts = run_pipeline("p", shelf.settings(input=source, pacing={"shift_to_now": True}), options=options())

    assert [event["n"] for event in shelf.read("all")] == [0, 2]
    assert sum(stage.dead for stage in facts.stages) == 1
    (letter,) = shelf.read("dead")
    assert (letter["reason"], letter["event_time"][:10]) == ("time", far[:10])
    assert json.loads(letter["raw"])["time"] == far
