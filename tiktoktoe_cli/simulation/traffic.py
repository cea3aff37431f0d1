"""Requests from outside: when they arrive, and what becomes of them second by second."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from random import Random

    from tiktoktoe_cli.resilience import Outcome
    from tiktoktoe_cli.simulation.chance import DrawNs
    from tiktoktoe_cli.simulation.engine import Engine
    from tiktoktoe_cli.simulation.servers import Server
    from tiktoktoe_cli.simulation.settings import TrafficSettings


class Ledger:
    """What became of the requests; a request belongs to the second in which it arrived."""

    def __init__(self, duration_ns: int) -> None:
        seconds = -(-duration_ns // NS_PER_S)
        self.offered = [0] * seconds
        self.good = [0] * seconds
        self.degraded = [0] * seconds
        self.failed = [0] * seconds
        self.failures: Counter[str] = Counter()
        self.latencies_ns: list[int] = []


class Request:
    """A request from outside, waiting for its answer."""

    __slots__ = ("_arrived_ns", "_ledger")

    def __init__(self, ledger: Ledger, arrived_ns: int) -> None:
        self._ledger = ledger
        self._arrived_ns = arrived_ns
        ledger.offered[arrived_ns // NS_PER_S] += 1

    def done(self, now_ns: int, outcome: Outcome[Any]) -> None:
        """Note how it ended: a fallback's answer is neither a success nor a failure; latencies are the successes'."""
        ledger, second = self._ledger, self._arrived_ns // NS_PER_S
        if not outcome.is_success:
            ledger.failed[second] += 1
            ledger.failures[outcome.reason] += 1
        elif outcome.is_fallback:
            ledger.degraded[second] += 1
        else:
            ledger.good[second] += 1
            ledger.latencies_ns.append(now_ns - self._arrived_ns)


class Source:
    """Sends requests to one service until the scenario's time is over."""

    def __init__(self, server: Server, ledger: Ledger, gap: DrawNs, ends_at_ns: int) -> None:
        self.server = server
        self.ledger = ledger
        self.sent = 0
        self._gap = gap
        self._ends_at_ns = ends_at_ns

    def announce(self, engine: Engine, now_ns: int) -> None:
        """Announce the next request."""
        next_ns = now_ns + self._gap()
        if next_ns < self._ends_at_ns:
            engine.at(next_ns, self.send)

    def send(self, now_ns: int) -> None:
        """Send a request."""
        self.sent += 1
        self.announce(self.server.engine, now_ns)
        self.server.arrive(Request(self.ledger, now_ns), now_ns)


def gaps(settings: TrafficSettings, random: Random) -> DrawNs:
    """Return what draws the time between two requests; at most a thousand million of them a second."""
    gap_ns = NS_PER_S / settings.chosen
    if settings.kind == "poisson":
        draw, log = random.random, math.log
        return lambda: 1 + int(-gap_ns * log(1.0 - draw()))
    constant_ns = max(1, round(gap_ns))
    return lambda: constant_ns
