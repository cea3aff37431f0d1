"""The facts of an errand as metrics; the names follow Prometheus' conventions for clients.

They bear the program's name: a collector of text files has one name space for all programs of a machine.
"""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.client.facts import Ending
from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample
from tiktoktoe_cli.resilience import BreakerState
from tiktoktoe_cli.resilience.layers.retry import RetryMetrics
from tiktoktoe_cli.resilience.metrics import BreakerMetrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.client.facts import SendFacts
    from tiktoktoe_cli.report.facts import Json
    from tiktoktoe_cli.resilience.metrics import ResponseTimes

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of response times: the defaults of Prometheus' clients."""


def layer_data(facts: Any) -> dict[str, Json]:  # each kind of layer has its own dataclass
    """Write what a layer has done as other programs read it: its numbers and words, durations in milliseconds."""
    data: dict[str, Json] = {}
    for field in fields(facts):
        value = getattr(facts, field.name)
        if field.name.endswith("_ns"):
            data[f"{field.name.removesuffix('_ns')}_ms"] = None if value is None else value / NS_PER_MS
        elif isinstance(value, StrEnum):
            data[field.name] = value.value
        elif value is None or isinstance(value, int | float | str):
            data[field.name] = value
    return data | (_breaker_data(facts) if isinstance(facts, BreakerMetrics) else {})


def _breaker_data(facts: BreakerMetrics) -> dict[str, Json]:
    return {
        "window": facts.window._asdict(),
        "success_rate": facts.success_rate,
        "failure_rate": facts.failure_rate,
        "slow_call_rate": facts.slow_call_rate,
        "response_time_ms": times_data(facts.response_times),
    }


def times_data(times: ResponseTimes | None) -> dict[str, Json] | None:
    """Write percentiles as other programs read them, in milliseconds."""
    if times is None:
        return None
    return {name.removesuffix("_ms"): value for name, value in layer_data(times).items()}


def metrics_of(facts: SendFacts) -> tuple[Metric, ...]:
    """Count the requests by how they ended, their attempts and times, and say where the breakers stand."""
    name = (("request", facts.errand.name),)
    endings = facts.endings
    counter, gauge = MetricKind.COUNTER, MetricKind.GAUGE
    requests = (Sample(float(endings[one]), (*name, ("outcome", one.value))) for one in Ending)
    success, began = Sample(float(facts.is_success), name), Sample(facts.started_s, name)
    attempts = Sample(float(sum(one.attempts for one in facts.requests)), name)
    return (
        Metric("tiktoktoe_requests", counter, "requests by how they ended", "", tuple(requests)),
        Metric("tiktoktoe_request_attempts", counter, "how often something was sent", "", (attempts,)),
        Metric(
            "tiktoktoe_request_duration_seconds",
            MetricKind.HISTOGRAM,
            "from the start of a request that was sent to its end, with all that its policy did",
            "seconds",
            tuple(_histogram(facts, name)),
        ),
        Metric("tiktoktoe_request_retries", counter, "retries of a policy", "", tuple(_retries(facts))),
        Metric(
            "tiktoktoe_breaker_state",
            gauge,
            "1 for the state that a breaker is in",
            "",
            tuple(_states(facts)),
        ),
        Metric(
            "tiktoktoe_breaker_rejections", counter, "calls a breaker rejected", "", tuple(_rejections(facts))
        ),
        Metric("tiktoktoe_request_run_success", gauge, "1 if all were answered as expected", "", (success,)),
        Metric(
            "tiktoktoe_request_run_timestamp_seconds", gauge, "when the last run began", "seconds", (began,)
        ),
    )


def _histogram(facts: SendFacts, labels: tuple[tuple[str, str], ...]) -> Iterator[Sample]:
    spent_s = [one.elapsed_ns / NS_PER_S for one in facts.sent]
    for bound in (*BOUNDS_S, float("inf")):
        shown = "+Inf" if bound == float("inf") else repr(bound)
        yield Sample(float(sum(one <= bound for one in spent_s)), (*labels, ("le", shown)), "_bucket")
    yield Sample(sum(spent_s), labels, "_sum")
    yield Sample(float(len(spent_s)), labels, "_count")


def _layers(facts: SendFacts) -> Iterator[tuple[tuple[tuple[str, str], ...], Any]]:  # as in layer_data
    for key, metrics in facts.policies.items():
        labels = (("policy", key.policy), ("destination", key.destination))
        yield from ((labels, layer.facts) for layer in metrics.layers)


def _retries(facts: SendFacts) -> Iterator[Sample]:
    for labels, found in _layers(facts):
        if isinstance(found, RetryMetrics):
            yield Sample(float(found.retries), labels)


def _states(facts: SendFacts) -> Iterator[Sample]:
    for labels, found in _layers(facts):
        if isinstance(found, BreakerMetrics):
            yield from (
                Sample(float(found.state is state), (*labels, ("state", state.value)))
                for state in BreakerState
            )


def _rejections(facts: SendFacts) -> Iterator[Sample]:
    for labels, found in _layers(facts):
        if isinstance(found, BreakerMetrics):
            yield Sample(float(found.not_permitted), labels)
