"""`semantics: tiktoktoe` beside a ledger that keeps every result in a list: whatever can be seen is the same."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tiktoktoe_cli.config.units import Ratio
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import STATES, BreakerState
from tiktoktoe_cli.resilience.presets.tiktoktoe import TiktoktoeSettings

CLOSED, OPEN, HALF_OPEN, FORCED_OPEN, DISABLED, METRICS_ONLY = BreakerState


class Ledger:
    """The same semantics, told with a list of all results: slow, and obviously right."""

    def __init__(self, options: TiktoktoeSettings) -> None:
        self.options = options
        self.state = CLOSED
        self.generation = self.since = self.wait = self.permits = self.until = 0
        self.results: list[tuple[int, int, int]] = []
        self.story: list[tuple[int, BreakerState, BreakerState, str]] = []

    def window(self, now: int) -> list[tuple[int, int, int]]:
        """Select the results that count now."""
        if self.state is HALF_OPEN:
            return self.results
        if self.options.window.kind == "calls":
            return self.results[-self.options.window.calls :]
        bucket = self.options.window.time // 10
        return [result for result in self.results if now // bucket - result[0] // bucket < 10]

    def enter(self, state: BreakerState, now: int, cause: str) -> None:
        """Begin a new generation."""
        if state is not self.state:
            self.story.append((now, self.state, state, cause))
        if state is OPEN:
            longer = int(self.wait * Fraction(round(self.options.reset_timeout_multiplier * 10**6), 10**6))
            self.wait = max(self.options.reset_timeout, min(longer, self.options.max_reset_timeout))
            self.until = now + self.wait
        elif state in {CLOSED, DISABLED, METRICS_ONLY}:
            self.wait = 0
        if state is not OPEN:
            self.until = now
        self.state, self.since, self.results, self.permits = state, now, [], 0
        self.generation += 1

    def acquire(self, now: int) -> bool:
        """Decide whether a call may start."""
        if self.state in {CLOSED, DISABLED, METRICS_ONLY}:
            return True
        if self.state is FORCED_OPEN or (self.permits == 0 and now < self.until):
            return False
        if self.state is OPEN:
            self.enter(HALF_OPEN, now, "reset timeout")
        if self.permits == 0:
            self.permits = self.options.half_open_calls - len(self.results)
        self.permits -= 1
        self.until = now + self.options.permit_timeout
        return True

    def end(self, now: int, generation: int, failed: int, slow: int) -> bool:
        """Take a result; tell whether it was in time."""
        if generation != self.generation:
            return False
        if self.state in {CLOSED, HALF_OPEN, METRICS_ONLY}:
            self.results.append((now, failed, slow))
            if self.state is not METRICS_ONLY:
                self.decide(now)
        return True

    def decide(self, now: int) -> None:
        """Open or close, if the results say so."""
        window = self.window(now)
        probes = self.state is HALF_OPEN
        enough = self.options.minimum_calls
        if len(window) < (min(enough, self.options.half_open_calls) if probes else enough):
            return
        shares = [Fraction(sum(result[kind] for result in window), len(window)) for kind in (1, 2)]
        if shares[0] >= Fraction(self.options.failure_threshold.ppm, 10**6):
            self.enter(OPEN, now, "probes failed" if probes else "failure rate")
        elif shares[1] >= Fraction(self.options.slow_call_threshold.ppm, 10**6):
            self.enter(OPEN, now, "probes slow" if probes else "slow call rate")
        elif probes:
            self.enter(CLOSED, now, "probes passed")

    def release(self, generation: int) -> None:
        """Take a permit back."""
        if self.state is HALF_OPEN and generation == self.generation:
            self.permits = min(self.permits + 1, self.options.half_open_calls - len(self.results))


durations = st.integers(0, 60).map("{}ns".format)
shares = st.integers(1, 1_000_000).map(lambda ppm: Ratio(ppm / 1_000_000)) | st.sampled_from(
    [Ratio(0.25), Ratio(0.5), Ratio(1)]
)


@st.composite
def options_drawn(draw: st.DrawFn) -> TiktoktoeSettings:
    """Draw settings that a short run can get around in."""
    calls = draw(st.integers(1, 8))
    minimum = draw(st.integers(1, calls))
    by_time = draw(st.integers(10, 80).map(lambda time_ns: {"time": f"{time_ns}ns"}))
    drawn = {
        "window": draw(st.sampled_from([{"calls": calls}, by_time])),
        "minimum_calls": minimum,
        "failure_threshold": draw(shares),
        "slow_call_threshold": draw(shares),
        "slow_call_duration": "5ns",
        "reset_timeout": draw(durations),
        "reset_timeout_multiplier": draw(st.sampled_from([1, 1.5, 3])),
        "max_reset_timeout": draw(durations),
        "half_open_calls": draw(st.integers(1, 5)),
        "permit_timeout": draw(durations),
    }
    return TiktoktoeSettings.model_validate(drawn)


class BesideTheLedger(RuleBasedStateMachine):
    """Drives a live breaker and the ledger with calls that end in any order, late, or never."""

    @initialize(options=options_drawn(), start=st.integers(1, 1_000))
    def begin(self, options: TiktoktoeSettings, start: int) -> None:
        """Make both."""
        self.now = start
        self.told: list[Any] = []
        self.breaker = CircuitBreaker(options, self.told.append)
        self.ledger = Ledger(options)
        self.under_way: list[tuple[int, int]] = []
        self.counts = {"not_permitted": 0, "succeeded": 0, "failed": 0, "late": 0, "released": 0}

    @rule(duration=st.integers(0, 5) | st.integers(0, 100))
    def time_passes(self, duration: int) -> None:
        """Let time pass."""
        self.now += duration

    @rule()
    def start(self) -> None:
        """Ask to start a call."""
        permitted = self.ledger.acquire(self.now)
        ticket = self.breaker.acquire(self.now)

        assert (ticket != REFUSED) is permitted
        if permitted:
            self.under_way.append((ticket, self.ledger.generation))
        else:
            self.counts["not_permitted"] += 1

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), failed=st.integers(0, 1), slow=st.integers(0, 1))
    def end(self, data: st.DataObject, failed: int, slow: int) -> None:
        """End any of the calls under way."""
        ticket, generation = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.breaker.record(ticket, self.now, 5 + slow, failed)

        in_time = self.ledger.end(self.now, generation, failed, slow)
        self.counts[("failed" if failed else "succeeded") if in_time else "late"] += 1

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel any of the calls under way."""
        ticket, generation = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        self.breaker.release(ticket, self.now)

        self.ledger.release(generation)
        self.counts["released"] += 1

    @precondition(lambda self: self.under_way)
    @rule()
    def lose(self) -> None:
        """Forget a call: it never returns."""
        self.under_way.pop()

    @rule(state=st.sampled_from(STATES))
    def force(self, state: BreakerState) -> None:
        """Ask for a state."""
        self.breaker.force(state, self.now)
        self.ledger.enter(state, self.now, "forced")

    @invariant()
    def agree(self) -> None:
        """Whatever can be seen of the breaker is what the ledger says."""
        metrics, ledger = self.breaker.metrics(self.now), self.ledger
        window = ledger.window(self.now)
        retry_after_ns = (
            max(ledger.until - self.now, 0) if ledger.state in {CLOSED, OPEN, HALF_OPEN} else None
        )
        assert metrics.state is self.breaker.state is ledger.state
        assert metrics.window == tuple(
            map(sum, zip((0, 0, 0), *((1, *marks) for _, *marks in window), strict=True))
        )
        assert {name: getattr(metrics, name) for name in self.counts} == self.counts
        assert metrics.in_state_ns == (self.now - ledger.since if ledger.story or ledger.generation else None)
        assert self.breaker.retry_after_ns(self.now) == retry_after_ns
        story = [(change.at_ns, change.source, change.target, change.cause) for change in metrics.transitions]
        assert story == ledger.story
        assert list(metrics.transitions) == self.told

    @invariant()
    def the_story_hangs_together(self) -> None:
        """Each transition begins where the one before ended."""
        assert all(before[2] is after[1] for before, after in pairwise(self.ledger.story))

    @invariant()
    def is_never_stuck(self) -> None:
        """However things stand, waiting long enough lets a call through, unless somebody forbade it."""
        breaker, options = CircuitBreaker(self.ledger.options), self.ledger.options
        breaker.restore(*self.breaker.saved())
        waits = (options.reset_timeout, options.max_reset_timeout, options.permit_timeout)
        assert self.ledger.state is FORCED_OPEN or breaker.acquire(self.now + max(waits)) != REFUSED


TestBesideTheLedger = BesideTheLedger.TestCase
TestBesideTheLedger.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
