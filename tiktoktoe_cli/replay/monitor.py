"""The monitor: judges lasting alerts, writes the metrics file and tells the observer, while a run goes on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.metrics import chosen_metrics, metric_values
from tiktoktoe_cli.report.facts import Report
from tiktoktoe_cli.report.files import replace_text
from tiktoktoe_cli.report.openmetrics import draw_openmetrics
from tiktoktoe_cli.report.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.monitoring import Alarms
    from tiktoktoe_cli.replay.facts import ReplayFacts
    from tiktoktoe_cli.replay.observer import ReplayObserver
    from tiktoktoe_cli.replay.settings.monitoring import MonitoringSettings
    from tiktoktoe_cli.replay.webhook import Caller

_TOLD_EVERY_NS = 100_000_000


@dataclass(slots=True)
class Monitor:
    """Looks at `facts` whenever something is through; `clock` gives nanoseconds, `caller` calls webhooks."""

    settings: MonitoringSettings
    alarms: Alarms
    facts: Callable[[], ReplayFacts]
    observer: ReplayObserver
    caller: Caller
    clock: Callable[[], int]
    _told_ns: int = 0
    _written_ns: int = 0
    _unwritten: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Write the metrics for the first time.

        Raises:
            UsageError, UnfinishedError: the file cannot be written.
        """
        self._told_ns = self._written_ns = self.clock()
        self._write(self.facts())

    def passed(self, newest_us: int | None, *, is_look: bool) -> None:
        """Do what is due; `newest_us` is when the newest event so far happened, alerts are judged if it `is_look`."""
        now_ns = self.clock()
        is_file_due = (
            file := self.settings.openmetrics
        ) is not None and now_ns - self._written_ns >= file.every
        is_telling_due = now_ns - self._told_ns >= _TOLD_EVERY_NS
        is_look = is_look and self.alarms.are_lasting
        if not (is_look or is_file_due or is_telling_due):
            return
        facts = self.facts()
        if is_look and newest_us is not None:
            for alert in self.alarms.look(metric_values(facts), newest_us):
                self.caller.call(alert)
        if is_file_due:
            self._written_ns = now_ns
            self._write_if_possible(facts)
        if is_telling_due:
            self._told_ns = now_ns
            self.observer.counted(facts)

    def judged(self, facts: ReplayFacts, newest_us: int | None) -> ReplayFacts:
        """Judge all alerts in the end, and write the metrics for the last time.

        Of a run that the user stopped only those are judged that have to last: it is not at its end.
        """
        had_fired = {alert.name for alert in self.alarms.fired}
        is_end = not facts.interrupted
        alerts = self.alarms.judge(metric_values(facts), newest_us or 0, is_end=is_end)
        for alert in alerts:
            if alert.fires and alert.name not in had_fired:
                self.caller.call(alert)
        self._write_if_possible(facts)
        return replace(facts, alerts=alerts, remarks=(*facts.remarks, *self._unwritten, *self.caller.unheard))

    def failed(self) -> None:
        """Write the metrics of a run that cannot go on."""
        self._write_if_possible(self.facts())

    def _write_if_possible(self, facts: ReplayFacts) -> None:
        """A full disk may still have room for the outputs: the run goes on, and tells it once."""
        try:
            self._write(facts)
        except (UsageError, UnfinishedError) as error:
            self._unwritten = [error.message]

    def _write(self, facts: ReplayFacts) -> None:
        if self.settings.openmetrics is not None:
            report = Report("replay run", ok=True, verdict="", metrics=chosen_metrics(facts))
            replace_text(str(self.settings.openmetrics.file), draw_openmetrics(report, View()))
