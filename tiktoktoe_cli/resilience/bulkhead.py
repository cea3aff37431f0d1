"""How many calls may be under way at once, and how many may wait for a place: pure steps on two numbers.

A place that becomes free goes to whoever has waited longest; a newcomer never overtakes. So there is a queue only
while every place is taken.
"""

from __future__ import annotations

from typing import NamedTuple

from tiktoktoe_cli.resilience.machine import PERMIT, QUEUE, REFUSE


class BulkheadRules(NamedTuple):
    """How many calls may run, and how many may wait."""

    max_concurrent: int
    max_queue: int


def enter(rules: BulkheadRules, running: int, queued: int) -> tuple[int, int, int]:
    """Decide about a call that comes: `(REFUSE | PERMIT | QUEUE, running, queued)`."""
    if running < rules.max_concurrent:
        return PERMIT, running + 1, queued
    if queued < rules.max_queue:
        return QUEUE, running, queued + 1
    return REFUSE, running, queued


def leave(running: int, queued: int) -> tuple[int, int, int]:
    """Free the place of a call that ended: `(1 if it goes to the oldest in the queue else 0, running, queued)`."""
    return (1, running, queued - 1) if queued else (0, running - 1, 0)


def give_up(running: int, queued: int) -> tuple[int, int]:
    """Take one out of the queue that waits no longer: `(running, queued)`."""
    return running, queued - 1
