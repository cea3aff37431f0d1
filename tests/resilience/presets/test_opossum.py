"""`semantics: opossum` answers as opossum does, and reads what its users have in their options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.resilience.presets.answers import (
    NS_PER_MS,
    Run,
    Scenario,
    disagreements,
    parameters,
    traces,
    unit_cases,
)
from tests.resilience.presets.pasted import pasted
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState, Window
from tiktoktoe_cli.resilience.presets.opossum import OpossumSettings
from tiktoktoe_cli.resilience.presets.time_window import TimeWindow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Reader, Step
    from tiktoktoe_cli.resilience.machine import Transition

LAYERS = {"timeout", "capacity", "errorFilter"}
"""Options that the run does the work of: they are other layers, or say which errors are filtered."""

NOT_KEPT = {"successes", "rejects", "timeouts", "semaphore_rejections"}
"""Counts that the library reports and no decision looks at; `fires` and `failures` are what they decide by."""

PATHS = {(row.source, row.target) for row in OpossumSettings.machine.table}

EVENTS = {BreakerState.CLOSED: "close", BreakerState.OPEN: "open", BreakerState.HALF_OPEN: "halfopen"}


@dataclass
class OpossumRun(Run):
    """A run with the layers that opossum has built in: a timeout for each call, and a capacity."""

    timeout_ms: float | None = None
    capacity: int | None = None
    deadlines: dict[Any, int] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    note: str = ""

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(self.settings, self.changed)
        self.breaker.metrics(0)  # the library's timers start when the breaker is made

    def changed(self, change: Transition) -> None:
        """Write a transition as the vectors do."""
        self.fresh.append(f"{EVENTS[change.target]}@{change.at_ns // NS_PER_MS}")

    def events(self, _step: Step) -> list[str]:
        """Return what has happened since the last time that it was asked for."""
        fresh, self.fresh = self.fresh, []
        return fresh

    def let_time_pass(self, step: Step) -> None:
        """Time out the calls whose time is over: each is a failure, exactly when due."""
        for call, deadline_ns in sorted(self.deadlines.items(), key=lambda entry: entry[1]):
            if deadline_ns <= self.now_ns(step):
                self.breaker.metrics(deadline_ns)
                self.fresh.append(f"timeout:{call}@{deadline_ns // NS_PER_MS}")
                self.finish({"op": "failure", "id": call, "t": deadline_ns / NS_PER_MS})

    def take(self, step: Step) -> bool | None:
        """Do what a step says, as opossum would; return whether a call was permitted."""
        self.let_time_pass(step)
        if step["op"] == "acquire":
            return self.start(step)
        if step.get("id") in self.tickets:  # otherwise it was timed out before
            self.finish(step)
        self.look(step)
        return None

    def start(self, step: Step) -> bool:
        """Ask for a call; one beyond the capacity fails at once."""
        if not self.acquire(step):
            self.note = "EOPENBREAKER"
            return False
        if self.capacity is not None and len(self.tickets) > self.capacity:
            self.note = "ESEMLOCKED"
            self.end(step, failed=True)
            return False
        if self.timeout_ms is not None:
            self.deadlines[step["id"]] = self.now_ns(step) + round(self.timeout_ms * NS_PER_MS)
        return True

    def finish(self, step: Step) -> None:
        """End a call: well, with an error, or with one that is filtered out."""
        self.deadlines.pop(step["id"], None)
        if step["op"] == "ignore":
            self.ignore(step)
        else:
            self.end(step, failed=step["op"] == "failure")


def run_of(config: Mapping[str, Any]) -> OpossumRun:
    """Make a run with the options of a scenario; the library's timeout is 10 s unless it is switched off."""
    settings = pasted(OpossumSettings, {key: value for key, value in config.items() if key not in LAYERS})
    timeout = config.get("timeout", 10_000)
    return OpossumRun(
        settings, timeout_ms=None if timeout == "false" else timeout, capacity=config.get("capacity")
    )


