"""Alerts judge the numbers of a run."""

from __future__ import annotations

import pytest

from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.monitoring import AlertState, judge
from tiktoktoe_cli.monitoring.settings import AlertSettings

VALUES: dict[str, float | Duration] = {"rate": 0.5, "count": 0, "latency": Duration(2_000_000)}


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("rate > 0.4", AlertState.FIRING),
        ("rate > 0.5", AlertState.QUIET),
        ('latency > duration("1ms") && count == 0', AlertState.FIRING),
        ("1 / count > 0", AlertState.UNKNOWN),
        ("missing > 0", AlertState.UNKNOWN),
        ("count", AlertState.UNKNOWN),
    ],
)
def test_an_alert_fires_is_quiet_or_cannot_be_judged(when: str, state: AlertState) -> None:
    """A condition holds, does not hold, or has no value; then the reason is told."""
    [alert] = judge([AlertSettings.model_validate({"name": "a", "when": when})], VALUES)

    assert alert.state is state
    assert bool(alert.reason) == (state is AlertState.UNKNOWN)


@pytest.mark.parametrize(
    ("when", "action", "fails"),
    [
        ("rate > 0.4", "fail", True),
        ("rate > 0.4", "warn", False),
        ("rate > 0.5", "fail", False),
        ("missing > 0", "fail", True),
        ("missing > 0", "warn", False),
    ],
)
def test_what_cannot_be_judged_is_not_fine(when: str, action: str, *, fails: bool) -> None:
    """With `fail`, a condition that holds or has no value turns the answer into no."""
    [alert] = judge([AlertSettings.model_validate({"name": "a", "when": when, "action": action})], VALUES)

    assert alert.fails is fails


def test_an_alert_tells_what_it_looked_at() -> None:
    """The numbers of its condition, and no others, go with the answer."""
    [alert] = judge([AlertSettings.model_validate({"name": "a", "when": "rate > 0.4 && count == 0"})], VALUES)

    assert alert.measured == {"count": 0, "rate": 0.5}
