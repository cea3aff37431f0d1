"""What a circuit breaker costs a call, as ratios to a call protected by `circuitbreaker`, the fastest of its kind.

    python tests/benchmarks/bench_breakers.py

All run in turn, in one process, round after round; each one's best round counts. The peers protect a function that
does nothing, in the way that they document for functions, and are closed; ours is asked and told (`acquire`,
`record`), with the default settings, and once around that function, too. The target: ours, closed and healthy, costs
at most 0.65 of `circuitbreaker`'s protected call. If it is missed, the exit code is 1.
"""

from __future__ import annotations

import sys
from timeit import Timer
from typing import TYPE_CHECKING

import aiobreaker
import circuitbreaker
import pybreaker
from purgatory import SyncCircuitBreakerFactory

from tiktoktoe_cli.resilience.breaker import CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState
from tiktoktoe_cli.resilience.presets.tiktoktoe import TiktoktoeSettings

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 25
CALLS = 10_000
BATCH = 10  # calls in one statement, of which the tenth may fail
BASELINE = "circuitbreaker"
OURS = "tiktoktoe"
TARGET = 0.65
NOW_NS, DURATION_NS = 1_000_000_000, 5_000_000

ASK_AND_TELL = "record(acquire(now), now, duration, 0)"
FAIL = "record(acquire(now), now, duration, 1)"


def work() -> None:
    """Do nothing: what is protected."""


def timers() -> dict[str, Timer]:
    """Return what is measured, by name; each statement makes a batch of calls."""
    peers = {
        BASELINE: circuitbreaker.CircuitBreaker().decorate(work),
        "purgatory": SyncCircuitBreakerFactory()("payments")(work),
        "aiobreaker": aiobreaker.CircuitBreaker()(work),
        "pybreaker": pybreaker.CircuitBreaker()(work),
        "the function alone": work,
    }
    return {
        **{name: _timer(["call()"] * BATCH, call=call) for name, call in peers.items()},
        OURS: _ours([ASK_AND_TELL] * BATCH),
        f"{OURS}, around the function": _ours([f"call(); {ASK_AND_TELL}"] * BATCH),
        f"{OURS}, 10 % fail": _ours([*[ASK_AND_TELL] * (BATCH - 1), FAIL]),
        f"{OURS}, open": _ours(["acquire(now)"] * BATCH, BreakerState.OPEN),
    }


def _ours(statements: list[str], state: BreakerState = BreakerState.CLOSED) -> Timer:
    breaker = CircuitBreaker(TiktoktoeSettings())
    breaker.force(state, NOW_NS)
    return _timer(statements, call=work, acquire=breaker.acquire, record=breaker.record)


def _timer(statements: list[str], **names: Callable[..., object]) -> Timer:
    """Bind the names as a caller does that has them at hand: as local ones."""
    setup = "; ".join(f"{name} = names['{name}']" for name in names)
    numbers = f"now, duration = {NOW_NS}, {DURATION_NS}"
    return Timer("\n".join(statements), f"{setup}; {numbers}", globals={"names": names})


def main() -> int:
    """Print one line for each; return 1 if the target is missed."""
    measured = timers()
    best_ns = dict.fromkeys(measured, float("inf"))
    for _ in range(ROUNDS):
        for name, timer in measured.items():
            best_ns[name] = min(best_ns[name], timer.timeit(CALLS // BATCH) / CALLS * 1e9)
    for name, cost_ns in best_ns.items():
        sys.stdout.write(f"{name:30} {cost_ns:7.0f} ns  {cost_ns / best_ns[BASELINE]:5.2f} x {BASELINE}\n")
    ratio = best_ns[OURS] / best_ns[BASELINE]
    sys.stdout.write(f"target: at most {TARGET:.2f}; {'met' if ratio <= TARGET else 'MISSED'}\n")
    return int(ratio > TARGET)


if __name__ == "__main__":
    sys.exit(main())
