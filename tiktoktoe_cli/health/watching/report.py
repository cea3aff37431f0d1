"""A watch as a report: a row for each check with what was counted, and each change as a line. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.render.about import About
from tiktoktoe_cli.health.render.drawings import with_drawings
from tiktoktoe_cli.health.render.metrics import metrics_of
from tiktoktoe_cli.health.render.report import report_of, verdict_of
from tiktoktoe_cli.health.render.rows import because_of
from tiktoktoe_cli.health.render.status_page import StatusPage
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.watching.metrics import watch_metrics
from tiktoktoe_cli.report.facts import Column, Json, Metric, Report, Shows
from tiktoktoe_cli.report.fitting import draw_fitting, indented
from tiktoktoe_cli.report.palette import paint, tone_of
from tiktoktoe_cli.report.text import one_line, width_of, without_ansi
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.render.about import CheckPlace
    from tiktoktoe_cli.health.watching.facts import WatchFacts
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change
    from tiktoktoe_cli.report.view import View

_COLUMNS: Final = (
    Column("service", "SERVICE"),
    Column("check", "CHECK"),
    Column("state", "STATE", shows=Shows.STATE),
    Column("availability", "AVAILABLE", shows=Shows.RATIO),
    Column("p50_ms", "P50", shows=Shows.MILLISECONDS),
    Column("p95_ms", "P95", shows=Shows.MILLISECONDS),
    Column("changes", "CHANGES", shows=Shows.NUMBER),
    Column("longest_outage_s", "LONGEST-OUTAGE", shows=Shows.SECONDS),
    Column("latest_ms", "LATEST", shows=Shows.TREND),
    Column("checks_made", "MADE", wide=True, shows=Shows.NUMBER),
    Column("failures", "FAILURES", wide=True, shows=Shows.NUMBER),
    Column("since", "SINCE", wide=True),
    Column("detail", "DETAIL"),
)
_SPARE: Final = (
    *({"detail"}, {"detail", "p50_ms", "latest_ms"}, {"detail", "p50_ms", "latest_ms", "longest_outage_s"}),
    {"detail", "p50_ms", "latest_ms", "longest_outage_s", "p95_ms", "changes"},
)
"""What a terminal that is too narrow does without, more and more."""


def watch_report_of(facts: WatchFacts, place: CheckPlace = lambda _service, _check: None) -> Report:
    """Turn a watch into a report in all its forms; it says yes if everything is healthy at its end."""
    made = sum(tally.checks_made for tally in facts.tallies)
    changes = sum(tally.changes for tally in facts.tallies)
    time = duration(facts.health.elapsed_ns / NS_PER_S)
    counted = f"{plural(made, 'check')} made, {plural(changes, 'change')} in {time}"
    report = report_of(facts.health, place=place)
    watched = replace(
        report,
        command="health watch",
        verdict=f"{verdict_of(facts.health)}; {counted}",
        summary={**report.summary, "checks_made": made, "changes": changes, "partial": facts.is_partial},
        items=[_item(tally, facts.ended_ns) for tally in facts.tallies],
        columns=_COLUMNS,
        metrics=all_metrics_of(facts),
    )
    return with_drawings(watched, _page(facts))


def draw_watch(report: Report, view: View) -> str:
    """Draw the table of a watch, of which names and states are never cut."""
    columns = tuple(column for column in report.columns if not column.wide)
    details = [str(item["detail"]) for item in report.items]
    return draw_fitting(replace(report, columns=columns), view, _SPARE, details)


def all_metrics_of(facts: WatchFacts) -> tuple[Metric, ...]:
    """Make the metrics of the latest results, and of the watch."""
    seen = _as_seen(facts.health, facts.tallies)
    return (*metrics_of(seen), *watch_metrics(facts.tallies, facts.ended_ns))


def change_data(change: Change) -> dict[str, Json]:
    """Write a change as other programs read it."""
    return {
        "at": _rfc3339(change.at_ns),
        "service": change.service,
        "check": change.checks[0] if len(change.checks) == 1 else None,
        "checks": list(change.checks),
        "from": change.before.value,
        "to": change.after.value,
        "cause": list(change.cause),
        "detail": change.detail,
    }


def draw_change(change: Change, view: View) -> str:
    """Write a change for a person, as one line; on a terminal that is too narrow, the reason stands below.

    The first state of a check has none before it.
    """
    tone = tone_of(change.after.value)
    why = one_line(view.mask("; ".join(filter(None, [because_of(change), change.detail]))))
    name = one_line(view.mask(change.name))
    before = "" if change.before is HealthState.SKIPPED else f"{change.before.value} {_arrow(view)} "
    after = paint(change.after.value, tone.style, color=view.color)
    head = "  ".join([_rfc3339(change.at_ns), name, before + after])
    whole = "  ".join(filter(None, [head, why]))
    if not view.terminal or width_of(without_ansi(whole)) <= view.width:
        return whole + "\n"
    return "".join([f"{head}\n", *indented(why, view)])


def _arrow(view: View) -> str:
    return "→" if view.unicode else "->"


def _page(facts: WatchFacts) -> StatusPage:
    recent = {(tally.service, tally.check.name): list(tally.latest) for tally in facts.tallies}
    about = About(facts.system, at=datetime.fromtimestamp(facts.ended_ns / NS_PER_S, UTC))
    return StatusPage(facts.health, about, recent)


def _as_seen(health: HealthFacts, tallies: tuple[Tally, ...]) -> HealthFacts:
    """Put the results as they were seen in the place of where the checks stand."""
    seen = {(tally.service, tally.check.name): tally.result for tally in tallies}
    services = (
        replace(one, checks=tuple(found for check in one.checks if (found := seen[one.name, check.name])))
        for one in health.services
    )
    return replace(health, services=tuple(services))


def _item(tally: Tally, now_ns: int) -> dict[str, Json]:
    half, most = tally.latencies.percentile_ns(50), tally.latencies.percentile_ns(95)
    return {
        "name": tally.name,
        "service": tally.service,
        "check": tally.check.name,
        "kind": tally.check.kind,
        "state": tally.state.value,
        "since": _rfc3339(tally.since_ns),
        "availability": tally.availability,
        "p50_ms": None if half is None else half / NS_PER_MS,
        "p95_ms": None if most is None else most / NS_PER_MS,
        "checks_made": tally.checks_made,
        "failures": tally.failures,
        "changes": tally.changes,
        "longest_outage_s": tally.outage_ns(now_ns) / NS_PER_S,
        "latest_ms": tally.latest_ms,
        "cause": list(tally.cause),
        "detail": tally.detail,
    }


def _rfc3339(time_ns: int) -> str:
    time = datetime.fromtimestamp(time_ns / NS_PER_S, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
