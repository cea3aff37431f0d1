"""What the features tell while they work becomes rows of progress."""

from __future__ import annotations

from dataclasses import dataclass, field

from tiktoktoe_cli.cli.watching import OrchestrationWatcher, ReplayWatcher, SimulationWatcher
from tiktoktoe_cli.orchestration.states import JobKind, JobState, ServiceState
from tiktoktoe_cli.replay import Phase
from tiktoktoe_cli.report.progress import Event, Progress, Step


@dataclass
class Notebook:
    """A sink that writes every step down."""

    every_s: float = 0.0
    steps: list[Step] = field(default_factory=list)

    def open(self) -> None:
        """Do nothing."""

    def take(self, step: Step) -> None:
        """Write it down."""
        self.steps.append(step)

    def close(self) -> None:
        """Do nothing."""


def _progress() -> tuple[Progress, Notebook]:
    notebook = Notebook()
    return Progress(notebook, lambda: 0.0), notebook


def test_a_replay_counts_each_phase_from_the_beginning() -> None:
    """Reading and delivering share one row, and each counts its own events."""
    progress, notebook = _progress()
    watcher = ReplayWatcher(progress, "replay orders")

    watcher.advanced(Phase.READING, 500, None)
    watcher.advanced(Phase.READING, 800, None)
    watcher.advanced(Phase.DELIVERING, 200, 800)

    assert {step.name for step in notebook.steps} == {"replay orders"}
    assert [
        (step.state, step.done, step.total) for step in notebook.steps if step.event is Event.ADVANCED
    ] == [
        ("reading", 500, None),
        ("reading", 800, None),
        ("delivering", 200, 800),
    ]


def test_a_simulation_counts_its_replications() -> None:
    """A replication that is over is one step towards the end."""
    progress, notebook = _progress()
    watcher = SimulationWatcher(progress, "simulate brownout")

    watcher.started("brownout", 5)
    watcher.advanced(1, 0.5)
    watcher.finished(1)

    assert [(step.done, step.total) for step in notebook.steps] == [(0, 5), (1, 5)]


def test_a_service_that_arrived_stops_counting_its_seconds() -> None:
    """Waiting and starting go on; healthy is an end, until the service is stopped."""
    progress, notebook = _progress()
    watcher = OrchestrationWatcher(progress)

    watcher.on_service("orders", ServiceState.PENDING, "waits for payments")
    watcher.on_service("orders", ServiceState.STARTING, "")
    watcher.on_service("orders", ServiceState.HEALTHY, "")

    assert [(step.event, step.state, step.note) for step in notebook.steps] == [
        (Event.STARTED, "pending", "waits for payments"),
        (Event.CHANGED, "starting", ""),
        (Event.FINISHED, "healthy", ""),
    ]


def test_a_job_runs_and_ends_in_its_own_row() -> None:
    """A job is named with its kind, and ends with its verdict."""
    progress, notebook = _progress()
    watcher = OrchestrationWatcher(progress)

    watcher.on_job("orders", JobKind.REPLAY, None, "")
    watcher.on_job("orders", JobKind.REPLAY, JobState.DONE, "3 events")

    assert [(step.name, step.event, step.state) for step in notebook.steps] == [
        ("replay orders", Event.STARTED, "running"),
        ("replay orders", Event.FINISHED, "done"),
    ]
