"""The prediction of `graph critical` as bars over time.

     SERVICE   TAKES  SLACK  0s            14s
    ◆ ledger      8s      -  ████████
      catalog     3s     5s  ░░░·····
    ◆ payments    6s      -          ██████

A full bar and a mark before the name are of what is critical; the dots behind a bar are its slack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.graph.reports.critical import in_order, late_words, saving_words
from tiktoktoe_cli.graph.reports.pen import Pen, arrows
from tiktoktoe_cli.report.text import pad, width_of
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.graph.starting.critical import Critical
    from tiktoktoe_cli.report import View

_LEAST_BAR: Final = 12
_NUMBERS: Final = ("TAKES", "READY", "SLACK")


@dataclass(frozen=True, slots=True)
class _Ink:
    """What bars are drawn with: of the critical and of the others, their slack, and a moment without a length."""

    mark: str
    critical: str
    other: str
    slack: str
    moment: str


_UNICODE = _Ink("◆", "█", "░", "·", "▏")
_ASCII = _Ink("*", "#", "=", ".", "|")


def draw_timeline(facts: Critical, view: View) -> str:
    """Draw one bar a service, and below them in words what decides, what would save time, and who waits too short."""
    return "".join([*_bars(facts, Pen(view)), *_notes(facts, Pen(view))])


def _bars(facts: Critical, pen: Pen) -> Iterator[str]:
    names = in_order(facts)
    shown = ["SERVICE", *(pen.name(name) for name in names)]
    rows = [_NUMBERS, *(_numbers(name, facts) for name in names)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    width = max(map(width_of, shown))
    heads = [
        "  ".join([pad(name, width), *(f"{text:>{size}}" for text, size in zip(row, widths, strict=True))])
        for name, row in zip(shown, rows, strict=True)
    ]
    span_ns = max(map(facts.schedule.ready, names), default=0) or 1
    scale = _Scale(facts, max(pen.view.width - width_of(heads[0]) - 4, _LEAST_BAR), span_ns)
    ink = _UNICODE if pen.view.unicode else _ASCII
    yield f"  {pen.paint(f'{heads[0]}  {scale.axis()}', 'bold')}\n"
    for name, head in zip(names, heads[1:], strict=True):
        is_critical = facts.is_critical(name)
        line = f"{ink.mark if is_critical else ' '} {head}  {scale.bar(name, ink)}".rstrip()
        yield f"{pen.paint(line, 'bold yellow' if is_critical else '')}\n"


def _numbers(name: str, facts: Critical) -> tuple[str, ...]:
    slack = facts.slack_ns(name)
    times = (facts.schedule.takes[name], facts.schedule.ready(name))
    return (*(duration(time / NS_PER_S) for time in times), duration(slack / NS_PER_S) if slack else "-")


@dataclass(frozen=True, slots=True)
class _Scale:
    """Turns times into columns: `span_ns` is as long as all of them."""

    facts: Critical
    columns: int
    span_ns: int

    def axis(self) -> str:
        end = duration(self.span_ns / NS_PER_S) if self.facts.schedule.total_ns else ""
        return f"0s{end:>{self.columns - 2}}".rstrip()

    def bar(self, name: str, ink: _Ink) -> str:
        found = self.facts.schedule
        start, ready = self._column(found.starts[name]), self._column(found.ready(name))
        late = self._column(found.ready(name) + self.facts.slack_ns(name))
        stroke = ink.critical if self.facts.is_critical(name) else ink.other
        body = stroke * (ready - start) or (stroke if found.takes[name] else ink.moment)
        return f"{' ' * min(start, self.columns - 1)}{body}{ink.slack * (late - start - len(body))}"

    def _column(self, time_ns: int) -> int:
        return min(time_ns, self.span_ns) * self.columns // self.span_ns


def _notes(facts: Critical, pen: Pen) -> Iterator[str]:
    if facts.schedule.total_ns:
        yield f"\n{pen.title('what decides')}"
        yield pen.line("", arrows(facts.chain), deep=0)
    if facts.savings:
        yield pen.title("what would save time")
        names = pen.names(saving.name for saving in facts.savings)
        for name, saving in zip(names, facts.savings, strict=True):
            yield pen.line(name, saving_words(saving, facts))
    if facts.late:
        yield pen.title("who does not wait as long")
    for edge in facts.late:
        yield pen.line(pen.mark("failed" if edge.required else "warning"), late_words(edge, facts))
