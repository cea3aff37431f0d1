"""Chance: a stream of random numbers for each service and purpose, and service times drawn from it.

Separate streams keep the draws of one purpose the same when another policy or fault changes (common random
numbers: A. Law, "Simulation Modeling and Analysis", section 11.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tiktoktoe_cli.simulation.settings import (
        ExponentialSettings,
        LognormalSettings,
        PerformanceSettings,
    )

Streams: TypeAlias = Callable[[str, str], Random]
"""Gives the stream of (service, purpose); asked twice, it starts anew."""

DrawNs: TypeAlias = Callable[[], int]
"""Draws a time in nanoseconds."""

_Z99 = NormalDist().inv_cdf(0.99)


def streams(seed: int, replication: int) -> Streams:
    """Make the streams of one replication; a text seeds the same on every machine."""

    def stream(owner: str, purpose: str) -> Random:
        return Random(f"{seed}/{replication}/{owner}/{purpose}")  # noqa: S311  # reproducible, not secret

    return stream


def service_time(performance: PerformanceSettings | None, random: Random) -> DrawNs:
    """Return what draws the service times of a service."""
    if performance is None:
        return lambda: 0
    time = performance.service_time
    if time.lognormal:
        return _lognormal(time.lognormal, random)
    if time.exponential:
        return _exponential(time.exponential, random)
    constant_ns = int(time.constant or 0)
    return lambda: constant_ns


def _lognormal(settings: LognormalSettings, random: Random) -> DrawNs:
    mu, sigma = math.log(settings.p50), math.log(settings.p99 / settings.p50) / _Z99
    gauss, exp = random.gauss, math.exp
    return lambda: int(exp(gauss(mu, sigma)))


def _exponential(settings: ExponentialSettings, random: Random) -> DrawNs:
    mean_ns, draw, log = float(settings.mean), random.random, math.log
    return lambda: int(-mean_ns * log(1.0 - draw()))
