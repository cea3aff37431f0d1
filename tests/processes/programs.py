"""Small real programs, and how to see what became of them."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tiktoktoe_cli.processes import Child, Command

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

PATIENCE_S = 10.0

IDLE = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + IDLE
# prints the id of a second program in its group, then idles
PARENT = (
    "import subprocess, sys; second = subprocess.Popen([sys.executable, '-c', sys.argv[1]]);"
    "print(second.pid, flush=True);" + IDLE
)


def python(script: str, *arguments: str, cwd: Path = Path("/"), **environ: str) -> Command:
    """Make the command that runs a script with this interpreter."""
    whole = {"PATH": os.environ["PATH"], **environ}
    return Command((sys.executable, "-c", script, *arguments), cwd, whole)


def run(scenario: Coroutine[object, object, T]) -> T:
    """Run a scenario that may not hang."""
    return asyncio.run(asyncio.wait_for(scenario, 3 * PATIENCE_S))


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for a bounded time."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  # what is awaited happens in other processes
            await asyncio.sleep(0.01)


async def prints(child: Child, line: str) -> None:
    """Wait until a program has printed a line."""
    await until(lambda: line in child.output.stdout.tail.lines)


def runs(pid: int) -> bool:
    """Tell whether a process runs; one that ended and was not collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False
    return stat[stat.rindex(b")") + 2 :].split()[0] not in {b"Z", b"X"}
