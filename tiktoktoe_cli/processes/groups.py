"""Process groups: send a signal to all of one, and see whether anybody in it still runs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import Signals

_PROC = Path("/proc")


def signal_group(group: int, number: Signals) -> None:
    """Send a signal to every process of a group; a group that is gone or not ours is left alone."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def is_running(group: int) -> bool:
    """Tell whether a process of the group still runs.

    Orphans that ended stay visible as zombies where nobody collects them (a container whose first process is
    not an init); they are not running, so on Linux the states are read too.
    """
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group of zombies
        return False
    return not _PROC.joinpath("self", "stat").exists() or any(
        _is_member(entry, group) for entry in _PROC.iterdir()
    )


def _is_member(entry: Path, group: int) -> bool:
    if not entry.name.isdecimal():
        return False
    try:
        stat = entry.joinpath("stat").read_bytes()
    except OSError:  # it ended while we looked
        return False
    # proc_pid_stat(5): the name stands in parentheses and may hold any; then state, parent, group
    state, _, member_of = stat[stat.rindex(b")") + 2 :].split()[:3]
    return int(member_of) == group and state not in {b"Z", b"X"}
