"""The numbers of a run that monitoring knows by name: for alerts, and as OpenMetrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.replay.choices import MetricName
from tiktoktoe_cli.replay.enriching.latency import buckets_of
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.report.facts import Metric, MetricKind, Sample
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tiktoktoe_cli.replay.facts import ReplayFacts, StageFacts


class _Number(NamedTuple):
    value: Callable[[ReplayFacts], float]
    kind: MetricKind
    help: str


_NUMBERS = {
    MetricName.PROCESSED_EVENTS: _Number(
        lambda facts: facts.processed, MetricKind.COUNTER, "Lines with something on them."
    ),
    MetricName.DELIVERED_EVENTS: _Number(
        lambda facts: facts.delivered,
        MetricKind.COUNTER,
        "Events that reached all destinations they were meant for.",
    ),
    MetricName.DEAD_LETTERS: _Number(
        lambda facts: facts.dead, MetricKind.COUNTER, "Events that could not be delivered."
    ),
    MetricName.DUPLICATES: _Number(
        lambda facts: facts.dropped(Drop.DUPLICATE),
        MetricKind.COUNTER,
        "Events dropped because they had passed before.",
    ),
    MetricName.ERROR_RATE: _Number(
        lambda facts: facts.error_rate,
        MetricKind.GAUGE,
        "The share of events that were dead letters or skipped as invalid.",
    ),
}


def metric_values(facts: ReplayFacts) -> dict[str, float | Duration]:
    """Give every metric its value, as alerts see it: counts, a share, and the latency as CEL's duration."""
    values: dict[str, float | Duration] = {name: number.value(facts) for name, number in _NUMBERS.items()}
    return values | {MetricName.ENRICHMENT_LATENCY: Duration(round(facts.enrichment_latency_s * NS_PER_S))}


def chosen_metrics(facts: ReplayFacts) -> tuple[Metric, ...]:
    """Give the metrics that the pipeline's `monitoring` names, as OpenMetrics has them."""
    return tuple(metric for name in facts.metrics for metric in _metrics(name, facts))


def _metrics(name: MetricName, facts: ReplayFacts) -> Iterable[Metric]:
    labels = (("pipeline", facts.pipeline),)
    if name is MetricName.STAGE_EVENTS:
        return _stage_events(facts)
    if name is MetricName.ENRICHMENT_LATENCY:
        samples = tuple(_latencies(facts, labels))
        return (Metric(f"replay_{name}", MetricKind.HISTOGRAM, "How long lookups took.", "seconds", samples),)
    number = _NUMBERS[name]
    return (Metric(f"replay_{name}", number.kind, number.help, "", (Sample(number.value(facts), labels),)),)


def _latencies(facts: ReplayFacts, labels: tuple[tuple[str, str], ...]) -> Iterator[Sample]:
    for bound_s, count in buckets_of(facts.measure):
        shown = "+Inf" if bound_s == float("inf") else repr(bound_s)
        yield Sample(count, (*labels, ("le", shown)), "_bucket")
    yield Sample(facts.measure("latency_seconds"), labels, "_sum")
    yield Sample(facts.measure("lookups"), labels, "_count")


def _stage_events(facts: ReplayFacts) -> tuple[Metric, Metric]:
    """Count what came to each stage, and every way out of it: in + made = out + dead + the dropped + held."""
    labelled = [((("pipeline", facts.pipeline), ("stage", stage.name)), stage) for stage in facts.stages]
    counts = tuple(
        Sample(count, (*labels, ("outcome", outcome)))
        for labels, stage in labelled
        for outcome, count in _outcomes(stage)
    )
    held = tuple(Sample(stage.held, labels) for labels, stage in labelled)
    return (
        Metric("replay_stage_events", MetricKind.COUNTER, "Events by stage and outcome.", "", counts),
        Metric("replay_stage_held_events", MetricKind.GAUGE, "Events that a stage holds now.", "", held),
    )


def _outcomes(stage: StageFacts) -> Iterator[tuple[str, int]]:
    yield from (("in", stage.taken), ("made", stage.made), ("out", stage.passed), ("dead", stage.dead))
    yield from ((drop.value, count) for drop, count in stage.dropped.items())


def measured_words(measured: Mapping[str, float | Duration]) -> str:
    """Write numbers as a person reads them: `error_rate is 6.25%, dead_letters is 3`."""
    return ", ".join(f"{name} is {_words(name, value)}" for name, value in measured.items())


def _words(name: str, value: float | Duration) -> str:
    if isinstance(value, Duration):
        return duration(value.ns / NS_PER_S)
    return f"{value:.2%}" if name == MetricName.ERROR_RATE else f"{value:,}"
