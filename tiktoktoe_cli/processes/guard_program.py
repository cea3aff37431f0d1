"""A program of its own, standard library only: it ends process groups when whoever held its input is gone.

Standard input carries one line per change: `+GROUP` or `-GROUP`, and, around the start of a program whose
group nobody knows yet, `>PIPE` and `<PIPE`: the inode of a pipe that it writes to. At the end of the input the
groups that are left, and those of whoever writes to a pipe that is left, get SIGTERM, then SIGKILL. A clean run
has taken all of them off its lists before, and this program just ends.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

GRACE_S = 1.0
_PROC = Path("/proc")


def main() -> None:
    """Keep the lists until the input ends, then end what is on them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups, pipes = _read_changes()
    if pipes:
        groups |= _writers(pipes)
    if groups:
        _signal(groups, signal.SIGTERM)
        time.sleep(GRACE_S)
        _signal(groups, signal.SIGKILL)


def _read_changes() -> tuple[set[int], set[int]]:
    groups: set[int] = set()
    pipes: set[int] = set()
    changes = {"+": groups.add, "-": groups.discard, ">": pipes.add, "<": pipes.discard}
    for line in sys.stdin:
        changes[line[0]](int(line[1:]))
    return groups, pipes


def _writers(pipes: set[int]) -> set[int]:
    """Find the programs whose standard output or error is one of the pipes; nothing where there is no /proc.

    A child between fork and exec holds our input open too. So when the input has ended, each of them already
    has its streams and leads a group of its own: its process id is that of the group.
    """
    ends = {f"pipe:[{inode}]" for inode in pipes}
    found = _PROC.iterdir() if _PROC.exists() else ()
    return {int(entry.name) for entry in found if entry.name.isdecimal() and ends & _streams(entry)}


def _streams(process: Path) -> set[str]:
    streams = set()
    for number in "12":
        with suppress(OSError):  # it ended while we looked, is not ours, or closed this one
            streams.add(str((process / "fd" / number).readlink()))
    return streams


def _signal(groups: set[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    main()
