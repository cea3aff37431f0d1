"""What the YAML says about starting, stopping and gating: `services.X.actions` and `orchestration`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath, OneOf, Reference, Settings
from tiktoktoe_cli.config.patterns import Pattern  # noqa: TC001  # pydantic reads it
from tiktoktoe_cli.config.programs import Environment, ProgramSettings
from tiktoktoe_cli.config.units import Duration


class StopSignal(StrEnum):
    """The signals that may ask a service to stop."""

    TERM = "TERM"
    INT = "INT"
    QUIT = "QUIT"
    HUP = "HUP"
    KILL = "KILL"


class StartSettings(ProgramSettings):
    """How a service is started."""

    env: Environment = Field(default_factory=dict)
    """Environment variables to add to those of tiktoktoe; the default adds none."""
    ready_line: Pattern | None = None
    """A regular expression in RE2's syntax. The service is ready once it has printed a line in which it is found: for
    those that wait with `condition: ready_line`, and for its own start. By default nothing that it prints matters."""


class StopSettings(Settings):
    """How a service is asked to stop, and how long it may take."""

    signal: StopSignal = StopSignal.TERM
    """The signal that the whole process group gets first; the default is `TERM`."""
    grace: Duration = Duration.of(5)
    """How long the group may take to end after the signal before it is killed; the default is 5s."""


class StepSettings(ProgramSettings):
    """A program that does one thing for a service, and ends."""

    env: Environment = Field(default_factory=dict)
    """Environment variables to add to those of tiktoktoe; the default adds none."""
    timeout: Duration = Duration.of(30)
    """How long it may take before it is killed; the default is 30s."""


class ActionsSettings(Settings):
    """What can be done with a service."""

    start: StartSettings
    """How it is started."""
    drain: StepSettings | None = None
    """What is done before it is stopped, so that nothing is lost: take no new work and finish the old."""
    stop: StopSettings = StopSettings()
    """How it is stopped."""
    rollback: StepSettings | None = None
    """What undoes its start, once it is stopped, if the run fails: say, take back a migration."""


class Strategy(StrEnum):
    """When a service may start."""

    EVENT_DRIVEN = "event_driven"


class OnFailure(StrEnum):
    """What the failure of an essential service leads to, before and after it was healthy."""

    ROLLBACK = "rollback"


class JobSettings(OneOf):
    """One piece of work to do while the services are up."""

    choice_of = "kind of job"

    replay: Annotated[str, Reference("pipelines")] | None = None
    """The pipeline whose events are replayed."""
    simulate: Annotated[str, Reference("simulations")] | None = None
    """The simulation to run."""


class OrchestrationSettings(Settings):
    """How the services are brought up together, and what is done once they are."""

    strategy: Strategy = Strategy.EVENT_DRIVEN
    """`event_driven`: a service starts as soon as what it depends on is ready, whatever the others do."""
    concurrency: Annotated[int, Field(ge=1)] = 8
    """How many services may be on their way to healthy at once; the default is 8."""
    on_failure: OnFailure = OnFailure.ROLLBACK
    """`rollback`: everything that was started is stopped again, in reverse order."""
    start_timeout: Duration = Duration.of(60)
    """How long a service may take from its start until it is healthy; the default is 60s."""
    deadline: Duration | None = None
    """How long it may take until all services are up; by default only each single start is limited."""
    jobs: tuple[JobSettings, ...] = ()
    """What to do while all services are up, one after the other; the default is nothing."""
    output: LocalPath | None = None
    """A folder for what the services print, one `NAME.log` each; without it only the last lines are kept.
    What services print is kept as it is: secrets are theirs to keep out of it."""
