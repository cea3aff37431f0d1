"""The facts of a wait as a report: that of its last round, with the verdict on the wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.report import report_of, verdict_of
from tiktoktoe_cli.health.render.rows import MOST_NAMES, Row
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.words import duration, listed, plural, quoted

if TYPE_CHECKING:
    from tiktoktoe_cli.health.render.about import CheckPlace
    from tiktoktoe_cli.health.waiting import WaitFacts
    from tiktoktoe_cli.report.facts import Report


def wait_report_of(facts: WaitFacts, place: CheckPlace = lambda _service, _check: None) -> Report:
    """Turn a wait into a report; it says yes if all that was waited for came about in time."""
    report = report_of(facts.health, place=place)
    waited = {
        "goal": facts.goal.value,
        "met": facts.is_met,
        "rounds": facts.rounds,
        "waited_s": facts.elapsed_ns / NS_PER_S,
        "partial": facts.is_partial,
    }
    return replace(
        report,
        command="health wait",
        ok=facts.is_met,
        verdict=_verdict(facts),
        summary={**report.summary, **waited},
    )


def _verdict(facts: WaitFacts) -> str:
    time = duration(facts.elapsed_ns / NS_PER_S)
    if facts.is_met:
        waited_for = sum(bool(service.checks) for service in facts.health.services)
        return f"{plural(waited_for, 'service')} {facts.goal.value} after {time}"
    end = "interrupted" if facts.is_partial else "out of time"
    return f"{end} after {time}: {_left(facts) or verdict_of(replace(facts.health, is_partial=False))}"


def _left(facts: WaitFacts) -> str:
    """Name who is not as was waited for, causes first, and say why the first is not; empty if nobody is left."""
    services = sorted(facts.health.services, key=lambda one: bool(one.cause))
    left = [one for one in services if not (facts.goal.is_met(one.state) or one.state is HealthState.SKIPPED)]
    if not left:
        return ""
    details = (Row(left[0], check).detail for check in left[0].checks)
    why = ", ".join(filter(None, [left[0].state.value, next(filter(None, details), "")]))
    names = listed((one.name for one in left), MOST_NAMES)
    return f"{names} not {facts.goal.value}; {quoted(left[0].name)}: {why}"