@pytest.mark.parametrize("scenario", parameters([*unit_cases("opossum"), *traces("opossum")]))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real library is answered alike."""
    run = run_of(scenario.config)
    readers: Mapping[str, Reader] = {
        "state": state_of,
        "fires": lambda run, _: run.state[3],
        "failures": lambda run, step: run.breaker.metrics(run.now_ns(step)).window.failures,
        "pending_close": lambda run, _: run.state[2][3] == 1,
        "events": lambda _, step: run.events(step),
        "note": lambda *_: run.note,
    }
    operations = dict.fromkeys(
        ("acquire", "success", "failure", "ignore", "state"), lambda _, step: run.take(step)
    )

    found = disagreements(run, scenario.showing(without=NOT_KEPT, events=True), readers, operations)

    assert list(found) == []


def breaker_of(**options: Any) -> CircuitBreaker:  # whatever YAML can hold
    """Make a breaker, used for the first time at 0."""
    breaker = CircuitBreaker(pasted(OpossumSettings, options))
    breaker.metrics(0)
    return breaker


def failures_of(breaker: CircuitBreaker, failed: int, calls: int, now_ns: int = 0) -> None:
    """Start so many calls, and let the first of them fail and the others succeed."""
    tickets = [breaker.acquire(now_ns) for _ in range(calls)]
    for number, ticket in reversed(list(enumerate(tickets))):
        breaker.record(ticket, now_ns, 0, int(number < failed))


def test_the_defaults_are_the_librarys() -> None:
    """Without options: more than half of the calls of 10 s, any number of them, and 30 s open."""
    ours = OpossumSettings()

    assert (ours.failure_threshold, ours.window.time, ours.window_buckets) == (0.5, 10 * NS_PER_S, 10)
    assert (ours.minimum_calls, ours.reset_timeout) == (0, 30 * NS_PER_S)
    assert (ours.allow_warm_up, ours.enabled) == (False, True)


def test_takes_the_options_as_they_are_written_there() -> None:
    """Options of a real breaker can be pasted: percent and milliseconds need no unit."""
    options = {
        "errorThresholdPercentage": 40,
        "resetTimeout": 5000,
        "rollingCountTimeout": 60000,
        "rollingCountBuckets": 6,
        "volumeThreshold": 20,
        "allowWarmUp": True,
    }

    assert pasted(OpossumSettings, options) == OpossumSettings(
        failure_threshold=Ratio(0.4),
        reset_timeout=Duration.of(5),
        window=TimeWindow(time=Duration.of(60)),
        window_buckets=6,
        minimum_calls=20,
        allow_warm_up=True,
    )


def test_takes_our_names_beside_the_librarys() -> None:
    """Our names say the same, with units."""
    ours = pasted(
        OpossumSettings, {"failure_threshold": "40%", "reset-timeout": "5s", "rollingCountTimeout": "1m"}
    )

    assert (ours.failure_threshold, ours.reset_timeout, ours.window.time) == (
        0.4,
        5 * NS_PER_S,
        60 * NS_PER_S,
    )


@pytest.mark.parametrize(("option", "layer"), [("timeout", "timeout"), ("capacity", "bulkhead")])
def test_says_where_the_options_of_other_layers_go(option: str, layer: str) -> None:
    """What the library has built in and we have beside the breaker is refused, with what to write."""
    with pytest.raises(ValidationError) as caught:
        pasted(OpossumSettings, {option: 3000})

    (error,) = caught.value.errors()
    assert error["type"] == "option-elsewhere"
    assert f"- {layer}:" in error["ctx"]["hint"]


@pytest.mark.parametrize(
    ("percentage", "failed", "calls", "state"),
    [
        (50, 1, 2, BreakerState.CLOSED),  # a threshold must be exceeded
        (50, 2, 3, BreakerState.OPEN),
        (7, 7, 100, BreakerState.OPEN),  # 7 / 100 * 100 is 7.000000000000001
        (14, 14, 100, BreakerState.OPEN),  # 14.000000000000002
        (29, 29, 100, BreakerState.CLOSED),  # 28.999999999999996
        (29, 30, 100, BreakerState.OPEN),
        (6, 6, 100, BreakerState.CLOSED),  # 6
        (100, 3, 3, BreakerState.CLOSED),  # nothing is more than all
    ],
)
def test_opens_above_the_threshold_as_doubles_have_it(
    percentage: float, failed: int, calls: int, state: BreakerState
) -> None:
    """A share that equals the threshold opens only where the library's arithmetic makes it a little more."""
    breaker = breaker_of(errorThresholdPercentage=percentage, volumeThreshold=calls)

    failures_of(breaker, failed, calls)

    assert breaker.state is state


def test_calls_under_way_and_refused_calls_make_the_share_smaller() -> None:
    """What asked was fired: nine that wait for an answer beside one failure are 10 %, and so below a half."""
    breaker = breaker_of()
    tickets = [breaker.acquire(0) for _ in range(10)]

    breaker.record(tickets[0], 0, 0, 1)

    assert breaker.state is BreakerState.CLOSED
    assert breaker.metrics(0).window == Window(10, 1, 0)


def test_a_failure_whose_call_is_forgotten_is_more_than_the_whole() -> None:
    """A call that fails after its bucket has gone is one failure of no call, and opens whatever the threshold."""
    breaker = breaker_of(errorThresholdPercentage=100)
    ticket = breaker.acquire(0)

    breaker.record(ticket, 10 * NS_PER_S, 10 * NS_PER_S, 1)

    assert breaker.metrics(10 * NS_PER_S).window == Window(1, 1, 0)
    assert breaker.state is BreakerState.OPEN


def test_a_bucket_is_forgotten_exactly_when_its_timer_is_due() -> None:
    """A failure of the first second is there until ten seconds have passed, and then no more."""
    breaker = breaker_of(errorThresholdPercentage=100)
    failures_of(breaker, 1, 1, 999_999_999)

    assert breaker.metrics(10 * NS_PER_S - 1).window == Window(1, 1, 0)
    assert breaker.metrics(10 * NS_PER_S).window == Window(0, 0, 0)


