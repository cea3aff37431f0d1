"""Starts services as child processes, from their `actions`."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.processes import Child, Command, StopOutcome, check_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.orchestration.settings import ActionsSettings, StopSettings
    from tiktoktoe_cli.processes import Guard


@dataclass(frozen=True, slots=True)
class ChildService:
    """A service that runs as a child process."""

    child: Child
    stop_settings: StopSettings

    @property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines it printed."""
        return self.child.output.last_lines

    @property
    def end(self) -> str | None:
        """How it ended, or None while it runs."""
        return str(self.child.exit) if self.child.exit else None

    async def wait(self) -> str:
        """Wait until it is over and say how it ended."""
        return str(await self.child.wait())

    async def stop(self) -> str:
        """Stop it as its settings say; tell if it did not obey."""
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
        command = command_of(self.actions[service], self.environ)
        log = self.output / log_name(service) if self.output else None
        child = await Child.start(command, log=log, guard=self.guard)
        return ChildService(child, self.actions[service].stop)


def command_of(actions: ActionsSettings, environ: Mapping[str, str]) -> Command:
    """Make the command that starts a service."""
    start = actions.start
    return Command(start.run, start.cwd or Path(), {**environ, **start.env})


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
        try:
            check_command(command_of(service, environ))
        except UsageError as error:
            yield name, UsageError(f"`{name}` cannot be started: {error.message}", hint=error.hint)


def log_name(service: str) -> str:
    """Name the log of a service; whatever the service is called, it is one file in the folder."""
    return f"{quote(service, safe=' ')}.log"
