"""What checks, a wait and a watch of health tell while they work, shown as progress, as lines, or as a board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.health.render.rows import because_of
from tiktoktoe_cli.health.state import HealthState
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health import Attempt, CheckResult, ServiceHealth
    from tiktoktoe_cli.health.waiting import Goal
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change
    from tiktoktoe_cli.report import Progress

_CHECKS = "health"
_MOST_ROWS = 40
_BARS = 20
_UNCLEAR = "waiting"  # for what else was not looked at yet, and may be the cause


class HealthWatcher:
    """Shows a few checks one by one on a terminal: under way, tried again, over; many of them, or a log, as a count."""

    def __init__(self, progress: Progress, size: int, *, rows: bool) -> None:
        self._progress = progress
        self._rows = rows and size <= _MOST_ROWS
        if not self._rows and size:
            progress.started(_CHECKS, state="checking", total=size, unit="checks")

    def on_start(self, service: str, check: str) -> None:
        """Show that a check begins."""
        if self._rows:
            self._progress.started(f"{service}/{check}", state="checking")

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """Show why a check is tried again."""
        if self._rows:
            self._progress.changed(f"{service}/{check}", "retrying", attempt.detail)

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Show how a check ended."""
        if self._rows:
            self._progress.finished(f"{service}/{result.name}", result.state.value, result.detail)
        else:
            self._progress.advance(_CHECKS)


class WaitWatcher:
    """Shows what is still not as it should be, and why; a round that changes nothing says nothing."""

    def __init__(self, progress: Progress, goal: Goal) -> None:
        self._progress = progress
        self._goal = goal
        self._known: dict[str, object] = {}

    def on_round(self, health: ServiceHealth) -> None:
        """Show a service that is in another state, or has another reason to be in it."""
        known = (health.state, health.cause, *((one.name, one.state, _reason(one)) for one in health.checks))
        if self._known.get(health.name) == known:
            return
        is_new, state, why = health.name not in self._known, health.state.value, _why(health)
        self._known[health.name] = known
        if is_new:
            self._progress.started(health.name, state=state, note=why)
        elif self._goal.is_met(health.state):
            self._progress.finished(health.name, state, why)
        else:
            self._progress.changed(health.name, state, why)


def _reason(check: CheckResult) -> str:
    """Return what makes two failures the same: with an error its word, since its message may have times in it."""
    return check.error or check.detail


def _why(health: ServiceHealth) -> str:
    details = [f"{check.name}: {check.detail}" for check in health.checks if check.detail]
    return "; ".join(filter(None, [because_of(health), *details]))


class LineWatcher:
    """Tells each change of a watch, and nothing between them."""

    def __init__(self, tell: Callable[[Change], None]) -> None:
        self._tell = tell

    def on_result(self, tally: Tally) -> None:
        """Pass over: nothing is drawn that would show it."""

    def on_change(self, change: Change) -> None:
        """Tell it."""
        self._tell(change)


class BoardWatcher(LineWatcher):
    """Tells each change, and shows all checks on a board: state, since when, the latest latencies, availability."""

    def __init__(self, tell: Callable[[Change], None], progress: Progress, *, unicode: bool) -> None:
        super().__init__(tell)
        self._progress = progress
        self._unicode = unicode

    def on_result(self, tally: Tally) -> None:
        """Show how the latest checks went."""
        state = _UNCLEAR if tally.state is HealthState.SKIPPED else tally.state.value
        self._progress.changed(tally.name, state, self._words(tally))

    def on_change(self, change: Change) -> None:
        """Tell it, and let the time of its rows begin anew."""
        super().on_change(change)
        for check in change.checks:
            self._progress.started(f"{change.service}/{check}", state=change.after.value, note=change.detail)

    def _words(self, tally: Tally) -> str:
        from tiktoktoe_cli.report.sparkline import sparkline

        latest = tally.latest_ms[-_BARS:]
        last = next((value for value in reversed(latest) if value is not None), None)
        took = duration(last / 1000) if last is not None else "-"
        share = tally.availability
        available = f"{share:.1%}" if share is not None else "-"
        return "  ".join(
            filter(None, [sparkline(latest, unicode=self._unicode), took, available, tally.detail])
        )
