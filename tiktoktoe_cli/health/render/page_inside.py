"""What a row of the status page shows when it unfolds: what was asked, what was expected, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions.conditions import describe
from tiktoktoe_cli.health.render.chain import certificates_of
from tiktoktoe_cli.health.render.page_pictures import PHASES, draw_strip
from tiktoktoe_cli.report.page import listing, state_word
from tiktoktoe_cli.transport.variables import phases_of
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from tiktoktoe_cli.health.facts import Attempt, CheckResult, Expectation
    from tiktoktoe_cli.health.history import Trend
    from tiktoktoe_cli.health.history.trend import Period
    from tiktoktoe_cli.health.render.rows import Row
    from tiktoktoe_cli.report.markup import Inner, Markup, Writer
    from tiktoktoe_cli.transport.certificates import Certificate

_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known about a check besides its result: when it was made, its latest results and its history."""

    at: datetime | None
    recent: Sequence[Attempt]
    trends: Mapping[str, Trend]


def draw_inside(row: Row, shown: Shown, writer: Writer) -> Markup:
    """Write the sections of a row, those that have something to show."""
    check = row.check
    sections = (
        ("asked", _asked(row, writer)),
        ("expected", _expected(check, writer)),
        ("time", _times(check, writer) if row.is_made else None),
        ("attempts", _attempts(check, writer)),
        ("says of itself", _parts(check, writer)),
        ("certificates", _certificates(check, shown.at, writer)),
        ("latest results", draw_strip(shown.recent, writer) if shown.recent else None),
        ("history", _history(shown.trends, writer)),
    )
    drawn = (
        writer.element("section", writer.element("h3", title), content)
        for title, content in sections
        if content
    )
    return writer.element("div", *drawn, class_="inside")


def _asked(row: Row, writer: Writer) -> Markup:
    target = writer.element("code", row.check.target) if row.check.target else None
    affected = row.service.affected
    hanging = writer.element("div", f"on it: {', '.join(affected)}", class_="soft") if affected else None
    return writer.join(writer.element("div", f"{row.check.kind} ", target), hanging)


def _expected(check: CheckResult, writer: Writer) -> Markup | None:
    lines: list[Inner] = [
        writer.join(state_word(one.result.outcome.value, writer), f" {one.demand} ", _told(one, writer))
        for one in check.expectations
    ]
    return listing(lines, writer)


def _told(expectation: Expectation, writer: Writer) -> Markup:
    result = expectation.result
    return writer.element("code", result.text) if result.holds else writer.prose(describe(result))


def _times(check: CheckResult, writer: Writer) -> Markup | None:
    rows = [
        (PHASES.get(phase, "all of it"), duration(spent_ns / NS_PER_S))
        for phase, spent_ns in phases_of(check.timing).items()
    ]
    return _table((), rows, writer)


def _attempts(check: CheckResult, writer: Writer) -> Markup | None:
    if len(check.attempts) <= 1:
        return None
    lines: list[Inner] = [
        writer.join(
            state_word(one.state.value, writer),
            f" {duration(one.elapsed_ns / NS_PER_S)} ",
            writer.prose(one.detail),
        )
        for one in check.attempts
    ]
    return writer.join(draw_strip(check.attempts, writer), listing(lines, writer))


def _parts(check: CheckResult, writer: Writer) -> Markup | None:
    document = check.document
    if document is None:
        return None
    parts: list[Inner] = [
        writer.join(state_word(part.state.value, writer), f" {part.name} ", part.detail)
        for part in document.parts
    ]
    own = writer.element("div", state_word(document.state.value, writer), f" {document.detail}")
    return writer.join(own, listing(parts, writer))


def _certificates(check: CheckResult, at: datetime | None, writer: Writer) -> Markup | None:
    rows = [
        (writer.prose(one.title), f"until {one.not_after:%Y-%m-%d}", _left(one, at, writer))
        for one in certificates_of(check)
    ]
    return _table((), rows, writer)


def _left(certificate: Certificate, at: datetime | None, writer: Writer) -> Markup | None:
    if at is None:
        return None
    left_s = (certificate.not_after - at).total_seconds()
    words = f"{duration(left_s)} left" if left_s > 0 else f"expired {duration(-left_s)} ago"
    return writer.element("span", words, class_="" if left_s > 0 else "red")


def _history(trends: Mapping[str, Trend], writer: Writer) -> Markup | None:
    rows = [
        (name, *_cells(period))
        for window, trend in trends.items()
        for name, period in ((window, trend.whole), (f"the {window} before", trend.before))
    ]
    return _table(("", "available", "p50", "p95"), rows, writer)


def _cells(period: Period) -> tuple[str, str, str]:
    share = _NOTHING if period.availability is None else f"{period.availability * 100:.4g}%"
    return share, _duration(period.p50_ms), _duration(period.p95_ms)


def _duration(spent_ms: float | None) -> str:
    return _NOTHING if spent_ms is None else duration(spent_ms / 1e3)


def _table(titles: Sequence[str], rows: Sequence[Iterable[Inner]], writer: Writer) -> Markup | None:
    """Write a table whose columns but the first are numbers."""
    if not rows:
        return None
    head = (
        writer.element("tr", *(writer.element("th", title, scope="col") for title in titles))
        if titles
        else None
    )
    body = (writer.element("tr", *_cells_of(row, "td", writer)) for row in rows)
    return writer.element("table", head, *body)


def _cells_of(row: Iterable[Inner], tag: str, writer: Writer) -> Iterable[Markup]:
    for place, inner in enumerate(row):
        yield writer.element(tag, inner, class_="number" if place else "")
