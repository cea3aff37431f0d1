"""The jobs that a run can do: replays and simulations, each with its own report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import ConfigError, Severity
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.states import JobKind, JobState
from tiktoktoe_cli.replay import RunOptions, Start, check_pipeline, run_pipeline
from tiktoktoe_cli.replay import report_of as report_of_replay
from tiktoktoe_cli.replay.reading.files import find_files
from tiktoktoe_cli.simulation import report_of as report_of_simulation
from tiktoktoe_cli.simulation import run_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tiktoktoe_cli.errors import Locate, Problem
    from tiktoktoe_cli.orchestration.effects import Job
    from tiktoktoe_cli.orchestration.settings import JobSettings
    from tiktoktoe_cli.replay import ReplayObserver
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings
    from tiktoktoe_cli.resilience.settings import PolicySettings
    from tiktoktoe_cli.simulation import SimulatedService, SimulationObserver
    from tiktoktoe_cli.simulation.settings import SimulationSettings


def _nowhere(*_path: str | int) -> None:
    """Know no places."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What jobs are made of: the sections they name, where those are written, and who watches each job."""

    pipelines: Mapping[str, PipelineSettings] = field(default_factory=dict)
    simulations: Mapping[str, SimulationSettings] = field(default_factory=dict)
    services: Mapping[str, SimulatedService] = field(default_factory=dict)
    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    place: Locate = _nowhere
    replay_observer: Callable[[str], ReplayObserver | None] = _nowhere
    simulation_observer: Callable[[str], SimulationObserver | None] = _nowhere


def make_jobs(entries: Iterable[JobSettings], workshop: Workshop) -> tuple[Job, ...]:
    """Make the jobs that the configuration lists."""
    return tuple(_MAKERS[JobKind(entry.kind)](entry.chosen, workshop) for entry in entries)


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """Replays the events of a pipeline."""

    name: str
    workshop: Workshop
    kind: JobKind = JobKind.REPLAY

    def check(self) -> None:
        """Look for the input and the tables.

        Raises:
            ConfigError: with every table that is missing or wrong.
            UsageError: if there is no input.
        """
        settings = self.workshop.pipelines[self.name]
        _refuse(check_pipeline(self.name, settings, self.workshop.place))
        find_files(settings.input.paths)

    def run(self, should_stop: Callable[[], bool]) -> JobOutcome:
        """Replay, or go on after a replay that was stopped early: what that delivered is in the partial files."""
        observer = self.workshop.replay_observer(self.name)
        settings = self.workshop.pipelines[self.name]
        options = RunOptions(Start.RESUME, policies=self.workshop.policies)
        facts = run_pipeline(self.name, settings, observer, should_stop, options=options)
        report = report_of_replay(facts, self.workshop.place)
        return JobOutcome(_state(is_over=facts.is_over, is_yes=facts.ok), report.verdict, report)


@dataclass(frozen=True, slots=True)
class SimulationJob:
    """Simulates a scenario."""

    name: str
    workshop: Workshop
    kind: JobKind = JobKind.SIMULATE

    def check(self) -> None:
        """Look for nothing: a scenario needs no more than the configuration, which was checked as a whole."""

    def run(self, should_stop: Callable[[], bool]) -> JobOutcome:
        """Simulate; what was simulated when it is stopped early stands."""
        shop = self.workshop
        facts = run_scenario(
            self.name,
            shop.simulations[self.name],
            shop.services,
            shop.policies,
            should_stop=should_stop,
            observer=shop.simulation_observer(self.name),
        )
        report = report_of_simulation(facts, shop.place)
        return JobOutcome(_state(is_over=not facts.stopped, is_yes=facts.holds), report.verdict, report)


_MAKERS: Mapping[JobKind, Callable[[str, Workshop], Job]] = {
    JobKind.REPLAY: ReplayJob,
    JobKind.SIMULATE: SimulationJob,
}


def _refuse(problems: Iterable[Problem]) -> None:
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    if errors:
        raise ConfigError(errors)


def _state(*, is_over: bool, is_yes: bool) -> JobState:
    if not is_over:
        return JobState.UNFINISHED
    return JobState.DONE if is_yes else JobState.NO
