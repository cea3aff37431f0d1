"""The status page: the health of a system as one HTML file, for people who did not run the command.

The verdict stands on top, then the causes with what hangs on each, then a row for each check that unfolds.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.health.render.page_inside import Shown, draw_inside
from tiktoktoe_cli.health.render.page_look import SCRIPT, STYLE
from tiktoktoe_cli.health.render.page_pictures import PHASES, draw_bar
from tiktoktoe_cli.health.render.report import verdict_of
from tiktoktoe_cli.health.render.rows import rows_of
from tiktoktoe_cli.health.state import HealthState, worst
from tiktoktoe_cli.report.markup import Writer
from tiktoktoe_cli.report.page import Page, draw_page, state_word
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.health.facts import HealthFacts, ServiceHealth
    from tiktoktoe_cli.health.render.rows import Row
    from tiktoktoe_cli.health.render.status_page import StatusPage
    from tiktoktoe_cli.report.markup import Markup
    from tiktoktoe_cli.report.view import View


def draw_status_page(status: StatusPage, view: View) -> str:
    """Write the whole page; it is the same for the same facts."""
    writer = Writer(view.mask)
    facts, rows = status.facts, list(rows_of(status.facts))
    body = writer.join(
        _heading(status, writer),
        _causes(facts, writer),
        _checks(status, rows, writer),
        _unchecked(facts, writer),
    )
    title = f"{_state_of(facts)}: {status.about.system or 'health'}"
    return draw_page(Page(title, body, STYLE, SCRIPT if rows else ""), writer)


def _state_of(facts: HealthFacts) -> HealthState:
    return HealthState.ERROR if facts.is_partial else worst(service.state for service in facts.services)


def _heading(status: StatusPage, writer: Writer) -> Markup:
    about = status.about
    known = [about.system, about.version, f"{about.at:%Y-%m-%d %H:%M:%S %Z}" if about.at else ""]
    known.append(f"checked in {duration(status.facts.elapsed_ns / NS_PER_S)}")
    return writer.element(
        "header",
        writer.element("p", " · ".join(filter(None, known)), class_="soft"),
        writer.element("h1", state_word(_state_of(status.facts).value, writer)),
        writer.element("p", writer.prose(verdict_of(status.facts))),
    )


def _causes(facts: HealthFacts, writer: Writer) -> Markup | None:
    if not facts.causes:
        return None
    title = "The cause" if len(facts.causes) == 1 else "The causes"
    cards = (_cause(service, writer) for service in facts.causes)
    return writer.join(writer.element("h2", title), writer.element("div", *cards, class_="causes"))


def _cause(service: ServiceHealth, writer: Writer) -> Markup:
    element = writer.element
    said = dict.fromkeys(check.detail for check in service.checks if check.state.is_failing and check.detail)
    hanging = f"{plural(len(service.affected), 'service')} on it: {', '.join(service.affected)}"
    return element(
        "article",
        element("h3", state_word(service.state.value, writer), f" {service.name}"),
        *(element("p", writer.prose(words)) for words in said),
        element("p", hanging if service.affected else "nothing hangs on it", class_="soft"),
        class_="panel cause",
    )


def _checks(status: StatusPage, rows: Sequence[Row], writer: Writer) -> Markup | None:
    if not rows:
        return None
    longest_ns = max(row.check.timing.total_ns for row in rows)
    drawn = (_check(row, longest_ns, status, writer) for row in sorted(rows, key=_urgency))
    return writer.join(
        writer.element("h2", "Checks"),
        _tools(rows, writer),
        _legend(writer),
        writer.element("div", *drawn, class_="checks"),
    )


def _urgency(row: Row) -> int:
    """Say what comes first: what fails, then what is degraded, then the rest, each as in the file."""
    return 0 if row.state.is_failing else 1 if row.state is HealthState.DEGRADED else 2


def _tools(rows: Sequence[Row], writer: Writer) -> Markup:
    """Write the filter, which its script shows: without one it would do nothing."""
    counts = Counter(row.state for row in rows)
    buttons = (
        writer.element(
            "button",
            state_word(state.value, writer),
            f" {counts[state]}",
            type="button",
            data_state=state.value,
            aria_pressed="false",
        )
        for state in reversed(HealthState)
        if counts[state]
    )
    box = writer.element(
        "input", id="filter", type="search", placeholder="name or state", aria_label="filter the checks"
    )
    count = writer.element("span", id="shown", class_="soft", role="status")
    return writer.element("div", box, *buttons, count, class_="tools screen", hidden=True)


def _legend(writer: Writer) -> Markup:
    entries = (
        writer.element("span", writer.element("i", class_=name), words) for name, words in PHASES.items()
    )
    return writer.element("div", *entries, class_="legend")


def _check(row: Row, longest_ns: int, status: StatusPage, writer: Writer) -> Markup:
    element, check = writer.element, row.check
    attempts = len(check.attempts)
    summary = element(
        "summary",
        state_word(row.state.value, writer),
        element("span", row.name, class_="name"),
        element("span", duration(check.timing.total_ns / NS_PER_S) if row.is_made else "", class_="number"),
        element("span", plural(attempts, "attempt") if attempts > 1 else "", class_="number soft"),
        draw_bar(check.timing, longest_ns, writer),
        element("span", writer.prose(row.detail), class_="said soft"),
    )
    key = (row.service.name, check.name)
    shown = Shown(status.about.at, status.recent.get(key, ()), status.trends.get(key, {}))
    inside = draw_inside(row, shown, writer)
    return element("details", summary, inside, class_="check", data_name=row.name, data_state=row.state.value)


def _unchecked(facts: HealthFacts, writer: Writer) -> Markup | None:
    names = [service.name for service in facts.services if not service.checks]
    if not names:
        return None
    return writer.join(
        writer.element("h2", "Without a check"), writer.element("p", ", ".join(names), class_="soft")
    )
