"""What the YAML says about the numbers of a run."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Cel, LocalPath, Reference, Settings, Text
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.monitoring.settings import AlertSettings as AnyAlertSettings
from tiktoktoe_cli.replay.choices import MetricName
from tiktoktoe_cli.transport.settings import AuthSettings, Headers, RouteSettings, WebAddress

EXAMPLES: dict[str, float | Span] = {
    **{name: 1 for name in MetricName if name is not MetricName.STAGE_EVENTS},
    MetricName.ERROR_RATE: 0.5,
    MetricName.ENRICHMENT_LATENCY: Span(1_000_000),
}
"""A value of the type that each metric has in alerts."""


def _url_alone(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class WebhookSettings(RouteSettings):
    """A web server that learns of an alert: it gets a CloudEvent of the type `tiktoktoe.alert` as JSON."""

    url: WebAddress
    """Where to send it; its URL alone will do."""
    headers: Headers = Field(default_factory=dict)
    """Headers to send along; credentials are better given in `auth`."""
    auth: AuthSettings | None = None
    """How it says who sends; by default not at all."""
    timeout: Annotated[Duration, Field(gt=0)] = Duration.of(5)
    """How long one attempt may take."""
    policy: Annotated[Text, Reference("resilience")] | None = None
    """The policy that it goes through; by default the one called `default` if there is one, else three attempts with
    exponential backoff. A server that does not take it is a warning, not a failure."""


class AlertSettings(AnyAlertSettings):
    """A condition over the numbers of the run so far."""

    when: Annotated[Expression, Cel(*EXAMPLES, examples=EXAMPLES)]
    """It fires when this is true, or cannot be evaluated: what cannot be judged is not fine."""
    webhook: (
        Annotated[WebhookSettings, BeforeValidator(_url_alone, json_schema_input_type=str | WebhookSettings)]
        | None
    ) = None
    """Who is called when it fires, once a run."""


def _file_alone(value: object) -> object:
    return {"file": value} if isinstance(value, str) else value


class OpenMetricsSettings(Settings):
    """A file with the metrics of the run, written anew while it goes on; for Prometheus' textfile collector."""

    file: LocalPath
    """The file; its path alone will do. It is replaced in one step."""
    every: Annotated[Duration, Field(gt=0)] = Duration.of(1)
    """How often."""


class MonitoringSettings(Settings):
    """What is measured, and when it is too bad."""

    metrics: tuple[MetricName, ...] = tuple(MetricName)
    """What to write into metrics reports; by default everything."""
    openmetrics: (
        Annotated[
            OpenMetricsSettings,
            BeforeValidator(_file_alone, json_schema_input_type=str | OpenMetricsSettings),
        ]
        | None
    ) = None
    """Where to write them while the run goes on."""
    alerts: tuple[AlertSettings, ...] = ()
    """Judged when the run ends; those with a `for` all along."""

    @model_validator(mode="after")
    def _alerts_have_names_of_their_own(self) -> MonitoringSettings:
        names = [alert.name for alert in self.alerts]
        for number, name in enumerate(names):
            if name in names[:number]:
                context = {"name": name, "hint": "choose another name", "at": [("alerts", number, "name")]}
                raise PydanticCustomError("wrong-form", "there is another alert called `{name}`", context)
        return self
