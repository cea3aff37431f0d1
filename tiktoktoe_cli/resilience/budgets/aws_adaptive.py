"""The adaptive mode of the AWS SDKs: the standard quota, and a client rate that throttling slows down.

Source: botocore 1.44.5, `retries/adaptive.py`, `retries/throttling.py`, `retries/bucket.py`, with its constants
below. Until the first throttling every attempt passes. From then on attempts take tokens from a bucket that
fills at the client rate. A throttling lowers that rate to beta times the measured one; afterwards it follows
the curve of CUBIC (RFC 9438, section 4.2): back to the old rate, slowly near it, then beyond. It is never more
than twice the measured rate, nor less than one attempt in two seconds.

Unlike there, an attempt that finds no token is promised the next one at once, at the rate of that moment, and
waits for it during its backoff instead of after it. Rates and tokens are in millionths; the curve itself is
computed with floats.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from tiktoktoe_cli.config.units import MAX_RATE, NS_PER_S
from tiktoktoe_cli.resilience.budgets.aws_standard import QuotaRules, refund, withdraw
from tiktoktoe_cli.resilience.budgets.kind import (
    NOT_ADMITTED,
    NOTHING,
    THROTTLED,
    Admission,
    Ask,
    BudgetKind,
    End,
    Ring,
    no_ring,
)
from tiktoktoe_cli.resilience.machine import MILLION

BETA: Final = 0.7
SCALE: Final = 0.4
_LOWEST_RATE: Final = MILLION // 2
_SMOOTHING: Final = 0.8
_MEASURED_EVERY_NS: Final = NS_PER_S // 2


class Bucket(NamedTuple):
    """Tokens (below zero: promised ahead), the rate at which they come, and the most there may be, as of a time."""

    tokens: int
    rate: int
    capacity: int
    at_ns: int


class Curve(NamedTuple):
    """The rate at the last throttling, when that was, and whether there was any."""

    highest: int
    since_ns: int
    throttled: int


class Meter(NamedTuple):
    """The measured rate, the answers since it was measured, and when that was."""

    rate: int
    answers: int
    since_ns: int


_State: TypeAlias = tuple[int, Bucket, Curve, Meter]  # (what is left of the quota, ...)


def _initial(rules: QuotaRules, now_ns: int) -> _State:
    second_ns = now_ns - now_ns % NS_PER_S
    return rules.capacity, Bucket(0, MILLION, MILLION, now_ns), Curve(0, now_ns, 0), Meter(0, 0, second_ns)


def _admit(rules: QuotaRules, _ring: Ring, state: _State, now_ns: int, ask: Ask) -> tuple[Admission, _State]:
    quota, bucket, curve, meter = state
    price, quota = withdraw(rules, quota, ask)
    if price < 0:
        return NOT_ADMITTED, state
    if not curve.throttled:
        return Admission(0, price), (quota, bucket, curve, meter)
    bucket = _filled(bucket, now_ns)
    wait_ns = int(max(MILLION - bucket.tokens, 0) / bucket.rate * NS_PER_S)
    bucket = Bucket(bucket.tokens - MILLION, bucket.rate, bucket.capacity, now_ns)
    return Admission(wait_ns, price), (quota, bucket, curve, meter)


def _settle(rules: QuotaRules, _ring: Ring, state: _State, now_ns: int, end: End) -> _State:
    quota, bucket, curve, meter = state
    if end.result == NOTHING:
        return state
    meter = _measured(meter, now_ns)
    if end.result == THROTTLED:
        reached = min(meter.rate, bucket.rate) if curve.throttled else meter.rate
        curve = Curve(reached, now_ns, 1)
        rate = int(reached * BETA)
    else:
        rate = cubic_rate(curve, now_ns)
    bucket = _at_rate(_filled(bucket, now_ns), min(rate, 2 * meter.rate))
    return refund(rules, quota, end), bucket, curve, meter


def cubic_rate(curve: Curve, now_ns: int) -> int:
    """Return the rate that the curve allows now, in millionths of attempts a second."""
    highest = curve.highest / MILLION
    to_highest_s = (highest * (1 - BETA) / SCALE) ** (1 / 3)
    since_s = (now_ns - curve.since_ns) / NS_PER_S
    rate = SCALE * (since_s - to_highest_s) ** 3 + highest
    return int(min(rate, MAX_RATE) * MILLION)


def _measured(meter: Meter, now_ns: int) -> Meter:
    """Count an answer, and measure the rate anew once every half second."""
    slice_ns = now_ns - now_ns % _MEASURED_EVERY_NS
    answers = meter.answers + 1
    if slice_ns <= meter.since_ns:
        return Meter(meter.rate, answers, meter.since_ns)
    latest = answers * MILLION / ((slice_ns - meter.since_ns) / NS_PER_S)
    return Meter(int(latest * _SMOOTHING + meter.rate * (1 - _SMOOTHING)), 0, slice_ns)


def _filled(bucket: Bucket, now_ns: int) -> Bucket:
    come = (now_ns - bucket.at_ns) / NS_PER_S * bucket.rate
    tokens = bucket.tokens + int(min(come, bucket.capacity - bucket.tokens))
    return Bucket(tokens, bucket.rate, bucket.capacity, now_ns)


def _at_rate(bucket: Bucket, rate: int) -> Bucket:
    capacity = max(rate, MILLION)
    return Bucket(min(bucket.tokens, capacity), max(rate, _LOWEST_RATE), capacity, bucket.at_ns)


def _level(_rules: QuotaRules, state: _State) -> int:
    return state[0]


AWS_ADAPTIVE = BudgetKind(_initial, no_ring, _admit, _settle, _level)
"""Its level is what is left of the quota."""
