"""A small second process that ends our children if we are killed: nothing stays behind after `kill -9`.

Why not `PR_SET_PDEATHSIG`: it must be set between fork and exec, where Python code is unsafe once there are
threads (`preexec_fn`); it follows the thread that forked, not the process; it does not reach grandchildren;
and it is Linux's alone. A pipe that the kernel closes for us has none of these limits. What remains is the
instant between the start of a child and the line that tells its group.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.words import reason_of

_PROGRAM = Path(__file__).with_name("guard_program.py")
_END_PATIENCE_S = 5.0


class Guard:
    """Knows the process groups to end when this process dies; close it when all of them are over."""

    def __init__(self, process: subprocess.Popen[bytes], changes: int) -> None:
        self._process = process
        self._changes = changes

    @classmethod
    def start(cls) -> Self:
        """Start the second process, in a session of its own: the terminal's Ctrl-C does not reach it.

        Raises:
            UnfinishedError: if the system cannot start another process.
        """
        source, changes = os.pipe()
        try:
            return cls(_start_program(source), changes)
        except OSError as error:
            os.close(changes)
            raise UnfinishedError(f"cannot start a guard for the services: {reason_of(error)}") from error
        finally:
            os.close(source)

    def watch(self, group: int) -> None:
        """Put a process group on the list."""
        self._tell(b"+%d\n" % group)

    def forget(self, group: int) -> None:
        """Take a process group off the list: it is over."""
        self._tell(b"-%d\n" % group)

    def close(self) -> None:
        """End the second process; groups that are still on its list are ended by it."""
        os.close(self._changes)
        try:
            self._process.wait(_END_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, line: bytes) -> None:
        # without its guard a run goes on: it only loses the protection against being killed
        with suppress(BrokenPipeError):
            os.write(self._changes, line)


def _start_program(source: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_PROGRAM)],
        stdin=source,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
