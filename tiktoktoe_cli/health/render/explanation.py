"""Checks explained to a person: the attempts, a waterfall of phases, expectations, the answer, certificates. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.masking import without_secrets
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions.conditions import describe
from tiktoktoe_cli.health.render.answer import answer_data, answer_lines
from tiktoktoe_cli.health.render.chain import certificates_of
from tiktoktoe_cli.health.render.phases import PHASE_WORDS
from tiktoktoe_cli.health.render.report import report_of
from tiktoktoe_cli.health.render.rows import MOST_NAMES, Row, because_of, rows_of
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.health.verdict import MEANS
from tiktoktoe_cli.report.palette import paint, tone_of
from tiktoktoe_cli.report.text import one_line, pad
from tiktoktoe_cli.transport.variables import phases_of
from tiktoktoe_cli.words import duration, listed, plural, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.health.facts import CheckResult, HealthFacts
    from tiktoktoe_cli.report import Report, View
    from tiktoktoe_cli.transport.certificates import Certificate

_BAR: Final = 32
"""How many columns the whole time takes in a waterfall."""
_LEAST_ROOM: Final = 20
"""How many columns a text is given even on a terminal that has fewer."""
_IS: Final = {state: f"is {state.value}" for state in HealthState} | {
    HealthState.MAINTENANCE: "is in maintenance",
    HealthState.SKIPPED: "was not checked",
    HealthState.ERROR: "could not be checked",
}


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws lines for one view; what users and services wrote is masked and made harmless."""

    view: View

    def head(self, words: str) -> str:
        return f"  {paint(words, 'bold', color=self.view.color)}\n"

    def line(self, state: str, words: str, *, deep: int = 4) -> str:
        tone = tone_of(state)
        mark = paint(tone.mark(unicode=self.view.unicode), tone.style, color=self.view.color)
        return f"{' ' * deep}{mark} {self._wrapped(words, deep + 2)}\n"

    def plain(self, words: str, *, deep: int = 4) -> str:
        return f"{' ' * deep}{self._wrapped(words, deep)}\n"

    def _wrapped(self, words: str, deep: int) -> str:
        """Break a long text between words on a terminal, with the other lines under the first."""
        if not self.view.terminal:
            return self.safe(words)
        room = max(self.view.width - deep, _LEAST_ROOM)
        lines = wrap(self.safe(words), room, break_long_words=False, break_on_hyphens=False)
        return f"\n{' ' * deep}".join(lines)

    def safe(self, words: str) -> str:
        return one_line(self.view.mask(words))


def only(facts: HealthFacts, service: str, check: str = "") -> HealthFacts:
    """Leave out all but one service, or all but one of its checks; who is the cause stays known.

    Raises:
        ValueError: if there is no such service or check.
    """
    (found,) = (one for one in facts.services if one.name == service)
    if check:
        (row,) = (Row(found, one) for one in found.checks if one.name == check)
        found = replace(found, checks=(row.check,), state=row.state, cause=row.cause)
    return replace(facts, services=(found,))


def explanation_of(facts: HealthFacts) -> Report:
    """Turn the health of one service into a report that has the certificates and the answer of each check."""
    (service,) = facts.services
    checks = tuple(replace(check, is_tls_read=check.session is not None) for check in service.checks)
    report = report_of(replace(facts, services=(replace(service, checks=checks),)))
    items = [
        {**item, "answer": answer_data(check.values)}
        for item, check in zip(report.items, checks, strict=True)
    ]
    return replace(report, command="health explain", verdict=_verdict(facts), items=items)


def _verdict(facts: HealthFacts) -> str:
    """Say in one line how the service is, or its only check if that is as the service, and who hangs on whom."""
    (service,) = facts.services
    rows = list(rows_of(facts))
    if not rows:
        return f"{quoted(service.name)} has no health check"
    is_check = len(rows) == 1 and rows[0].state is service.state
    parts = [f"{quoted(rows[0].name if is_check else service.name)} {_IS[service.state]}"]
    if service.cause:
        parts.append(because_of(service))
    if service.affected and service.state.is_failing:
        parts.append(f"and the cause of what is wrong with {listed(service.affected, MOST_NAMES)}")
    return ("interrupted; " if facts.is_partial else "") + " ".join(parts)


def draw_explanation(facts: HealthFacts, view: View, now: datetime) -> str:
    """Draw every check of the facts; certificates are counted to their end from `now`."""
    pen = _Pen(view)
    return "\n".join("".join(_check(row, pen, now)) for row in rows_of(facts))


def _check(row: Row, pen: _Pen, now: datetime) -> Iterator[str]:
    check = row.check
    name = paint(pen.safe(row.name), "bold", color=pen.view.color)
    yield f"{name} {pen.safe(f'{check.kind} {check.target}'.rstrip())}\n"
    yield pen.line(row.state.value, _outcome(row), deep=2)
    is_told_below = check.detail in [describe(one.result) for one in check.expectations]
    if words := row.because if is_told_below else row.detail:
        yield pen.plain(words)
    yield from _attempts(check, pen)
    yield from _waterfall(check, pen)
    yield from _expectations(check, pen)
    yield from _answer(check, pen)
    yield from _parts(check, pen)
    yield from _certificates(check, pen, now)


