"""Services and jobs that live in memory, under virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tiktoktoe_cli.orchestration.effects import GateVerdict
from tiktoktoe_cli.orchestration.moves import JobOutcome
from tiktoktoe_cli.orchestration.states import JobKind, JobState
from tiktoktoe_cli.resilience.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tiktoktoe_cli.errors import TiktoktoeError
    from tiktoktoe_cli.orchestration.states import ServiceState
    from tiktoktoe_cli.resilience.clock import Clock

SECOND = 1_000_000_000


class StillClock:
    """A clock on which no time passes: whoever sleeps, sleeps for ever. For jobs, whose threads know real time."""

    def now(self) -> int:
        """Stand still."""
        return 0

    async def sleep(self, duration_ns: int) -> None:
        """Never wake, unless there is nothing to sleep."""
        if duration_ns:
            await asyncio.Event().wait()


@dataclass
class FakeService:
    """A service that runs until it is stopped, or until `die` is called."""

    last_lines: tuple[str, ...] = ()
    stop_note: str = ""
    end: str | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    line: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_success(self) -> bool:
        """Say whether it ended well."""
        return self.end == "exited with 0"

    async def wait_line(self) -> None:
        """Wait until it is told that the line is there."""
        await self.line.wait()

    def die(self, end: str) -> None:
        """End by itself."""
        self.end = self.end or end
        self.over.set()

    async def wait(self) -> str:
        """Wait for the end."""
        await self.over.wait()
        return self.end or ""

    async def stop(self) -> str:
        """End when asked."""
        self.die("was ended by SIGTERM")
        return self.stop_note

    def kill(self) -> None:
        """End at once."""
        self.die("was ended by SIGKILL")


@dataclass
class FakeWorld:
    """Launches services and waits for their health, as told; `health_after` is in seconds, None is never."""

    health_after: Mapping[str, float | None] = field(default_factory=dict)
    refusals: Mapping[str, TiktoktoeError] = field(default_factory=dict)
    deaths: Mapping[str, str] = field(default_factory=dict)
    line_after: Mapping[str, float] = field(default_factory=dict)
    end_after: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    rolled_back: list[str] = field(default_factory=list)
    rollback_note: str = ""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    clock: Clock = field(default_factory=VirtualClock)
    services: dict[str, FakeService] = field(default_factory=dict)

    async def launch(self, service: str) -> FakeService:
        """Launch a service, or refuse to."""
        if service in self.refusals:
            raise self.refusals[service]
        self.services[service] = running = FakeService(("last words",))
        if service in self.deaths:
            running.die(self.deaths[service])
        if service in self.line_after:
            self._later(self.line_after[service], running.line.set)
        if service in self.end_after:
            after_s, end = self.end_after[service]
            self._later(after_s, lambda: running.die(end))
        return running

    async def roll_back(self, service: str) -> str:
        """Note that a service was rolled back."""
        self.rolled_back.append(service)
        return self.rollback_note

    def _later(self, after_s: float, what: Callable[[], None]) -> None:
        async def happen() -> None:
            await self.clock.sleep(round(after_s * SECOND))
            what()

        self.tasks.add(asyncio.ensure_future(happen()))

    async def wait_healthy(
        self,
        service: str,
        deadline_ns: int,
        gone: Callable[[], str | None],  # noqa: ARG002  # the process is watched by others here
    ) -> GateVerdict:
        """Be healthy after the time that was told."""
        after_s = self.health_after.get(service, 1.0)
        if after_s is None:
            await self.clock.sleep(deadline_ns - self.clock.now())
            return GateVerdict(is_passing=False, detail="api: connection refused")
        await self.clock.sleep(round(after_s * SECOND))
        return GateVerdict(is_passing=True)


@dataclass
class FakeJob:
    """A job that does what a function does."""

    work: Callable[[Callable[[], bool]], JobOutcome] = lambda _: JobOutcome(JobState.DONE, "all well")
    name: str = "orders"
    kind: JobKind = JobKind.REPLAY

    def check(self) -> None:
        """Be always possible."""

    def run(self, should_stop: Callable[[], bool]) -> JobOutcome:
        """Do the work."""
        return self.work(should_stop)


@dataclass
class Diary:
    """Writes down what a run tells."""

    entries: list[tuple[str, str]] = field(default_factory=list)
    on_change: Callable[[str, str], None] = lambda *_: None

    def on_service(self, service: str, state: ServiceState, note: str) -> None:  # noqa: ARG002  # see below
        """Write down where a service stands, not why."""
        self._write(service, state.value)

    def on_job(self, job: str, kind: JobKind, state: JobState | None, note: str) -> None:  # noqa: ARG002  # as above
        """Write down that a job begins or ends."""
        self._write(job, state.value if state else "begins")

    def on_stopping(self) -> None:
        """Write down that the user stops the run."""
        self._write("run", "stopping")

    def _write(self, name: str, word: str) -> None:
        self.entries.append((name, word))
        self.on_change(name, word)
