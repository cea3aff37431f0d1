"""The circuit breaker opens, probes and closes when it should, and never gets stuck."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tiktoktoe_cli.resilience.breaker import (
    CAUSES,
    CLOSED,
    HALF_OPEN,
    INITIAL,
    OPEN,
    STATES,
    Admission,
    BreakerRules,
    BreakerState,
    CircuitBreaker,
    State,
    acquire,
    failure_of,
    release,
    result,
)
from tiktoktoe_cli.resilience.outcome import Outcome

RULES = BreakerRules(
    threshold_ppm=500_000,
    window_calls=10,
    minimum_calls=4,
    reset_timeout_ns=1000,
    half_open_calls=3,
    permit_timeout_ns=500,
)


def recorded(failures: Sequence[int], rules: BreakerRules = RULES) -> State:
    """Feed results to a fresh breaker at time 0."""
    state, ring = INITIAL, bytearray(rules.window_calls)
    for failure in failures:
        state = result(rules, ring, state, 0, state[1], failure)
    return state


def half_open() -> State:
    """Open a breaker at 0 and let one probe start at 1000."""
    permitted, state = acquire(RULES, recorded([1, 1, 1, 1]), 1000)
    assert permitted
    return state


@pytest.mark.parametrize(
    ("failures", "state"),
    [
        ([1, 1, 1], CLOSED),  # fewer than minimum_calls
        ([1, 1, 1, 1], OPEN),
        ([0, 0, 1, 1], OPEN),  # exactly the threshold
        ([0, 0, 0, 1], CLOSED),
        ([1, 1, 0, 0], OPEN),  # a success completes minimum_calls
        ([1] + [0] * 9 + [1, 1, 1, 1], CLOSED),  # the first failure has left the window: 4 of 10
        ([0] * 10 + [1, 1, 1, 1, 1], OPEN),  # 5 of the latest 10
    ],
)
def test_opens_at_the_threshold_of_the_window(failures: list[int], state: int) -> None:
    """The circuit opens when enough of the latest calls failed, and not before there are enough calls."""
    assert recorded(failures)[0] == state


def test_a_third_is_compared_without_rounding() -> None:
    """333,333 ppm is less than one of three, 333,334 ppm is more."""
    below, above = (RULES._replace(threshold_ppm=ppm, minimum_calls=3) for ppm in (333_333, 333_334))

    assert recorded([1, 0, 0], below)[0] == OPEN
    assert recorded([1, 0, 0], above)[0] == CLOSED


def test_rejects_until_the_reset_time_and_admits_at_it() -> None:
    """An open circuit lets nothing through before its time; at the time itself a probe may start."""
    opened = recorded([1, 1, 1, 1])

    assert acquire(RULES, opened, 999) == (False, opened)
    assert acquire(RULES, opened, 1000)[0]


def test_half_open_admits_only_its_permits() -> None:
    """Three probes may start, a fourth is rejected."""
    state, answers = recorded([1, 1, 1, 1]), []
    for _ in range(4):
        permitted, state = acquire(RULES, state, 1000)
        answers.append(permitted)

    assert answers == [True, True, True, False]


@pytest.mark.parametrize(("failures", "state"), [([0, 0, 0], CLOSED), ([0, 0, 1], CLOSED), ([0, 1, 1], OPEN)])
def test_the_probes_decide(failures: list[int], state: int) -> None:
    """When all probes are counted their share of failures closes or reopens the circuit."""
    current, ring = half_open(), bytearray(10)
    for failure in failures:
        current = result(RULES, ring, current, 1100, current[1], failure)

    assert current[0] == state


def test_probes_that_never_return_are_replaced() -> None:
    """When every probe is lost, new ones may start after the permit timeout."""
    state = half_open()
    for _ in range(2):
        _, state = acquire(RULES, state, 1000)

    assert acquire(RULES, state, 1499)[0] is False
    assert acquire(RULES, state, 1500)[0] is True


def test_a_released_permit_can_be_used_again() -> None:
    """A probe that was cancelled gives its permit back."""
    state = half_open()
    for _ in range(2):
        _, state = acquire(RULES, state, 1000)

    permitted, _ = acquire(RULES, release(RULES, state, state[1]), 1001)

    assert permitted


def test_a_late_release_gives_no_permit() -> None:
    """A call that was admitted before the circuit opened has no probe's permit to give back."""
    state = half_open()

    assert release(RULES, state, state[1] - 1) == state


def test_a_late_result_does_not_decide() -> None:
    """Results of calls admitted before the circuit opened do not count as probes."""
    state, ring = half_open(), bytearray(10)

    after = state
    for _ in range(10):
        after = result(RULES, ring, after, 1001, 0, 1)

    assert after == state


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [
        (Outcome.succeeded(1), 0),
        (Outcome[int].failed("503"), 1),
        (Outcome[int].timed_out("5s"), 1),
        (Outcome[int].failed("404", transient=False), 0),
        (Outcome[int].rejected("queue full"), None),
        (Outcome[int].cancelled("gone"), None),
    ],
)
def test_only_the_other_sides_failures_count(outcome: Outcome[int], failure: int | None) -> None:
    """The caller's own mistakes show a healthy destination; what was never answered shows nothing."""
    assert failure_of(outcome) == failure


def test_a_rejection_says_when_to_come_back() -> None:
    """The time to wait is what is left of the reset timeout."""
    breaker = CircuitBreaker(RULES)
    for _ in range(4):
        breaker.record(breaker.acquire(0), 0, failed=True)

    admission = breaker.acquire(400)

    assert (admission.permitted, admission.retry_after_ns) == (False, 600)


