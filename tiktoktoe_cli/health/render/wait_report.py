"""The facts of a wait as a report: that of its last round, with the verdict on the wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.report import report_of, verdict_of
from tiktoktoe_cli.health.waiting import Goal
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from tiktoktoe_cli.health.waiting import WaitFacts
    from tiktoktoe_cli.report.facts import Report


def wait_report_of(facts: WaitFacts) -> Report:
    """Turn a wait into a report; it says yes if all that was waited for came about in time."""
    report = report_of(facts.health)
    waited = {
        "goal": facts.goal.value,
        "met": facts.is_met,
        "rounds": facts.rounds,
        "waited_s": facts.elapsed_ns / NS_PER_S,
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
    end = "interrupted" if facts.is_stopped else "out of time"
    if facts.goal is Goal.DOWN:
        up = [one for one in facts.health.services if one.checks and not facts.goal.is_met(one.state)]
        return f"{end} after {time}: {plural(len(up), 'service')} not down"
    return f"{end} after {time}: {verdict_of(replace(facts.health, is_partial=False))}"
