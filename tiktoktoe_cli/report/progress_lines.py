"""Progress for logs and programs: one line per change, in words or as JSON, or nothing at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tiktoktoe_cli.report.cells import count
from tiktoktoe_cli.report.progress import Event, Sink, Step
from tiktoktoe_cli.report.text import escape_hidden, one_line
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.report.terminal import Terminal
    from tiktoktoe_cli.report.view import Mask


class Silent(Sink):
    """Shows nothing."""

    every_s = float("inf")

    def open(self) -> None:
        """Do nothing."""

    def take(self, step: Step) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Lines(Sink):
    """Writes a line per step to standard error."""

    def __init__(self, terminal: Terminal, line: Callable[[Step, Mask], str], *, every_s: float) -> None:
        self.every_s = every_s
        self._terminal = terminal
        self._line = line

    def open(self) -> None:
        """Do nothing: every line stands for itself."""

    def take(self, step: Step) -> None:
        """Write the line; details would be too many."""
        if step.event is Event.DETAIL:
            return
        self._terminal.show(self._line(step, self._terminal.mask) + "\n")

    def close(self) -> None:
        """Do nothing: every line is already out."""


def plain_line(step: Step, mask: Mask) -> str:
    """Write a step for a person who reads a log: `payments: waiting (for ledger), after 1.5s`."""
    if step.event is Event.NOTE:
        return one_line(mask(step.note))
    state = step.state or ("" if step.event is Event.ADVANCED else step.event.value)
    noted = " ".join(filter(None, [state, f"({step.note})" if step.note else ""]))
    return one_line(mask(f"{step.name}: {', '.join(filter(None, [noted, _counted(step), _timed(step)]))}"))


def _counted(step: Step) -> str:
    return counting(step) if step.done else ""


def _timed(step: Step) -> str:
    is_under_way = step.event in {Event.STARTED, Event.ADVANCED}
    return "" if is_under_way else f"after {duration(round(step.elapsed_s, 1))}"


def counting(step: Step) -> str:
    """Write how far a count is: `500 of 2000 events, 25%, 250/s, 6s left`."""
    of_total = f" of {step.total}" if step.total is not None else ""
    parts = [f"{step.done}{of_total} {step.unit}".rstrip()]
    if step.total:
        parts.append(f"{100 * step.done // step.total}%")
    if step.rate_per_s is not None:
        parts.append(f"{count(float(f'{step.rate_per_s:.3g}'))}/s")
    if step.eta_s:
        parts.append(f"{duration(max(1, round(step.eta_s)))} left")
    return ", ".join(parts)


def json_line(step: Step, mask: Mask) -> str:
    """Write a step for a program; what does not apply is left out."""
    fields: dict[str, str | float | None] = {
        "event": step.event.value,
        "name": mask(step.name) or None,
        "state": mask(step.state) or None,
        "note": mask(step.note) or None,
        "done": step.done if step.is_counting else None,
        "total": step.total,
        "unit": step.unit or None,
        "elapsed_s": None if step.event is Event.NOTE else round(step.elapsed_s, 3),
        "rate_per_s": _rounded(step.rate_per_s),
        "eta_s": _rounded(step.eta_s),
    }
    told = {key: value for key, value in fields.items() if value is not None}
    return escape_hidden(json.dumps(told, allow_nan=False))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
