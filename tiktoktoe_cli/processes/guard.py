"""A small second process that ends our children if we are killed: nothing stays behind after `kill -9`.

Why not `PR_SET_PDEATHSIG`: it must be set between fork and exec, where Python code is unsafe once there are
threads (`preexec_fn`); it follows the thread that forked, not the process; it does not reach grandchildren;
and it is Linux's alone. A pipe that the kernel closes for us has none of these limits.

A program runs before anybody can tell its group. So each start is announced with the pipes that the program
will write to: if we are killed in that instant, the guard finds it by them. This needs no second program in
front of the first (a shell or an interpreter that waits to be let go: milliseconds, other exec errors), and no
variable in its environment; but it needs /proc. Elsewhere, and for a program that has already redirected both
its streams, one start at a time keeps that instant short.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack, asynccontextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.processes.refusals import advice_on
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_PROGRAM = Path(__file__).with_name("guard_program.py")
_END_PATIENCE_S = 5.0


class Guard:
    """Knows the process groups to end when this process dies; close it when all of them are over."""

    def __init__(self, process: subprocess.Popen[bytes], changes: int) -> None:
        self._process = process
        self._changes = FileIO(changes, "wb")
        self._start = asyncio.Lock()

    @classmethod
    def start(cls) -> Self:
        """Start the second process, in a session of its own: the terminal's Ctrl-C does not reach it.

        Raises:
            UnfinishedError: if the system cannot start another process.
        """
        with ExitStack() as undo:
            try:
                source, changes = os.pipe()
                undo.callback(os.close, changes)
                with os.fdopen(source, "rb") as list_of_changes:
                    process = _start_program(list_of_changes)
            except OSError as error:
                raise UnfinishedError(
                    f"cannot start a guard for the services: {reason_of(error)}", hint=advice_on(error)
                ) from error
            undo.pop_all()
            return cls(process, changes)

    @asynccontextmanager
    async def starting(self, *sinks: int) -> AsyncIterator[None]:
        """Guard the start of a program whose standard output and error are these pipes; `watch` it before the end.

        One program starts at a time.
        """
        pipes = [os.fstat(sink).st_ino for sink in sinks]
        async with self._start:
            self._tell(b"".join(b">%d\n" % pipe for pipe in pipes))
            try:
                yield
            finally:
                self._tell(b"".join(b"<%d\n" % pipe for pipe in pipes))

    def watch(self, group: int) -> None:
        """Put a process group on the list."""
        self._tell(b"+%d\n" % group)

    def forget(self, group: int) -> None:
        """Take a process group off the list: it is over."""
        self._tell(b"-%d\n" % group)

    def close(self) -> None:
        """End the second process; groups that are still on its list are ended by it."""
        self._changes.close()
        try:
            self._process.wait(_END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, lines: bytes) -> None:
        # without its guard a run goes on: it only loses the protection against being killed
        if not self._changes.closed:
            with suppress(BrokenPipeError):
                self._changes.write(lines)


def _start_program(source: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_PROGRAM)],
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
