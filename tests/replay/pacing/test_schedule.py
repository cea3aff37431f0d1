"""Events are due on an absolute schedule, counted from the first one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tiktoktoe_cli.replay.pacing.schedule import Schedule
from tiktoktoe_cli.replay.settings.pacing import PacingSettings

if TYPE_CHECKING:
    from pathlib import Path

MS = 1_000_000


def dues(times_ms: list[int], speed: float, max_gap_ms: int | None = None) -> list[float]:
    """Tell when events are due, in milliseconds."""
    schedule = Schedule(speed, None if max_gap_ms is None else max_gap_ms * MS)
    return [schedule.due(time_ms * 1_000) / MS for time_ms in times_ms]


def test_follows_the_cases_of_the_field(vectors: Path) -> None:
    """A factor makes it faster, nothing drifts, and what comes out of order goes at once."""
    cases: list[dict[str, Any]] = json.loads((vectors / "replay" / "pacing.json").read_text())["cases"]

    assert cases
    for case in cases:
        assert dues(case["ts_ms"], case["speed"]) == case["due_ms"], case


def test_a_long_gap_is_cut_and_what_follows_moves_up() -> None:
    """The distances after it are as they were."""
    assert dues([0, 60_000, 61_000, 200_000], 1, max_gap_ms=10_000) == [0, 10_000, 11_000, 21_000]
    assert dues([0, 60_000, 61_000], 10, max_gap_ms=5_000) == [0, 5_000, 5_100]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50), st.floats(0.1, 1000))
def test_portions_are_the_events_in_their_order(times_us: list[int], speed: float) -> None:
    """None is left out, and each is due no earlier than the one before."""
    portions = list(Schedule(speed).portions(times_us))

    assert sum(size for _, size in portions) == len(times_us)
    assert [due for due, _ in portions] == sorted(due for due, _ in portions)


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1x", 1.0), ("0.5x", 0.5), (10, 10.0)])
def test_reads_speeds(text: object, speed: float | None) -> None:
    """As a factor."""
    assert PacingSettings.model_validate({"speed": text}).speed == speed


@pytest.mark.parametrize("wrong", ["0x", "-1x", "fast", True, "x"])
def test_refuses_what_is_no_speed(wrong: object) -> None:
    """Nothing moves at no speed."""
    with pytest.raises(ValidationError, match="is not a speed"):
        PacingSettings.model_validate({"speed": wrong})
