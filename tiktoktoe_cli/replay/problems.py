"""What is wrong with a run, as problems at their places in the user's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import Problem, Severity
from tiktoktoe_cli.monitoring import AlertState
from tiktoktoe_cli.replay.facts import Ending
from tiktoktoe_cli.replay.metrics import measured_words
from tiktoktoe_cli.words import duration, listed, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.errors import Locate, Place
    from tiktoktoe_cli.monitoring import AlertFacts
    from tiktoktoe_cli.replay.facts import ReplayFacts

_HOLDS = {
    AlertState.FIRING: "holds",
    AlertState.PENDING: "holds, but not yet",
    AlertState.QUIET: "does not hold",
}


def problems_of(facts: ReplayFacts, place: Locate) -> Iterator[Problem]:
    """Yield them; `place` locates rules and alerts."""
    yield from _rule_problems(facts, place)
    yield from _refusal(facts)
    yield from _damage(facts)
    yield from _emptiness(facts)
    yield from _alert_problems(facts, place)
    yield from _remarks(facts)


def _rule_problems(facts: ReplayFacts, place: Locate) -> Iterator[Problem]:
    for position, rule in enumerate(facts.rules):
        if rule.errors:
            events = plural(rule.errors, "event")
            message = f"the rule `{rule.condition}` had no value for {events}: {rule.first_error}"
            where = place("pipelines", facts.pipeline, "routing", position, "when")
            guard = f"; guard the rule: `{rule.guard} && ...`" if rule.guard else ""
            hint = f"they went on to the next rule{guard}"
            yield Problem("rule-without-value", message, where, hint, Severity.WARNING)


def _refusal(facts: ReplayFacts) -> Iterator[Problem]:
    if facts.refused:
        line = facts.refused.origin
        said = "; ".join(fault.message for fault in facts.refused.faults)
        yield Problem("invalid-event", f"`{facts.files[line.file]}:{line.number}` is not valid: {said}")


def _damage(facts: ReplayFacts) -> Iterator[Problem]:
    for place in facts.damaged:
        message = f"`{place}`: the file is cut or damaged from here on, and the rest cannot be decompressed"
        yield Problem(
            "input-damaged", message, hint="replay a whole copy; what stands before is in the outputs"
        )


def _emptiness(facts: ReplayFacts) -> Iterator[Problem]:
    if not facts.events and facts.ending is Ending.COMPLETE:
        message = f"there is no event in {listed(facts.files, limit=3)}"
        hint = "the outputs are empty now; check the `paths` of the pipeline's `input`"
        yield Problem("input-empty", message, hint=hint, severity=Severity.WARNING)


def _alert_problems(facts: ReplayFacts, place: Locate) -> Iterator[Problem]:
    for position, alert in enumerate(facts.alerts):
        if alert.fires:
            message = f"the alert `{alert.name}` fires: {alert_message(alert)}"
            severity = Severity.ERROR if alert.fails else Severity.WARNING
            yield Problem("alert", message, alert_place(facts, position, place), severity=severity)


def alert_place(facts: ReplayFacts, position: int, place: Locate) -> Place | None:
    """Locate the condition of an alert."""
    return place("pipelines", facts.pipeline, "monitoring", "alerts", position, "when")


def alert_message(alert: AlertFacts) -> str:
    """Say whether its condition holds, and for which numbers."""
    if alert.state is AlertState.UNKNOWN:
        return f"`{alert.condition}` has no value: {alert.reason}"
    return f"`{alert.condition}` {_HOLDS[alert.state]}{_lasting(alert)}: {measured_words(alert.measured)}"


def _lasting(alert: AlertFacts) -> str:
    return f" for {duration(alert.for_ns / NS_PER_S)}" if alert.for_ns else ""


def _remarks(facts: ReplayFacts) -> Iterator[Problem]:
    for message in facts.remarks:
        yield Problem("while-running", message, severity=Severity.WARNING)
