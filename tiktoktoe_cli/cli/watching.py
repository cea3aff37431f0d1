"""What the features tell while they work, shown as progress: one small adapter for each feature's observer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.cli.desk import STOPPING

if TYPE_CHECKING:
    from tiktoktoe_cli.orchestration import JobKind, JobState, ServiceState
    from tiktoktoe_cli.replay import Phase, ReplayFacts
    from tiktoktoe_cli.report import Progress


@dataclass(slots=True)
class ReplayWatcher:
    """Counts the lines read, then the events delivered, under one name; below it what the stages did."""

    progress: Progress
    name: str
    _phase: Phase | None = None
    _done: int = 0

    def advanced(self, phase: Phase, done: int, total: int | None) -> None:
        """Count on; a new phase counts from the beginning."""
        if phase is not self._phase:
            self._phase, self._done = phase, 0
            self.progress.started(self.name, state=phase.value, total=total, unit="events")
        self.progress.advance(self.name, done - self._done, total)
        self._done = done

    def counted(self, facts: ReplayFacts) -> None:
        """Show what each stage has done."""
        for stage in facts.stages:
            counts = (
                ("in", stage.taken),
                ("made", stage.made),
                ("out", stage.passed),
                ("dead", stage.dead),
                ("dropped", sum(stage.dropped.values())),
                ("held", stage.held),
            )
            self.progress.detail(
                stage.name, ", ".join(f"{number:,} {word}" for word, number in counts if number)
            )


@dataclass(frozen=True, slots=True)
class SimulationWatcher:
    """Counts the replications."""

    progress: Progress
    name: str

    def started(self, _scenario: str, replications: int) -> None:
        """Begin to count."""
        self.progress.started(self.name, state="simulating", total=replications, unit="replications")

    def advanced(self, _replication: int, _share: float) -> None:
        """Pass over: a replication takes a moment."""

    def finished(self, _replication: int) -> None:
        """Count on."""
        self.progress.advance(self.name)


@dataclass(slots=True)
class OrchestrationWatcher:
    """Shows each service and each job as it changes."""

    progress: Progress
    _known: set[str] = field(default_factory=set)

    def on_service(self, service: str, state: ServiceState, note: str) -> None:
        """Show the state of a service; one that has arrived at a state stops counting its seconds."""
        if state.is_settled:
            self.progress.finished(service, state.value, note)
        else:
            self._tell(service, state.value, note)

    def on_job(self, job: str, kind: JobKind, state: JobState | None, note: str) -> None:
        """Show that a job runs or has ended."""
        name = f"{kind.value} {job}"
        if state is None:
            self._tell(name, "running", note)
        else:
            self.progress.finished(name, state.value, note)

    def on_stopping(self) -> None:
        """Say that the clean-up begins, and how to hurry it."""
        self.progress.note(STOPPING)

    def _tell(self, name: str, state: str, note: str) -> None:
        if name in self._known:
            self.progress.changed(name, state, note)
        else:
            self._known.add(name)
            self.progress.started(name, state=state, note=note)