@pytest.mark.parametrize(
    ("timeout_ms", "buckets", "bucket_ms"),
    [(10_000, 10, 1000), (10_000, 3, 3333), (10_000, 1, 10_000), (5, 10, 1)],
)
def test_a_bucket_takes_whole_milliseconds(timeout_ms: int, buckets: int, bucket_ms: int) -> None:
    """The timer that turns the buckets counts in milliseconds, and its shortest interval is one of them."""
    settings = pasted(OpossumSettings, {"rollingCountTimeout": timeout_ms, "rollingCountBuckets": buckets})

    assert settings.rules.bucket_ns == bucket_ms * NS_PER_MS


def test_becomes_half_open_by_itself_and_admits_one_call() -> None:
    """When the reset timeout is over the circuit is half-open without being asked; a second call is refused."""
    breaker = breaker_of(resetTimeout=1000)
    failures_of(breaker, 1, 1)

    assert breaker.acquire(NS_PER_S - 1) == REFUSED
    assert breaker.metrics(NS_PER_S).state is BreakerState.HALF_OPEN
    assert [breaker.acquire(2 * NS_PER_S) == REFUSED for _ in range(2)] == [False, True]
    assert [change.at_ns for change in breaker.metrics(2 * NS_PER_S).transitions] == [0, NS_PER_S]


def test_a_probe_that_never_returns_wedges_the_circuit() -> None:
    """Without its timeout, the library lets nobody else through, ever."""
    breaker = breaker_of(resetTimeout=1000)
    failures_of(breaker, 1, 1)
    breaker.acquire(NS_PER_S)

    assert breaker.acquire(10**6 * NS_PER_S) == REFUSED


def test_what_was_counted_survives_closing() -> None:
    """The failures from before are still there when the circuit closes: one more, and it opens again."""
    breaker = breaker_of(resetTimeout=1000)
    failures_of(breaker, 3, 3)
    failures_of(breaker, 0, 1, NS_PER_S)
    assert breaker.metrics(NS_PER_S).state is BreakerState.CLOSED

    failures_of(breaker, 1, 1, NS_PER_S)

    assert breaker.state is BreakerState.OPEN


def test_nothing_opens_while_it_warms_up() -> None:
    """For the time of a window failures are counted and open nothing; then the next one does."""
    breaker = breaker_of(allowWarmUp=True, rollingCountTimeout=2000)
    failures_of(breaker, 5, 5, 2 * NS_PER_S - 1)
    assert breaker.metrics(2 * NS_PER_S - 1).state is BreakerState.CLOSED

    failures_of(breaker, 1, 1, 2 * NS_PER_S)

    assert breaker.state is BreakerState.OPEN


def test_a_disabled_circuit_lets_all_through_and_hears_nothing() -> None:
    """Calls are fired; how they end is not counted, not even after the circuit was enabled again."""
    breaker = breaker_of(enabled=False)
    tickets = [breaker.acquire(0) for _ in range(3)]
    breaker.record(tickets[0], 0, 0, 1)
    breaker.force(BreakerState.CLOSED, 0)
    breaker.record(tickets[1], 0, 0, 1)

    assert breaker.metrics(0).window == Window(3, 0, 0)
    assert breaker.metrics(0).late == 1


def test_forcing_what_already_is_changes_nothing() -> None:
    """An open circuit that is opened again does not stay open for longer."""
    breaker = breaker_of(resetTimeout=1000)
    breaker.force(BreakerState.OPEN, 0)
    breaker.force(BreakerState.OPEN, NS_PER_S // 2)

    assert breaker.retry_after_ns(NS_PER_S // 2) == NS_PER_S // 2


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["start", "fail", "succeed"])), max_size=80))
def test_the_totals_are_those_of_the_buckets(steps: list[tuple[int, str]]) -> None:
    """Whatever happens, the window is what its buckets hold, and nobody comes through who is not let through."""
    settings = pasted(
        OpossumSettings, {"rollingCountTimeout": 1000, "rollingCountBuckets": 4, "resetTimeout": 300}
    )
    run, now_ns = Run(settings), 0
    for wait_ms, act in steps:
        now_ns += wait_ms * NS_PER_MS
        if act == "start":
            run.breaker.acquire(now_ns)
        else:
            run.breaker.record(0, now_ns, 0, int(act == "fail"))

        metrics, buckets = run.breaker.metrics(now_ns), run.ring[:-2]
        assert run.state[3:] == (sum(buckets[::3]), sum(buckets[1::3]))
        assert metrics.window.failures <= metrics.window.calls
        assert run.state[2][3] <= (metrics.state is BreakerState.HALF_OPEN)
        assert all((change.source, change.target) in PATHS for change in metrics.transitions)
