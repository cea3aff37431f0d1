"""What the YAML says about the numbers of a run."""

from __future__ import annotations

from typing import Annotated

from tiktoktoe_cli.config.fields import Cel, Settings
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.monitoring.settings import AlertSettings as AnyAlertSettings
from tiktoktoe_cli.replay.choices import MetricName

EXAMPLES: dict[str, float | Span] = {
    **dict.fromkeys(MetricName, 1),
    MetricName.ERROR_RATE: 0.5,
    MetricName.ENRICHMENT_LATENCY: Span(1_000_000),
}
"""A value of the type that each metric has in alerts."""


class AlertSettings(AnyAlertSettings):
    """A condition over the numbers of the whole run."""

    when: Annotated[Expression, Cel(*EXAMPLES, examples=EXAMPLES)]
    """It fires when this is true, or cannot be evaluated: what cannot be judged is not fine."""


class MonitoringSettings(Settings):
    """What is measured, and when it is too bad."""

    metrics: tuple[MetricName, ...] = tuple(MetricName)
    """What to write into metrics reports; by default everything."""
    alerts: tuple[AlertSettings, ...] = ()
    """Judged when the run ends."""
