"""The facts of a run as a report: a table of the stages and destinations, cases, metrics and one line to read last."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from tiktoktoe_cli.monitoring import AlertState
from tiktoktoe_cli.replay.delivering.line_file import partial_of
from tiktoktoe_cli.replay.enriching.latency import buckets_of, is_bucket
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.facts import Ending
from tiktoktoe_cli.replay.metrics import chosen_metrics
from tiktoktoe_cli.replay.problems import alert_message, alert_place, problems_of
from tiktoktoe_cli.report.facts import (
    Case,
    CaseOutcome,
    Column,
    Json,
    Report,
    Shows,
)
from tiktoktoe_cli.words import duration, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Locate
    from tiktoktoe_cli.monitoring import AlertFacts
    from tiktoktoe_cli.replay.facts import ReplayFacts


def _number(key: str, title: str, *, wide: bool = False) -> Column:
    return Column(key, title, shows=Shows.NUMBER, wide=wide)


COLUMNS = (
    Column("name", "NAME"),
    Column("kind", "KIND"),
    _number("in", "IN"),
    _number("out", "OUT"),
    _number("dead", "DEAD"),
    _number("dropped", "DROPPED"),
    _number("held", "HELD", wide=True),
    Column("took_s", "TOOK", wide=True, shows=Shows.SECONDS),
    Column("size_bytes", "SIZE", wide=True, shows=Shows.BYTES),
    Column("detail", "DETAIL", wide=True),
)


_US_PER_S = 1_000_000
_WHOLE_OR_NOT = frozenset({"file", "sqlite"})
"""What is put in its place when the run has succeeded."""


def report_of(facts: ReplayFacts, place: Locate = lambda *_: None, again: str = "") -> Report:
    """Draw the report of a run: each stage and destination is an item, each alert a case.

    `place` locates rules and alerts in the user's files; `again` is the command that makes the same run.
    """
    return Report(
        command="replay run",
        ok=facts.ok,
        verdict=_verdict(facts),
        summary=_summary(facts),
        items=[*_stage_items(facts), *_destination_items(facts)],
        columns=COLUMNS,
        problems=tuple(problems_of(facts, place)),
        cases=tuple(_cases(facts, place)),
        metrics=chosen_metrics(facts),
        next_steps=tuple(_next_steps(facts, again or f"tiktoktoe replay run {quote(facts.pipeline)}")),
    )


def _verdict(facts: ReplayFacts) -> str:
    parts = [f"{facts.delivered:,} delivered to {plural(len(facts.destinations), 'destination')}"]
    counts = (
        ("dead letter", "dead letters", facts.dead),
        ("duplicate", "duplicates", facts.dropped(Drop.DUPLICATE)),
        ("skipped", "skipped", facts.dropped(Drop.SKIPPED)),
        ("filtered", "filtered", facts.dropped(Drop.FILTERED)),
        ("joined", "joined", facts.dropped(Drop.JOINED)),
        ("unfinished", "unfinished", facts.unfinished),
    )
    parts += [plural(number, one, many) for one, many, number in counts if number]
    outcome = f"{plural(facts.events, 'event')}: {', '.join(parts)} in {duration(facts.elapsed_s)}"
    rehearsal = "dry run: " if facts.is_rehearsal else ""
    full = "; the limit is reached" if facts.is_full else ""
    twice = facts.possible_duplicates
    full += f"; up to {plural(twice, 'possible duplicate')}" if twice else ""
    return f"{rehearsal}{_PREFIXES[facts.ending]}{outcome}{full}{_fired(facts)}"


_PREFIXES = {
    Ending.RUNNING: "under way: ",
    Ending.COMPLETE: "",
    Ending.INTERRUPTED: "interrupted: ",
    Ending.REFUSED: "stopped at an invalid event: ",
}


def _fired(facts: ReplayFacts) -> str:
    names = [alert.name for alert in facts.alerts if alert.fires]
    return f"; alert{'s' * (len(names) != 1)} {listed(names)}" if names else ""


def _summary(facts: ReplayFacts) -> dict[str, Json]:
    return {
        "pipeline": facts.pipeline,
        "ending": facts.ending,
        "dry_run": facts.is_rehearsal,
        "limit_reached": facts.is_full,
        "resumed": facts.is_resumed,
        "checkpoints": facts.checkpoints,
        "possible_duplicates": facts.possible_duplicates,
        "shift_s": None if facts.shift_us is None else facts.shift_us / _US_PER_S,
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
        "rules": [
            {
                "when": rule.condition or None,
                "to": list(rule.to),
                "matched": rule.matched,
                "errors": rule.errors,
            }
            for rule in facts.rules
        ],
        "enrichment_latency_ms": facts.enrichment_latency_s * 1_000,
        "enrichment_latency_buckets": {
            "+Inf" if bound_s == float("inf") else repr(bound_s): count
            for bound_s, count in buckets_of(facts.measure)
        },
        "cache_hit_ratio": _hit_ratio(facts),
        "elapsed_s": facts.elapsed_s,
        "events_per_s": facts.events_per_s,
    }


def _hit_ratio(facts: ReplayFacts) -> float | None:
    hits, misses = facts.measure("cache_hits"), facts.measure("cache_misses")
    return hits / (hits + misses) if hits + misses else None


def _stage_items(facts: ReplayFacts) -> Iterator[dict[str, Json]]:
    for stage in facts.stages:
        measures = {name: value for name, value in stage.measures.items() if not is_bucket(name)}
        yield {
            "name": stage.name,
            "kind": "stage",
            "in": stage.taken,
            "made": stage.made,
            "out": stage.passed,
            "dead": stage.dead,
            "dropped": sum(stage.dropped.values()),
            "held": stage.held,
            "took_s": stage.took_s,
            "detail": ", ".join(f"{name} {value:g}" for name, value in measures.items()),
            "measures": measures,
        }


def _destination_items(facts: ReplayFacts) -> Iterator[dict[str, Json]]:
    for found in facts.destinations:
        place = _written(found.place, facts) if found.kind in _WHOLE_OR_NOT else found.place
        item = _output_item(found.name, "destination", found.events, place)
        yield item | {"type": found.kind, "size_bytes": found.size_bytes, "guarantee": found.guarantee}
    place = _written(facts.dead_letter_path, facts)
    why = ", ".join(f"{count:,} {reason}" for reason, count in facts.reasons.items())
    item = _output_item("dead_letter", "dead-letters", facts.dead, f"{place} ({why})" if why else place)
    yield item


def _output_item(name: str, kind: str, events: int, path: str) -> dict[str, Json]:
    return {
        "name": name,
        "kind": kind,
        "in": events,
        "out": None,
        "dead": None,
        "dropped": None,
        "held": None,
        "took_s": None,
        "detail": path,
    }


def _cases(facts: ReplayFacts, place: Locate) -> Iterator[Case]:
    is_complete = facts.ending is Ending.COMPLETE
    outcome = CaseOutcome.PASSED if is_complete else CaseOutcome.FAILED
    yield Case(facts.pipeline, "replay", outcome, "" if is_complete else _verdict(facts), facts.elapsed_s)
    for position, alert in enumerate(facts.alerts):
        where = alert_place(facts, position, place)
        yield Case(facts.pipeline, f"alert {alert.name}", _outcome(alert), alert_message(alert), place=where)


def _outcome(alert: AlertFacts) -> CaseOutcome:
    if not alert.fails:
        return CaseOutcome.PASSED
    return CaseOutcome.FAILED if alert.state is AlertState.FIRING else CaseOutcome.ERROR


def _next_steps(facts: ReplayFacts, again: str) -> Iterator[str]:
    if facts.is_rehearsal:
        return
    if facts.interrupted and facts.checkpoints:
        yield f"{again} --resume"
    if facts.dead:
        yield f"head -n 1 {quote(_written(facts.dead_letter_path, facts))}"


def _written(path: str, facts: ReplayFacts) -> str:
    """Name the file as it is now: a run that was cut short has not put it in its place."""
    return path if facts.ending is Ending.COMPLETE else str(partial_of(Path(path)))
