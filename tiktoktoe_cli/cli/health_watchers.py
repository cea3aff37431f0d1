"""What a wait and a watch of health tell while they work, shown as progress, as lines, or as a board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.health.render.rows import MOST_CAUSES
from tiktoktoe_cli.words import duration, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.health import Attempt, CheckResult, ServiceHealth
    from tiktoktoe_cli.health.waiting import Goal
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Change
    from tiktoktoe_cli.report import Progress

_BARS = 20


class WaitWatcher:
    """Shows what is still not as it should be, and why; a round that changes nothing says nothing."""

    def __init__(self, progress: Progress, goal: Goal) -> None:
        self._progress = progress
        self._goal = goal
        self._known: dict[str, object] = {}

    def on_start(self, service: str, check: str) -> None:
        """Pass over: a round is told when it is over."""

    def on_attempt(self, service: str, check: str, attempt: Attempt) -> None:
        """Pass over: in a wait, each check has one."""

    def on_finish(self, service: str, result: CheckResult) -> None:
        """Pass over: a round is told when it is over."""

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
    because = [f"because of {listed(health.cause, MOST_CAUSES)}"] if health.cause else []
    details = [f"{check.name}: {check.detail}" for check in health.checks if check.detail]
    return "; ".join(because or details)


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
        """Show how the latest looks went."""
        self._progress.changed(tally.name, tally.state.value, self._words(tally))

    def on_change(self, change: Change) -> None:
        """Tell it, and let the time of the row begin anew."""
        super().on_change(change)
        self._progress.started(
            f"{change.service}/{change.check}", state=change.after.value, note=change.detail
        )

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
