"""What the YAML says about starting, stopping and gating: `services.X.actions` and `orchestration`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from tiktoktoe_cli.config.fields import LocalPath, OneOf, Reference, Settings
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


class StopSettings(Settings):
    """How a service is asked to stop, and how long it may take."""

    signal: StopSignal = StopSignal.TERM
    """The signal that the whole process group gets first; the default is `TERM`."""
    grace: Duration = Duration.of(5)
    """How long the group may take to end after the signal before it is killed; the default is 5s."""


class ActionsSettings(Settings):
    """What can be done with a service."""

    start: StartSettings
    """How it is started."""
    stop: StopSettings = StopSettings()
    """How it is stopped."""


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
    jobs: tuple[JobSettings, ...] = ()
    """What to do while all services are up, one after the other; the default is nothing."""
    output: LocalPath | None = None
    """A folder for what the services print, one `NAME.log` each; without it only the last lines are kept.
    What services print is kept as it is: secrets are theirs to keep out of it."""
