"""Calls the webhooks of alerts: a CloudEvent as JSON, through a policy; what does not arrive is told at the end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.expressions import Duration, compile_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.monitoring import AlertFacts
    from tiktoktoe_cli.replay.options import RunOptions
    from tiktoktoe_cli.replay.settings.monitoring import MonitoringSettings, WebhookSettings
    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.resilience.settings import PolicySettings

_NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Caller:
    """Calls those whom the YAML names, by the alert's name; a rehearsal calls nobody. `run` is its fingerprint."""

    pipeline: str
    run: str
    hooks: Mapping[str, WebhookSettings]
    policies: Mapping[str, PolicySettings]
    random: Random
    unheard: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, pipeline: str, settings: MonitoringSettings, run: str, options: RunOptions) -> Caller:
        """Make the caller of a run."""
        hooks = {alert.name: alert.webhook for alert in settings.alerts if alert.webhook is not None}
        random = Random(options.seed)  # noqa: S311  # spreads retries
        return cls(pipeline, run[:16], {} if options.is_rehearsal else hooks, options.policies, random)

    def call(self, alert: AlertFacts) -> None:
        """Tell that an alert fires; wait until it has arrived, or cannot."""
        hook = self.hooks.get(alert.name)
        if hook is None:
            return
        try:
            outcome = asyncio.run(self._send(hook, _event(alert, self.pipeline, self.run)))
        except UsageError as error:
            self.unheard.append(f"the webhook of the alert `{alert.name}` was not called: {error.message}")
            return
        if not outcome.is_success:
            from tiktoktoe_cli.replay.verdict import reason_of_end

            self.unheard.append(
                f"the webhook of the alert `{alert.name}` was not heard: {reason_of_end(outcome)}"
            )

    async def _send(
        self, hook: WebhookSettings, event: bytes
    ) -> Outcome[Any]:  # Any: a fallback may give anything
        from tiktoktoe_cli.client.client import Surroundings, open_client
        from tiktoktoe_cli.client.request import Request
        from tiktoktoe_cli.resilience import SystemClock
        from tiktoktoe_cli.resilience.settings import LayerSettings, RetrySettings, policy_or
        from tiktoktoe_cli.transport import ClientOptions, HttpRequest

        policy, policies = policy_or((LayerSettings(retry=RetrySettings()),), hook.policy, self.policies)
        http = HttpRequest(
            url=hook.url,
            timeout_ns=hook.timeout,
            method="POST",
            headers=(("content-type", "application/cloudevents+json"), *hook.headers.items()),
            body=event,
            auth=hook.auth.credentials if hook.auth else None,
            route=hook.route,
        )
        expect = (compile_expression("status >= 200 && status < 300"),)
        request = Request("webhook", http, expect, policy)
        around = Surroundings(policies, {}, SystemClock(), self.random)
        async with open_client(around, request, ClientOptions(keep_alive=False)) as client:
            return await client.call(request)


def _event(alert: AlertFacts, pipeline: str, run: str) -> bytes:
    """Make a CloudEvent of an alert; a run that goes on and tells it again gives it the same id."""
    measured = {
        name: value.ns / _NS_PER_S if isinstance(value, Duration) else value
        for name, value in alert.measured.items()
    }
    event = {
        "specversion": "1.0",
        "id": f"{run}/{alert.name}",
        "source": f"tiktoktoe/replay/{pipeline}",
        "type": "tiktoktoe.alert",
        "datacontenttype": "application/json",
        "data": {
            "alert": alert.name,
            "pipeline": pipeline,
            "when": alert.condition,
            "state": alert.state.value,
            "action": alert.action.value,
            "for_s": alert.for_ns / _NS_PER_S,
            "measured": measured,
            "reason": alert.reason,
        },
    }
    return orjson.dumps(event)
