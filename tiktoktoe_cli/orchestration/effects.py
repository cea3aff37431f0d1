"""What a run needs of the outside world, and whom it tells how it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.orchestration.moves import JobOutcome
    from tiktoktoe_cli.orchestration.states import JobKind, JobState, ServiceState
    from tiktoktoe_cli.resilience import Clock


class Running(Protocol):
    """A service that was launched."""

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines it printed."""
        ...

    @property
    def end(self) -> str | None:
        """How it ended (`exited with 1`), or None while it runs."""
        ...

    @property
    def is_success(self) -> bool:
        """Whether it ended by itself, with exit code 0."""
        ...

    async def wait(self) -> str:
        """Wait until it is over and say how it ended."""
        ...

    async def wait_line(self) -> None:
        """Wait until it has printed the line that its start action names."""
        ...

    async def stop(self) -> str:
        """Stop it, by force if need be, and say what it took if that is worth telling."""
        ...

    def kill(self) -> None:
        """Kill it at once; `wait` tells when it is over."""
        ...


class Launcher(Protocol):
    """Starts services."""

    async def launch(self, service: str) -> Running:
        """Start a service.

        Raises:
            TiktoktoeError: if it cannot be started.
        """
        ...

    async def roll_back(self, service: str) -> str:
        """Roll back what the start of a service has done; say what went wrong, nothing if all went well."""
        ...


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """How a wait for health, or for a line, ended.

    `detail` is what was found wrong, or not quite as it should be; `missing` says what did not happen.
    """

    is_passing: bool
    is_degraded: bool = False
    detail: str = ""
    missing: str = "was not healthy"


class HealthGate(Protocol):
    """Tells when a service is healthy."""

    async def wait_healthy(
        self, service: str, deadline_ns: int, gone: Callable[[], str | None]
    ) -> GateVerdict:
        """Wait until a service is healthy, the deadline has come, or `gone` says that it is over."""
        ...


class Job(Protocol):
    """A piece of work to do while the services are up."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def kind(self) -> JobKind:
        """What it does."""
        ...

    def check(self) -> None:
        """Look, before anything is started, whether it could be done.

        Raises:
            TiktoktoeError: if not.
        """
        ...

    def run(self, should_stop: Callable[[], bool]) -> JobOutcome:
        """Do it, in a thread of its own; end early once `should_stop` holds.

        Raises:
            TiktoktoeError: if it cannot be done or finished.
        """
        ...


class OrchestrationObserver(Protocol):
    """Is told how a run goes on, as it happens."""

    def on_service(self, service: str, state: ServiceState, note: str) -> None:
        """A service is in another state, or waits for others than before."""

    def on_job(self, job: str, kind: JobKind, state: JobState | None, note: str) -> None:
        """A job begins (without a state) or has ended."""

    def on_stopping(self) -> None:
        """The user stops the run; the clean-up begins."""


class SilentObserver:
    """Watches, and says nothing."""

    def on_service(self, service: str, state: ServiceState, note: str) -> None:
        """Pass over a service."""

    def on_job(self, job: str, kind: JobKind, state: JobState | None, note: str) -> None:
        """Pass over a job."""

    def on_stopping(self) -> None:
        """Pass over the end."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that a run acts through."""

    launcher: Launcher
    gate: HealthGate
    jobs: tuple[Job, ...]
    clock: Clock
    observer: OrchestrationObserver