def test_transitions_are_kept_with_their_cause() -> None:
    """A breaker that failed and recovered can tell its story."""
    breaker = CircuitBreaker(RULES)
    for _ in range(4):
        breaker.record(breaker.acquire(0), 0, failed=True)
    for _ in range(3):
        breaker.record(breaker.acquire(1000), 1010, failed=False)

    story = [(change.at_ns, change.target.value, change.cause) for change in breaker.transitions]

    assert story == [
        (0, "open", "failure rate"),
        (1000, "half-open", "reset timeout"),
        (1010, "closed", "probes passed"),
    ]


def test_the_table_of_causes_names_every_transition_that_happens() -> None:
    """No breaker closes without probes or goes from closed to half-open."""
    assert set(CAUSES) == {(CLOSED, OPEN), (OPEN, HALF_OPEN), (HALF_OPEN, OPEN), (HALF_OPEN, CLOSED)}


breaker_rules = st.builds(
    lambda ppm, window, minimum, half, reset, permit: BreakerRules(
        ppm, window, min(minimum, window), reset, half, permit
    ),
    st.integers(1, 1_000_000),
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(0, 50),
    st.integers(0, 50),
)


class BreakerMachine(RuleBasedStateMachine):
    """Drives a live breaker, and its steps beside it, with calls that end in any order, late, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = RULES._replace(reset_timeout_ns=20, permit_timeout_ns=10)
        self.breaker = CircuitBreaker(self.limits)
        self.state, self.ring = INITIAL, bytearray(self.limits.window_calls)
        self.now = 0
        self.under_way: list[Admission] = []
        self.asked = self.ended = self.given_back = 0

    @rule(duration=st.integers(1, 30))
    def time_passes(self, duration: int) -> None:
        """Let time pass."""
        self.now += duration

    @rule()
    def start(self) -> None:
        """Ask to start a call; an open breaker refuses before its time."""
        opened = [change for change in self.breaker.transitions if change.target is BreakerState.OPEN]
        is_open = self.breaker.state is BreakerState.OPEN

        admission = self.breaker.acquire(self.now)
        permitted, self.state = acquire(self.limits, self.state, self.now)

        self.asked += 1
        assert admission.permitted == permitted
        if is_open:
            assert admission.permitted == (self.now >= opened[-1].at_ns + self.limits.reset_timeout_ns)
        if admission.permitted:
            self.under_way.append(admission)
        else:
            assert admission.retry_after_ns > 0

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), failed=st.booleans())
    def end(self, data: st.DataObject, failed: bool) -> None:  # noqa: FBT001  # Hypothesis passes by name
        """End any of the calls under way."""
        position = data.draw(st.integers(0, len(self.under_way) - 1))
        admission = self.under_way.pop(position)
        self.breaker.record(admission, self.now, failed=failed)
        self.state = result(self.limits, self.ring, self.state, self.now, admission.generation, int(failed))
        self.ended += 1

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel any of the calls under way."""
        position = data.draw(st.integers(0, len(self.under_way) - 1))
        admission = self.under_way.pop(position)
        self.breaker.release(admission)
        self.state = release(self.limits, self.state, admission.generation)
        self.given_back += 1

    @precondition(lambda self: self.under_way)
    @rule()
    def lose(self) -> None:
        """Forget a call: it never returns."""
        self.under_way.pop()

    @invariant()
    def stands_where_its_steps_lead(self) -> None:
        """The live breaker is its steps with a lock around them."""
        assert self.breaker.state is STATES[self.state[0]]

    @invariant()
    def permits_stay_in_range(self) -> None:
        """There are never fewer than no permits, nor more than were set."""
        assert 0 <= self.state[3] <= self.limits.half_open_calls

    @invariant()
    def failures_fit_the_results(self) -> None:
        """The window never holds more failures than results."""
        _, _, _, _, results, failures = self.state
        assert 0 <= failures <= min(results, self.limits.window_calls)

    @invariant()
    def counts_add_up(self) -> None:
        """Every call is counted once when it asks and once when it ends."""
        counts = self.breaker.counts
        assert counts.permitted + counts.rejected == self.asked
        assert counts.succeeded + counts.failed + counts.late == self.ended
        assert counts.released == self.given_back

    @invariant()
    def is_never_stuck(self) -> None:
        """However things stand, waiting long enough lets a call through."""
        waited = self.now + self.limits.reset_timeout_ns + self.limits.permit_timeout_ns
        assert acquire(self.limits, self.state, waited)[0]


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)


@given(breaker_rules, st.lists(st.integers(0, 1), max_size=40))
def test_the_window_counts_what_a_list_would(rules: BreakerRules, failures: list[int]) -> None:
    """The running totals equal a recount of the latest results, and decide as the recount does."""
    state, ring = INITIAL, bytearray(rules.window_calls)
    kept: list[int] = []
    for failure in failures:
        kept.append(failure)
        latest = kept[-rules.window_calls :]
        share_ppm = sum(latest) * 1_000_000 / len(latest)
        state = result(rules, ring, state, 0, state[1], failure)
        if len(latest) >= rules.minimum_calls and share_ppm >= rules.threshold_ppm:
            assert state[0] == OPEN
            break
        assert (state[0], state[5]) == (CLOSED, sum(latest))
