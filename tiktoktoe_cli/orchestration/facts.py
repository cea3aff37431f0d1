"""What a run found out: each service, each job, and how it all ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import ExitCode
from tiktoktoe_cli.orchestration.states import LOST, JobState, Role, ServiceState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from signal import Signals

    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.orchestration.coordinator import Coordinator
    from tiktoktoe_cli.orchestration.effects import Job
    from tiktoktoe_cli.orchestration.moves import JobOutcome
    from tiktoktoe_cli.orchestration.plan import Wait
    from tiktoktoe_cli.orchestration.records import JobRecord, ServiceRecord
    from tiktoktoe_cli.orchestration.states import JobKind
    from tiktoktoe_cli.report import Report


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """How a service fared; times are seconds since the run began (`started_at_s`) or how long something took.

    `reached` is how well it was once it served, None if it never did; `reason` says why it is in its state;
    `is_stuck` says that it still runs: it did not end when it was killed; `without` names what it was started
    without; `output` holds its last lines if something was wrong.
    """

    name: str
    role: Role
    state: ServiceState
    reached: ServiceState | None = None
    is_essential: bool = True
    is_stuck: bool = False
    waits: tuple[Wait, ...] = ()
    without: tuple[str, ...] = ()
    started_at_s: float | None = None
    healthy_after_s: float | None = None
    stopped_in_s: float | None = None
    reason: str = ""
    hint: str | None = None
    output: tuple[str, ...] = ()
    place: Place | None = None

    @property
    def result(self) -> ServiceState:
        """Say in one word how the service fared: a loss counts more than how well it was before."""
        return self.state if self.state in LOST else self.reached or self.state


@dataclass(frozen=True, slots=True)
class JobFacts:
    """How a job fared; `verdict` is its own one line."""

    name: str
    kind: JobKind
    state: JobState
    verdict: str
    started_at_s: float | None = None
    duration_s: float | None = None
    report: Report | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class OrchestrationFacts:
    """A whole run.

    `settled_in_s` is the time until the last service had arrived, None if the run ended before; `failure` says
    what stood in the way; `interruption` is the signal that ended the run, `is_forced` says that a second one
    hurried it.
    """

    services: tuple[ServiceFacts, ...]
    jobs: tuple[JobFacts, ...]
    started_at: datetime
    duration_s: float
    stopped_in_s: float
    settled_in_s: float | None = None
    failure: str | None = None
    interruption: Signals | None = None
    is_forced: bool = False

    @property
    def exit_code(self) -> ExitCode:
        """Say how the command ends: the signal comes first, then what could not be done, then the answers."""
        if self.interruption:
            return ExitCode.of_signal(self.interruption)
        if self.failure:
            return ExitCode.UNFINISHED
        return ExitCode.NO if any(job.state is JobState.NO for job in self.jobs) else ExitCode.YES


def facts_of(
    coordinator: Coordinator,
    jobs: Sequence[Job],
    began: tuple[datetime, int],
    places: Mapping[str, Place | None],
) -> OrchestrationFacts:
    """Gather the facts of a coordinator that is done; `began` is when its run began, by the wall and by its clock."""
    started_at, began_ns = began
    return OrchestrationFacts(
        services=tuple(
            _service(record, began_ns, places.get(name)) for name, record in coordinator.services.items()
        ),
        jobs=tuple(_job(job, record, began_ns) for job, record in zip(jobs, coordinator.jobs, strict=True)),
        started_at=started_at,
        duration_s=_between(began_ns, coordinator.done_ns) or 0.0,
        stopped_in_s=_between(coordinator.stopping_ns, coordinator.done_ns) or 0.0,
        settled_in_s=_between(began_ns, coordinator.settled_ns),
        failure=coordinator.failure,
        interruption=coordinator.interruption,
        is_forced=coordinator.is_forced,
    )


def _service(record: ServiceRecord, began_ns: int, place: Place | None) -> ServiceFacts:
    return ServiceFacts(
        name=record.name,
        role=record.plan.role,
        state=record.state,
        reached=record.reached,
        is_essential=record.plan.is_essential,
        is_stuck=record.is_stuck,
        waits=record.plan.waits,
        without=record.without,
        started_at_s=_between(began_ns, record.started_ns),
        healthy_after_s=_between(record.started_ns, record.served_ns),
        stopped_in_s=_between(record.stopping_ns, record.stopped_ns),
        reason=record.reason,
        hint=record.hint,
        output=record.output,
        place=place,
    )


def _job(job: Job, record: JobRecord, began_ns: int) -> JobFacts:
    outcome: JobOutcome | None = record.outcome
    return JobFacts(
        name=job.name,
        kind=job.kind,
        state=outcome.state if outcome else JobState.SKIPPED,
        verdict=outcome.verdict if outcome else "the run ended before its turn",
        started_at_s=_between(began_ns, record.began_ns),
        duration_s=_between(record.began_ns, record.ended_ns),
        report=outcome.report if outcome else None,
        hint=outcome.hint if outcome else None,
    )


def _between(begin_ns: int | None, end_ns: int | None) -> float | None:
    return None if begin_ns is None or end_ns is None else (end_ns - begin_ns) / NS_PER_S
