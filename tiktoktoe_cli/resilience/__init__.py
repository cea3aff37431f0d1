"""Policies without I/O: what a call may do when the other side is slow, failing or gone.

May touch: the clock and the random numbers it is handed, `config` for units. Must not: know a protocol, open
a connection, read the wall clock (`SystemClock` does once, to count from the Unix epoch). The decisions
(`backoff`, `retry`, the breaker's `presets` ...) are plain functions; live calls (`policy`, `layers`) and the
simulator run the very same ones. The YAML's settings are in `resilience.settings`, which is
imported late because it needs pydantic.
"""

from tiktoktoe_cli.resilience.clock import Clock, SystemClock, VirtualClock, WallClock
from tiktoktoe_cli.resilience.machine import BreakerState, Transition
from tiktoktoe_cli.resilience.outcome import Outcome, OutcomeKind

__all__ = [
    "BreakerState",
    "Clock",
    "Outcome",
    "OutcomeKind",
    "SystemClock",
    "Transition",
    "VirtualClock",
    "WallClock",
]
