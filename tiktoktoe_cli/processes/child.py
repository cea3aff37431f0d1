"""One running program and everything it starts: asked to stop, then killed, always collected."""

from __future__ import annotations

import asyncio
import signal
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes.command import check_command
from tiktoktoe_cli.processes.exits import Exit
from tiktoktoe_cli.processes.groups import is_running, signal_group
from tiktoktoe_cli.processes.output import Output
from tiktoktoe_cli.processes.refusals import advice_on
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.processes.command import Command
    from tiktoktoe_cli.processes.guard import Guard
    from tiktoktoe_cli.processes.lines import LineWatch

_KILL_PATIENCE_S = 5.0  # a killed process ends at once, unless the kernel waits for a device
_OUTPUT_PATIENCE_S = 0.5
_POLL_S = 0.02


class StopOutcome(StrEnum):
    """What it took to stop a program."""

    ENDED = "ended"  # it was over before
    STOPPED = "stopped"  # it obeyed the signal
    KILLED = "killed"  # its grace ran out
    FORCED = "forced"  # `kill` was called before
    STUCK = "stuck"  # it does not even end when killed


class Child:
    """A program in a session and process group of its own, with nothing on its standard input.

    When it ends by itself, what it started in its group is killed; when it is stopped, the whole group gets
    the signal and the grace. Its output is read all the time, so it never blocks on a full pipe.
    """

    def __init__(self, process: asyncio.subprocess.Process, output: Output, guard: Guard | None) -> None:
        self.output = output
        self._process = process
        self._guard = guard
        self._is_stopping = False
        self._is_killed = False
        self._end = asyncio.ensure_future(self._collect())

    @classmethod
    async def start(
        cls,
        command: Command,
        *,
        log: Path | None = None,
        guard: Guard | None = None,
        watch: LineWatch | None = None,
    ) -> Self:
        """Start a program; `log` takes its output, `guard` ends its group if this process is killed.

        `watch` looks at what it prints.

        Raises:
            UsageError: if the folder or the program is missing, or the program is not executable.
            UnfinishedError: if the system refuses for another reason, or the log cannot be written.
        """
        output = Output.open(log, watch)
        try:
            process = await _spawn_guarded(command, output, guard)
        except BaseException:
            output.close()
            raise
        output.close_sinks()
        return cls(process, output, guard)

    @property
    def pid(self) -> int:
        """The process id of the program, which is also that of its group."""
        return self._process.pid

    @property
    def exit(self) -> Exit | None:
        """How the program ended, or None while it or something it started runs."""
        return self._end.result() if self._is_over else None

    @property
    def _is_over(self) -> bool:
        """Whether the end came; where an event loop is ended by force, what waits for it may be ended before it."""
        return self._end.done() and not self._end.cancelled() and self._end.exception() is None

    async def wait(self) -> Exit:
        """Wait until the program and its group are over; a cancelled wait leaves them running."""
        return await asyncio.shield(self._end)

    async def stop(self, ask: signal.Signals = signal.SIGTERM, grace_s: float = 5.0) -> StopOutcome:
        """Ask the group to stop, give it time, then kill it; harmless if it is over or being stopped."""
        if self._is_over:
            return StopOutcome.ENDED
        if self._end.done():  # nobody would notice a grace that is over
            self.kill()
            return StopOutcome.KILLED
        if not self._is_stopping:  # many programs take a second signal for an order to hurry
            self._is_stopping = True
            signal_group(self.pid, ask)
        if await self._ends_within(grace_s):
            return StopOutcome.FORCED if self._is_killed else StopOutcome.STOPPED
        self.kill()
        return StopOutcome.KILLED if await self._ends_within(_KILL_PATIENCE_S) else StopOutcome.STUCK

    def kill(self) -> None:
        """Kill the group at once; `wait` tells when it is over."""
        if not self._is_over:
            self._is_killed = True
            signal_group(self.pid, signal.SIGKILL)

    async def _ends_within(self, patience_s: float) -> bool:
        done, _ = await asyncio.wait({self._end}, timeout=patience_s)
        return bool(done)

    async def _collect(self) -> Exit:
        status = await self._process.wait()
        if not self._is_stopping:
            signal_group(self.pid, signal.SIGKILL)
        while is_running(self.pid):  # noqa: ASYNC110  # the system does not tell when a group becomes empty
            await asyncio.sleep(_POLL_S)
        if self._guard:
            self._guard.forget(self.pid)
        await self.output.drain(_OUTPUT_PATIENCE_S)
        self.output.close()
        return Exit(status)


async def _spawn_guarded(command: Command, output: Output, guard: Guard | None) -> asyncio.subprocess.Process:
    if guard is None:
        return await _spawn(command, output)
    async with guard.starting(output.stdout.sink, output.stderr.sink):
        process = await _spawn(command, output)
        guard.watch(process.pid)
        return process


async def _spawn(command: Command, output: Output) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command.run,
            stdin=asyncio.subprocess.DEVNULL,
            # our own pipes, not asyncio's: its wait would include whoever else holds the program's output
            stdout=output.stdout.sink,
            stderr=output.stderr.sink,
            cwd=command.cwd,
            env=dict(command.environ),
            start_new_session=True,
        )
    except OSError as error:
        check_command(command)
        raise UnfinishedError(
            f"cannot start `{command.program}`: {reason_of(error)}", hint=advice_on(error)
        ) from error
