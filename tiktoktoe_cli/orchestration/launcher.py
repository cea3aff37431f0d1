"""Starts services as child processes, from their `actions`."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tiktoktoe_cli.errors import TiktoktoeError, UsageError
from tiktoktoe_cli.expressions.regex import compile_re2
from tiktoktoe_cli.processes import Child, Command, LineWatch, StopOutcome, check_command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from tiktoktoe_cli.orchestration.settings import (
        ActionsSettings,
        StartSettings,
        StepSettings,
        StopSettings,
    )
    from tiktoktoe_cli.processes import Guard


@dataclass(frozen=True, slots=True)
class ChildService:
    """A service that runs as a child process."""

    child: Child
    stop_settings: StopSettings
    line: asyncio.Event
    drain: Callable[[], Awaitable[str]]

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines it printed."""
        return self.child.output.last_lines

    @property
    def end(self) -> str | None:
        """How it ended, or None while it runs."""
        return str(self.child.exit) if self.child.exit else None

    @property
    def is_success(self) -> bool:
        """Whether it ended by itself, with exit code 0."""
        return self.child.exit is not None and self.child.exit.is_success

    async def wait(self) -> str:
        """Wait until it is over and say how it ended."""
        return str(await self.child.wait())

    async def wait_line(self) -> None:
        """Wait until it has printed its line."""
        await self.line.wait()

    async def stop(self) -> str:
        """Drain and stop it as its settings say; tell if something did not obey."""
        notes = [await self.drain() if self.end is None else "", await self._stop()]
        return "; ".join(filter(None, notes))

    async def _stop(self) -> str:
        name, grace = self.stop_settings.signal, self.stop_settings.grace
        outcome = await self.child.stop(signal.Signals[f"SIG{name}"], grace.seconds)
        if outcome is StopOutcome.KILLED and name != "KILL":
            return f"ignored SIG{name} for {grace} and was killed"
        return "does not end, not even when killed" if outcome is StopOutcome.STUCK else ""

    def kill(self) -> None:
        """Kill it at once."""
        self.child.kill()


@dataclass(frozen=True, slots=True)
class ChildLauncher:
    """Starts child processes; `environ` is what every service inherits, `output` a folder for their logs."""

    actions: Mapping[str, ActionsSettings]
    environ: Mapping[str, str]
    output: Path | None
    guard: Guard

    async def launch(self, service: str) -> ChildService:
        """Start a service.

        Raises:
            UsageError: if its folder or program is missing.
            UnfinishedError: if the system refuses for another reason.
        """
        actions = self.actions[service]
        log = self.output / log_name(service) if self.output else None
        watch = LineWatch(compile_re2(actions.start.ready_line or "").search)
        child = await Child.start(
            command_of(actions.start, self.environ), log=log, guard=self.guard, watch=watch
        )
        return ChildService(child, actions.stop, watch.found, partial(self._do, "drain", actions.drain))

    async def roll_back(self, service: str) -> str:
        """Run what rolls back the start of a service; say what went wrong."""
        return await self._do("rollback", self.actions[service].rollback)

    async def _do(self, name: str, step: StepSettings | None) -> str:
        """Run a step to its end, or as long as it may take; say what went wrong."""
        if step is None:
            return ""
        try:
            child = await Child.start(command_of(step, self.environ), guard=self.guard)
        except TiktoktoeError as error:
            return f"{name}: {error.message}"
        try:
            async with asyncio.timeout(step.timeout.seconds):
                end = await child.wait()
        except TimeoutError:
            await child.stop(signal.SIGKILL)
            return f"{name} took longer than {step.timeout} and was killed"
        return (
            "" if end.is_success else f"{name} {end}: {'; '.join(child.output.last_lines[-1:])}".rstrip(": ")
        )


def command_of(program: StartSettings | StepSettings, environ: Mapping[str, str]) -> Command:
    """Make the command that runs one of a service's programs."""
    return Command(program.run, program.cwd or Path(), {**environ, **program.env})


def check_commands(actions: Mapping[str, ActionsSettings], environ: Mapping[str, str]) -> None:
    """Look whether all services could be started.

    Raises:
        UsageError: for the first one whose folder or program is missing.
    """
    for _, error in unstartable(actions, environ):
        raise error


def unstartable(
    actions: Mapping[str, ActionsSettings], environ: Mapping[str, str]
) -> Iterator[tuple[str, UsageError]]:
    """Yield the services whose folder or program is missing, each with the reason."""
    for name, service in actions.items():
        for verb, program in _programs(service):
            try:
                check_command(command_of(program, environ))
            except UsageError as error:
                yield name, UsageError(f"`{name}` cannot be {verb}: {error.message}", hint=error.hint)


def _programs(actions: ActionsSettings) -> Iterator[tuple[str, StartSettings | StepSettings]]:
    yield "started", actions.start
    if actions.drain:
        yield "drained", actions.drain
    if actions.rollback:
        yield "rolled back", actions.rollback


def log_name(service: str) -> str:
    """Name the log of a service; whatever the service is called, it is one file in the folder."""
    return f"{quote(service, safe=' ')}.log"
