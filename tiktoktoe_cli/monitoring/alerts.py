"""Alerts: conditions over the numbers of a run, judged once when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.expressions import Duration
    from tiktoktoe_cli.monitoring.settings import AlertSettings


class AlertAction(StrEnum):
    """What an alert that fires does."""

    FAIL = "fail"
    WARN = "warn"


class AlertState(StrEnum):
    """What became of an alert."""

    QUIET = "quiet"
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

    @property
    def fails(self) -> bool:
        """Tell whether it turns the answer into no; a condition without a value counts as firing."""
        return self.action is AlertAction.FAIL and self.state is not AlertState.QUIET


def judge(alerts: Iterable[AlertSettings], values: Mapping[str, float | Duration]) -> tuple[AlertFacts, ...]:
    """Judge every alert over the same values."""
    return tuple(_judged(alert, values) for alert in alerts)


def _judged(alert: AlertSettings, values: Mapping[str, float | Duration]) -> AlertFacts:
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
    return AlertFacts(alert.name, alert.when.text, alert.action, state, measured, reason)