def _outcome(row: Row) -> str:
    if not row.is_made:
        return row.state.value
    took = duration(row.check.timing.total_ns / NS_PER_S)
    attempts = len(row.check.attempts)
    return f"{row.state.value} in {took}" + (f", after {plural(attempts, 'attempt')}" if attempts > 1 else "")


def _attempts(check: CheckResult, pen: _Pen) -> Iterator[str]:
    """Draw the attempts, those that went the same way together; how the last one went is told elsewhere."""
    if len(check.attempts) < 2:  # noqa: PLR2004  # one needs no list
        return
    yield pen.head("attempts")
    number = 1
    for (state, detail), group in groupby(check.attempts, lambda one: (one.state, one.detail)):
        spent = sorted(one.elapsed_ns / NS_PER_S for one in group)
        last = number + len(spent) - 1
        which = f"{number}-{last}" if last > number else f"{number}"
        words = f"{which} {state.value} in {' to '.join(dict.fromkeys(map(duration, (spent[0], spent[-1]))))}"
        yield pen.line(state.value, f"{words}: {detail}" if detail not in {"", check.detail} else words)
        number = last + 1


def _waterfall(check: CheckResult, pen: _Pen) -> Iterator[str]:
    """Draw each phase where it began and as long as it took, to the scale of the whole."""
    spent = phases_of(check.timing)
    total_ns = spent.pop("total")
    if not spent or not total_ns:
        return
    yield pen.head("phases")
    begun_ns = 0
    for phase, spent_ns in spent.items():
        took = duration(spent_ns / NS_PER_S)
        bar = _bar(begun_ns / total_ns, spent_ns / total_ns, unicode=pen.view.unicode)
        yield f"    {phase:<9}{took:>8}  {paint(bar, 'cyan', color=pen.view.color)}  {PHASE_WORDS[phase]}\n"
        begun_ns += spent_ns
    yield f"    {'total':<9}{duration(total_ns / NS_PER_S):>8}\n"


def _bar(start: float, length: float, *, unicode: bool) -> str:
    """Draw a span of the whole, at least one column wide."""
    width = min(max(round(length * _BAR), 1), _BAR)
    before = min(round(start * _BAR), _BAR - width)
    return pad(" " * before + ("█" if unicode else "#") * width, _BAR)


def _expectations(check: CheckResult, pen: _Pen) -> Iterator[str]:
    if not check.expectations:
        return
    yield pen.head("expectations")
    for one in check.expectations:
        if one.result.holds:
            seen = [
                f"`{name}` is {_written(value)}" for name, value in without_secrets(one.result.saw).items()
            ]
            words = f"`{one.result.text}`" + (f": {', '.join(seen)}" if seen else "")
            yield pen.line("held", f"{one.demand.value} {words}")
        else:
            yield pen.line(MEANS[one.demand].value, f"{one.demand.value} {describe(one.result)}")


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _answer(check: CheckResult, pen: _Pen) -> Iterator[str]:
    if check.values:
        yield pen.head("answer")
        yield from (f"    {line}\n" for line in answer_lines(check.values, pen.view.mask))


def _parts(check: CheckResult, pen: _Pen) -> Iterator[str]:
    if check.document is None:
        return
    known = f" ({check.document.format})" if check.document.format else ""
    yield pen.head(f"health document{known}: {check.document.state.value}")
    for part in check.document.parts:
        words = f"{part.name} {part.state.value}"
        yield pen.line(part.state.value, f"{words}: {part.detail}" if part.detail else words)
    for remark in check.document.remarks:
        yield pen.plain(remark)


def _certificates(check: CheckResult, pen: _Pen, now: datetime) -> Iterator[str]:
    if check.session is None:
        return
    trust = "verified" if check.session.is_verified else "not verified"
    yield pen.head(f"certificates ({trust}, {check.session.version}, {check.session.cipher})")
    for one in certificates_of(check):
        is_valid = one.not_before <= now <= one.not_after
        yield pen.line("valid" if is_valid else "invalid", f"{one.title}: {_validity(one, now)}")
        yield pen.plain(f"issued by {one.issuer}", deep=6)
        if one.names:
            yield pen.plain(f"for {', '.join(one.names)}", deep=6)
        yield pen.plain(f"{one.key}, {one.signature_algorithm}, SHA-256 {one.fingerprint_sha256}", deep=6)


def _validity(one: Certificate, now: datetime) -> str:
    until = one.not_after.astimezone(UTC).date().isoformat()
    left_s = (one.not_after - now).total_seconds()
    if left_s < 0:
        return f"expired {duration(-left_s)} ago, on {until}"
    if one.not_before > now:
        return f"valid only from {one.not_before.astimezone(UTC).date().isoformat()}"
    return f"expires in {duration(left_s)}, on {until}"
