"""A program of its own, standard library only: it ends process groups when whoever held its input is gone.

Standard input carries one line per change: `+GROUP` or `-GROUP`. At its end the groups that are left get
SIGTERM, then SIGKILL. A clean run has taken all of them off its list before, and this program just ends.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

GRACE_S = 1.0


def main() -> None:
    """Keep the list until the input ends, then end what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = _read_changes()
    if groups:
        _signal(groups, signal.SIGTERM)
        time.sleep(GRACE_S)
        _signal(groups, signal.SIGKILL)


def _read_changes() -> set[int]:
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    return groups


def _signal(groups: set[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    main()
