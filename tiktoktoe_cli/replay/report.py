"""The facts of a run as a report: a table of the stages and destinations, cases, metrics and one line to read last."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.monitoring import AlertState
from tiktoktoe_cli.replay.facts import Ending
from tiktoktoe_cli.replay.line_file import partial_of
from tiktoktoe_cli.replay.metrics import chosen_metrics
from tiktoktoe_cli.replay.station import Drop
from tiktoktoe_cli.report.facts import (
    Align,
    Case,
    CaseOutcome,
    Column,
    Json,
    Report,
    Shows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.monitoring import AlertFacts
    from tiktoktoe_cli.replay.facts import ReplayFacts


def _number(key: str, title: str, *, wide: bool = False) -> Column:
    return Column(key, title, align=Align.RIGHT, shows=Shows.NUMBER, wide=wide)


COLUMNS = (
    Column("name", "NAME"),
    Column("kind", "KIND"),
    _number("in", "IN"),
    _number("out", "OUT"),
    _number("dead", "DEAD"),
    _number("dropped", "DROPPED"),
    _number("held", "HELD", wide=True),
    Column("detail", "DETAIL", wide=True),
)


def report_of(facts: ReplayFacts) -> Report:
    """Draw the report of a run: each stage and destination is an item, each alert a case."""
    return Report(
        command="replay run",
        ok=facts.ok,
        verdict=_verdict(facts),
        summary=_summary(facts),
        items=[*_stage_items(facts), *_destination_items(facts)],
        columns=COLUMNS,
        problems=tuple(_problems(facts)),
        cases=tuple(_cases(facts)),
        metrics=chosen_metrics(facts),
        next_steps=tuple(_next_steps(facts)),
    )


def _verdict(facts: ReplayFacts) -> str:
    count = len(facts.destinations)
    parts = [f"{facts.delivered:,} delivered to {count} destination{'s' * (count != 1)}"]
    counts = (
        ("dead letter", "dead letters", facts.dead),
        ("duplicate", "duplicates", facts.dropped(Drop.DUPLICATE)),
        ("skipped", "skipped", facts.dropped(Drop.SKIPPED)),
        ("filtered", "filtered", facts.dropped(Drop.FILTERED)),
        ("unfinished", "unfinished", facts.unfinished),
    )
    parts += [f"{number:,} {one if number == 1 else many}" for one, many, number in counts if number]
    outcome = f"{_events(facts.events)}: {', '.join(parts)} in {facts.elapsed_s:.1f} s"
    return f"{_PREFIXES[facts.ending]}{outcome}{_fired(facts)}"


_PREFIXES = {
    Ending.COMPLETE: "",
    Ending.INTERRUPTED: "interrupted: ",
    Ending.REFUSED: "stopped at an invalid event: ",
}


def _fired(facts: ReplayFacts) -> str:
    names = [f"`{alert.name}`" for alert in facts.alerts if alert.state is not AlertState.QUIET]
    return f"; alert{'s' * (len(names) != 1)} {', '.join(names)}" if names else ""


def _events(count: int) -> str:
    return f"{count:,} event{'s' * (count != 1)}"


def _summary(facts: ReplayFacts) -> dict[str, Json]:
    return {
        "pipeline": facts.pipeline,
        "ending": facts.ending,
        "files": len(facts.files),
        "lines": facts.lines,
        "events": facts.events,
        "delivered": facts.delivered,
        "dead_letters": facts.dead,
        "dead_letter_file": _written(facts.dead_letter_path, facts),
        "dropped": {drop.value: facts.dropped(drop) for drop in Drop},
        "unfinished": facts.unfinished,
        "error_rate": facts.error_rate,
        "reasons": {reason.value: count for reason, count in facts.reasons.items()},
        "rule_errors": sum(rule.errors for rule in facts.rules),
        "enrichment_latency_ms": facts.enrichment_latency_s * 1_000,
        "cache_hit_ratio": _hit_ratio(facts),
        "elapsed_s": facts.elapsed_s,
        "events_per_s": facts.events_per_s,
    }


def _hit_ratio(facts: ReplayFacts) -> float | None:
    hits, misses = facts.measure("cache_hits"), facts.measure("cache_misses")
    return hits / (hits + misses) if hits + misses else None


def _stage_items(facts: ReplayFacts) -> Iterator[dict[str, Json]]:
    for stage in facts.stages:
        yield {
            "name": stage.name,
            "kind": "stage",
            "in": stage.taken,
            "out": stage.passed,
            "dead": stage.dead,
            "dropped": sum(stage.dropped.values()),
            "held": stage.held,
            "detail": ", ".join(f"{name} {value:g}" for name, value in stage.measures.items()),
            "measures": dict(stage.measures),
        }


def _destination_items(facts: ReplayFacts) -> Iterator[dict[str, Json]]:
    for found in facts.destinations:
        yield _output_item(found.name, "destination", found.events, _written(found.path, facts))
    yield _output_item("dead_letter", "dead letters", facts.dead, _written(facts.dead_letter_path, facts))


def _output_item(name: str, kind: str, events: int, path: str) -> dict[str, Json]:
    return {
        "name": name,
        "kind": kind,
        "in": events,
        "out": None,
        "dead": None,
        "dropped": None,
        "held": None,
        "detail": path,
    }


def _problems(facts: ReplayFacts) -> Iterator[Problem]:
    for rule in facts.rules:
        if rule.errors:
            message = (
                f"the rule `{rule.condition}` had no value for {_events(rule.errors)}: {rule.first_error}"
            )
            hint = "they went on to the next rule; guard the field with `has(...)`"
            yield Problem("rule-without-value", message, hint=hint, severity=Severity.WARNING)
    if facts.refused:
        line = facts.refused.line
        said = "; ".join(fault.message for fault in facts.refused.faults)
        yield Problem("invalid-event", f"`{facts.files[line.file]}:{line.number}` is not valid: {said}")


def _cases(facts: ReplayFacts) -> Iterator[Case]:
    is_complete = facts.ending is Ending.COMPLETE
    outcome = CaseOutcome.PASSED if is_complete else CaseOutcome.FAILED
    yield Case(facts.pipeline, "replay", outcome, "" if is_complete else _verdict(facts), facts.elapsed_s)
    for alert in facts.alerts:
        yield Case(facts.pipeline, f"alert {alert.name}", _outcome(alert), _alert_message(alert))


def _outcome(alert: AlertFacts) -> CaseOutcome:
    if not alert.fails:
        return CaseOutcome.PASSED
    return CaseOutcome.FAILED if alert.state is AlertState.FIRING else CaseOutcome.ERROR


def _alert_message(alert: AlertFacts) -> str:
    if alert.state is AlertState.UNKNOWN:
        return f"`{alert.condition}` has no value: {alert.reason}"
    return f"`{alert.condition}` holds" if alert.state is AlertState.FIRING else ""


def _next_steps(facts: ReplayFacts) -> Iterator[str]:
    if facts.dead:
        yield f"head -n 1 {quote(_written(facts.dead_letter_path, facts))}"


def _written(path: str, facts: ReplayFacts) -> str:
    """Name the file as it is now: a run that was cut short has not put it in its place."""
    return path if facts.ending is Ending.COMPLETE else str(partial_of(Path(path)))
