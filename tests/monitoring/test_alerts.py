"""Alerts judge the numbers of a run."""

from __future__ import annotations

import marshal

import pytest

from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.monitoring import Alarms, AlertFacts, AlertState
from tiktoktoe_cli.monitoring.settings import AlertSettings

VALUES: dict[str, float | Duration] = {"rate": 0.5, "count": 0, "latency": Duration(2_000_000)}


MINUTE = 60_000_000


def judge(*alerts: AlertSettings) -> tuple[AlertFacts, ...]:
    """Judge alerts once."""
    return Alarms(alerts).judge(VALUES, 0)


def lasting(when: str = "rate > 0.4", **more: str) -> AlertSettings:
    """Make an alert that has to hold for two minutes."""
    return AlertSettings.model_validate({"name": "a", "when": when, "for": "2m", **more})


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
    [alert] = judge(AlertSettings.model_validate({"name": "a", "when": when}))

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
    [alert] = judge(AlertSettings.model_validate({"name": "a", "when": when, "action": action}))

    assert alert.fails is fails


def test_an_alert_tells_what_it_looked_at() -> None:
    """The numbers of its condition, and no others, go with the answer."""
    [alert] = judge(AlertSettings.model_validate({"name": "a", "when": "rate > 0.4 && count == 0"}))

    assert alert.measured == {"count": 0, "rate": 0.5}


def test_an_alert_with_a_for_fires_once_it_has_held_so_long() -> None:
    """Before that it is pending; when it stops holding, the time begins anew."""
    alarms = Alarms([lasting()])

    fired = [
        (minute, alert.name)
        for minute, rate in enumerate([0.5, 0.5, 0.3, 0.5, 0.5, 0.5, 0.5])
        for alert in alarms.look({"rate": rate}, minute * MINUTE)
    ]

    assert fired == [(5, "a")]


@pytest.mark.parametrize(("minute", "state"), [(1, AlertState.PENDING), (2, AlertState.FIRING)])
def test_at_the_end_a_condition_may_not_have_held_long_enough(minute: int, state: AlertState) -> None:
    """Two minutes are two minutes, whether the end comes before or with them."""
    alarms = Alarms([lasting()])
    alarms.look(VALUES, 0)

    [alert] = alarms.judge(VALUES, minute * MINUTE)

    assert (alert.state, alert.fails) == (state, state is AlertState.FIRING)


def test_what_has_fired_stays_so() -> None:
    """What was wrong for so long is not forgiven for having become right; its numbers are those of that moment."""
    alarms = Alarms([lasting()])
    alarms.look({"rate": 0.6}, 0)
    alarms.look({"rate": 0.7}, 2 * MINUTE)

    [alert] = alarms.judge({"rate": 0.0}, 3 * MINUTE)

    assert (alert.state, alert.measured, alert.fails) == (AlertState.FIRING, {"rate": 0.7}, True)
    assert not alarms.are_lasting


def test_a_condition_that_has_no_value_for_so_long_fires_too() -> None:
    """What cannot be judged is not fine, but it may take a moment until there are numbers."""
    alarms = Alarms([lasting("1 / count > 2")])

    early = alarms.look({"count": 0}, 0)
    late = alarms.look({"count": 0}, 2 * MINUTE)

    assert (early, [alert.state for alert in late]) == ([], [AlertState.UNKNOWN])


@pytest.mark.parametrize("minute", [0, 1, 2, 3])
def test_alarms_go_on_where_others_were(minute: int) -> None:
    """What is told can be taken up at any moment, and the same fires at the same time."""
    looks = [({"rate": 0.5, "latency": Duration(5)}, at * MINUTE) for at in range(4)]
    alarms = Alarms([lasting('rate > 0.4 && latency < duration("1s")')])
    for values, at in looks[:minute]:
        alarms.look(values, at)
    other = Alarms([lasting('rate > 0.4 && latency < duration("1s")')])

    other.take_up(marshal.loads(marshal.dumps(alarms.told())))  # noqa: S302  # its own

    for values, at in looks[minute:]:
        assert alarms.look(values, at) == other.look(values, at)
    assert alarms.judge({}, 5 * MINUTE) == other.judge({}, 5 * MINUTE)
