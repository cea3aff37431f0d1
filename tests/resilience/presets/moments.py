"""Fake time for Python's circuit breakers: a moment that asks a fake clock wherever it meets the real one.

These libraries read the real time when they open, and later add their timeout to that moment and compare the sum
with the real time, or take the real time off it. Who puts a `Moment` in the place of the one that they read (through
a storage, or in a subclass) has all of their decisions made by the fake clock, without rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.clock import VirtualClock


@dataclass(frozen=True)
class Moment:
    """A time of a fake clock, to stand where a `datetime` or a number of seconds would."""

    clock: VirtualClock
    at_ns: int

    @classmethod
    def now(cls, clock: VirtualClock) -> Moment:
        """Return the present one."""
        return cls(clock, clock.now())

    def __add__(self, wait: timedelta | float) -> Moment:
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else wait
        return Moment(self.clock, self.at_ns + round(seconds * NS_PER_S))

    def __gt__(self, real_now: object) -> bool:
        return self.at_ns > self.clock.now()

    def __lt__(self, real_now: object) -> bool:
        return self.at_ns < self.clock.now()

    def __sub__(self, real_now: object) -> Fraction:
        """Return for how many seconds it is still ahead."""
        return Fraction(self.at_ns - self.clock.now(), NS_PER_S)
