"""What can happen in a run (events), and what is to be done about it (actions); all of them values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from signal import Signals

    from tiktoktoe_cli.orchestration.states import JobState, ServiceState
    from tiktoktoe_cli.report import Report


@dataclass(frozen=True, slots=True)
class Launched:
    """The program of a service runs."""

    service: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A service has printed the line that its start action names."""

    service: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A service is ready: it has printed its line and its checks pass, as far as it has such.

    It is degraded if a check has a warning, in the `note`.
    """

    service: str
    is_degraded: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """A service whose end is waited for has ended well."""

    service: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Broke:
    """A service could not start, did not become healthy in time, or died.

    `is_over` says that nothing of it runs; `output` holds the last lines it printed.
    """

    service: str
    reason: str
    is_over: bool
    hint: str | None = None
    output: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitExpired:
    """A service has waited long enough for another one that it can do without."""

    service: str
    on: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A service that was to be stopped is over, if `is_over`; `note` tells what it took if that is worth it."""

    service: str
    note: str = ""
    is_over: bool = True
    output: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """How a job ended: its verdict in one line, and its whole report, or advice if there is none."""

    state: JobState
    verdict: str
    report: Report | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class JobEnded:
    """A job is over."""

    index: int
    outcome: JobOutcome


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The user wants the run to end; `is_forced` says: at once, and all that was launched has been killed."""

    by: Signals
    is_forced: bool = False


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The time that all services together have for their start is over."""


ServiceEvent: TypeAlias = Launched | Printed | Ready | Completed | Broke | WaitExpired | Stopped
Event: TypeAlias = ServiceEvent | JobEnded | StopAsked | DeadlinePassed


@dataclass(frozen=True, slots=True)
class Launch:
    """Start a service, or only wait for it, and tell when it is healthy."""

    service: str


@dataclass(frozen=True, slots=True)
class LimitWait:
    """Tell when a wait that is not required has lasted long enough."""

    service: str
    on: str
    timeout_ns: int


@dataclass(frozen=True, slots=True)
class LimitStart:
    """Tell when the services together have taken long enough."""

    timeout_ns: int


@dataclass(frozen=True, slots=True)
class RunJob:
    """Begin a job."""

    index: int


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Ask a job to end early."""

    index: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop a service, or stop waiting for it; `roll_back` says to roll back then what its start has done."""

    service: str
    roll_back: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the observer where a service stands and why."""

    service: str
    state: ServiceState
    note: str = ""


Action: TypeAlias = Launch | LimitWait | LimitStart | RunJob | CancelJob | Stop | Announce
