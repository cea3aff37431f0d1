"""The hosts of a cluster as Envoy's outlier detection counts them, and which of them are outliers by their rates.

Follows `processSuccessRateEjections` of `source/common/upstream/outlier_detection_impl.cc` at 00c7146d. Each host has
`CELLS` cells in the ring. Rates are in per cent and in double precision: a mean and a deviation of whole numbers have
no better form, and it is the one that Envoy compares.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tiktoktoe_cli.resilience.machine import MILLION

if TYPE_CHECKING:
    from tiktoktoe_cli.resilience.machine import Ring

CELLS: Final = 6
FAILURES, CALLS, SUCCESSES, EJECTED, SINCE, BACKOFF = range(CELLS)
"""Failures in a row, calls and successes of the interval, 1 + the row that ejected the host or 0,
since when it is ejected or back, how many times the base it was ejected for last."""

NO_RATE: Final = -1.0


class RateRules(NamedTuple):
    """What makes a host an outlier by the rates of an interval."""

    minimum_hosts: int
    request_volume: int
    stdev_factor: int  # thousandths
    failure_minimum_hosts: int
    failure_request_volume: int
    failure_threshold_ppm: int


def success_rate(ring: Ring, host: int, volume: int) -> float:
    """Return a host's success rate; `NO_RATE` if it is ejected, or has had no calls or fewer than the volume."""
    cell = CELLS * host
    calls = ring[cell + CALLS]
    if ring[cell + EJECTED] or calls == 0 or calls < volume:
        return NO_RATE
    return ring[cell + SUCCESSES] * 100.0 / calls


def outlier_line(rules: RateRules, ring: Ring) -> tuple[float, float]:
    """Return the mean success rate, and the one below which a host is an outlier; `NO_RATE` for too few hosts."""
    hosts, count, total, variance = range(len(ring) // CELLS), 0, 0.0, 0.0
    for host in hosts:
        rate = success_rate(ring, host, rules.request_volume)
        if rate >= 0:
            count, total = count + 1, total + rate
    if count == 0 or count < rules.minimum_hosts:
        return NO_RATE, NO_RATE
    mean = total / count
    for host in hosts:
        rate = success_rate(ring, host, rules.request_volume)
        if rate >= 0:
            variance += (rate - mean) * (rate - mean)
    return mean, mean - rules.stdev_factor / 1000.0 * sqrt(variance / count)


def failures_count(rules: RateRules, ring: Ring) -> bool:
    """Say whether enough hosts have had enough calls for their shares of failures to count."""
    count = 0
    for host in range(len(ring) // CELLS):
        if success_rate(ring, host, rules.failure_request_volume) >= 0:
            count += 1
    return count >= rules.failure_minimum_hosts


def fails_much(rules: RateRules, ring: Ring, host: int) -> bool:
    """Say whether a host's share of failures reaches the threshold, with enough calls to tell."""
    calls, successes = ring[CELLS * host + CALLS], ring[CELLS * host + SUCCESSES]
    reached = (calls - successes) * MILLION >= rules.failure_threshold_ppm * calls
    return reached and success_rate(ring, host, rules.failure_request_volume) >= 0
