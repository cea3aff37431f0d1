"""Alerts: conditions over the numbers of a run, judged when it ends, or while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from tiktoktoe_cli.expressions import Duration, EvaluationError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tiktoktoe_cli.monitoring.settings import AlertSettings

Values: TypeAlias = Mapping[str, float | Duration]
"""The numbers that conditions may use, by name."""
_NS_PER_US = 1_000


class AlertAction(StrEnum):
    """What an alert that fires does."""

    FAIL = "fail"
    WARN = "warn"


class AlertState(StrEnum):
    """What became of an alert."""

    QUIET = "quiet"
    PENDING = "pending"  # its condition holds, but not for as long as it has to
    FIRING = "firing"
    UNKNOWN = "unknown"  # its condition has no value


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """A judged alert: `measured` holds what its condition looked at, `reason` says why it has no value, if so."""

    name: str
    condition: str
    action: AlertAction
    state: AlertState
    measured: Mapping[str, float | Duration]
    reason: str = ""
    for_ns: int = 0

    @property
    def fires(self) -> bool:
        """Tell whether something is wrong; a condition without a value counts as one that holds."""
        return self.state in {AlertState.FIRING, AlertState.UNKNOWN}

    @property
    def fails(self) -> bool:
        """Tell whether it turns the answer into no."""
        return self.action is AlertAction.FAIL and self.fires


class Alarms:
    """Judges alerts while something goes on, and in the end.

    An alert with a `for` fires once its condition has held for so long, from look to look; after that it stays so,
    with the numbers of that moment. Times are those of what is watched, in microseconds.
    """

    def __init__(self, alerts: Sequence[AlertSettings]) -> None:
        self._alerts = alerts
        self._lasting = [alert for alert in alerts if alert.for_ is not None]
        self._since_us: dict[str, int] = {}
        self._fired: dict[str, AlertFacts] = {}

    @property
    def fired(self) -> Collection[AlertFacts]:
        """Those that have fired before the end."""
        return self._fired.values()

    @property
    def have_lasting(self) -> bool:
        """Tell whether any has to hold for a time."""
        return bool(self._lasting)

    @property
    def are_lasting(self) -> bool:
        """Tell whether there is anything to look at before the end."""
        return len(self._fired) < len(self._lasting)

    def look(self, values: Values, now_us: int) -> list[AlertFacts]:
        """Look at the numbers of a moment; return the alerts that fire from now on."""
        fresh = []
        for alert in self._lasting:
            if alert.name not in self._fired and (judged := self._judged(alert, values, now_us)).fires:
                self._fired[alert.name] = judged
                fresh.append(judged)
        return fresh

    def judge(self, values: Values, now_us: int, *, is_end: bool = True) -> tuple[AlertFacts, ...]:
        """Judge all alerts at the end; before it, of what was cut short, only those that have to last."""
        self.look(values, now_us)
        return tuple(
            self._fired.get(alert.name) or self._judged(alert, values, now_us)
            for alert in (self._alerts if is_end else self._lasting)
        )

    def told(self) -> Any:  # what `marshal` can write
        """Tell since when conditions hold, and what has fired."""
        fired = [
            (alert.name, alert.state.value, _told(alert.measured), alert.reason)
            for alert in self._fired.values()
        ]
        return self._since_us, fired

    def take_up(self, told: Any) -> None:  # as above
        """Take up what was told."""
        since_us, fired = told
        self._since_us = dict(since_us)
        known = {alert.name: alert for alert in self._alerts}
        for name, state, measured, reason in fired:
            facts = _judged(known[name], {})
            self._fired[name] = replace(
                facts, state=AlertState(state), measured=_taken_up(measured), reason=reason
            )

    def _judged(self, alert: AlertSettings, values: Values, now_us: int) -> AlertFacts:
        judged = _judged(alert, values)
        if alert.for_ is None:
            return judged
        if not judged.fires:
            self._since_us.pop(alert.name, None)
        elif (now_us - self._since_us.setdefault(alert.name, now_us)) * _NS_PER_US < alert.for_:
            return replace(judged, state=AlertState.PENDING)
        return judged


def _told(measured: Values) -> dict[str, Any]:  # as above
    return {name: (value.ns,) if isinstance(value, Duration) else value for name, value in measured.items()}


def _taken_up(told: Mapping[str, Any]) -> Values:  # as above
    return {name: Duration(*value) if isinstance(value, tuple) else value for name, value in told.items()}


def _judged(alert: AlertSettings, values: Values) -> AlertFacts:
    state, reason = AlertState.UNKNOWN, ""
    try:
        answer = alert.when(values)
    except EvaluationError as error:
        reason = error.reason
    else:
        if isinstance(answer, bool):
            state = AlertState.FIRING if answer else AlertState.QUIET
        else:
            reason = "the condition is neither true nor false"
    measured = {name: values[name] for name in sorted(alert.when.names) if name in values}
    return AlertFacts(alert.name, alert.when.text, alert.action, state, measured, reason, alert.for_ or 0)
