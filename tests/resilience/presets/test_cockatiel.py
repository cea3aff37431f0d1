"""`semantics: cockatiel` answers as cockatiel does, and reads what its users have in their options."""

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
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Rate, Ratio
from tiktoktoe_cli.resilience.breaker import QUEUED, REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import CLOSED, HALF_OPEN, OPEN, BreakerState, Window
from tiktoktoe_cli.resilience.presets.cockatiel import CockatielSettings
from tiktoktoe_cli.resilience.presets.window import WindowSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from tests.resilience.presets.answers import Reader, Step


@dataclass
class CockatielRun(Run):
    """A run that writes down what happens to calls, of those that wait as well."""

    now_ms: int = 0
    note: str = ""
    calls: list[str] = field(default_factory=list)

    def events(self, _step: Step) -> list[str]:
        """Return what has happened since the last time that it was asked for: in a step, calls follow transitions."""
        changes = [f"{change.target}@{change.at_ns // NS_PER_MS}" for change in self.transitions]
        events = [change.replace("-", "_") for change in changes] + self.calls
        self.transitions.clear()
        self.calls.clear()
        return events

    def take(self, step: Step) -> bool | str | None:
        """Do what a step says, and remember when that was."""
        self.now_ms = step["t"]
        if step["op"] == "acquire":
            permitted = self.acquire(step)
            self.note = "broken" if permitted is False and self.phase == OPEN else ""
            return permitted
        if step["op"] == "ignore":
            self.ignore(step)
        elif step["op"] != "state":
            self.end(step, failed=step["op"] == "failure")
        return None

    def _admitted(self, key: str | None, now_ns: int, ticket: int) -> None:
        super()._admitted(key, now_ns, ticket)
        self.calls.append(f"{'reject' if ticket == REFUSED else 'start'}:{key}@{self.now_ms}")


def settings_of(config: Mapping[str, Any]) -> CockatielSettings:
    """Read a scenario's options: of one of three breakers, of the sampling in half-open, and perhaps of a backoff."""
    options = {key: value for key, value in config.items() if key not in {"breaker", "backoff"}}
    sampling = {"halfOpen_calls": "half_open_calls", "halfOpen_threshold": "half_open_failure_threshold"}
    options = {sampling.get(key, key): value for key, value in options.items()}
    if config["breaker"] == "consecutive":
        options["ConsecutiveBreaker"] = options.pop("threshold")
    if "backoff" in config:
        first, second, last = (int(wait) for wait in config["backoff"].split(","))
        assert last == 2 * second == 4 * first
        options |= {"halfOpenAfter": first, "reset_timeout_multiplier": 2, "max_reset_timeout": f"{last}ms"}
    return pasted(CockatielSettings, options)


def window_of(run: Run, step: Step) -> Window:
    """Read the window."""
    return run.breaker.metrics(run.now_ns(step)).window


@pytest.mark.parametrize("scenario", parameters([*unit_cases("cockatiel"), *traces("cockatiel")]))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the real library is answered alike, and every waiting call is."""
    run = CockatielRun(settings_of(scenario.config))
    readers: Mapping[str, Reader] = {
        "state": state_of,
        "window_failures": lambda run, step: window_of(run, step).failures,
        "window_successes": lambda run, step: window_of(run, step).calls - window_of(run, step).failures,
        "events": lambda _, step: run.events(step),
        "note": lambda *_: run.note,
    }
    operations = dict.fromkeys(
        ("acquire", "success", "failure", "ignore", "state"), lambda _, step: run.take(step)
    )

    assert list(disagreements(run, scenario.showing(events=True), readers, operations)) == []


def breaker_of(**options: Any) -> CircuitBreaker:  # whatever YAML can hold
    """Make a breaker."""
    return CircuitBreaker(pasted(CockatielSettings, options))


def end(breaker: CircuitBreaker, *failed: int, now_ns: int = 0) -> None:
    """Start a call for each result, and end it so."""
    for one in failed:
        breaker.record(breaker.acquire(now_ns), now_ns, 0, one)


def test_the_defaults_are_of_the_readme() -> None:
    """Without options: five failures in a row, ten seconds, one probe of which none may fail."""
    ours = CockatielSettings()

    assert (ours.window, ours.consecutive_failures, ours.reset_timeout) == (None, 5, 10 * NS_PER_S)
    assert (ours.half_open_calls, ours.half_open_failure_threshold) == (1, Ratio(0))


def test_takes_the_options_of_a_sampling_breaker() -> None:
    """The options of the breaker and of the policy can be pasted; times are in milliseconds."""
    options = {"halfOpenAfter": 10000, "threshold": 0.2, "duration": 30000, "minimumRps": 2.5}

    assert pasted(CockatielSettings, options) == CockatielSettings(
        reset_timeout=Duration.of(10),
        failure_threshold=Ratio(0.2),
        window=WindowSettings(time=Duration.of(30)),
        minimum_rate=Rate(2.5),
    )


def test_takes_our_names_beside_the_librarys() -> None:
    """A window of calls may be written either way."""
    theirs = pasted(CockatielSettings, {"threshold": "20%", "size": 100, "minimumNumberOfCalls": 10})
    ours = pasted(
        CockatielSettings,
        {"failure_threshold": "20%", "window": {"calls": 100}, "minimum-number-of-calls": 10},
    )

    assert ours == theirs


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"minimumRps": 3, "size": 10},
            "unknown-option",
            "`cockatiel` has no option `minimum_rate` with a window of calls",
        ),
        (
            {"threshold": 0.5},
            "unknown-option",
            "`cockatiel` has no option `failure_threshold` without a `window`",
        ),
        (
            {"consecutive_failures": 3, "duration": 1000},
            "unknown-option",
            "`cockatiel` has no option `consecutive_failures` with a window of time",
        ),
        (
            {"size": 5, "minimumNumberOfCalls": 6},
            "minimum-beyond-window",
            "`minimum_calls` 6 is more than the window's 5 calls: it would never open",
        ),
        (
            {"size": 5, "duration": 1000},
            "one-of",
            "expected exactly one kind of window, found `calls` and `time`",
        ),
        (
            {"halfOpenSampling": {}},
            "option-elsewhere",
            "`halfOpenSampling` of `cockatiel` is not a circuit breaker's option here",
        ),
        ({"maxDelay": 5}, "unknown-option", "`cockatiel` has no option `maxDelay`"),
    ],
)
def test_refuses_options_that_do_not_go_together(options: dict[str, Any], code: str, message: str) -> None:
    """Each breaker of the library has its own options."""
    with pytest.raises(ValidationError) as caught:
        pasted(CockatielSettings, options)

    assert [(error["type"], error["msg"]) for error in caught.value.errors()] == [(code, message)]


@pytest.mark.parametrize(
    ("options", "slices", "slice_ms", "minimum"),
    [
        ({"duration": 30_000, "threshold": 0.2}, 30, 1000, 750),  # 30,000 ms * 5 / (0.2 * 1000)
        ({"duration": 1500, "threshold": 0.5, "minimumRps": 2}, 5, 300, 3),
        ({"duration": 332, "threshold": 0.5, "minimumRps": 10}, 5, 66, 4),  # 330 ms at 0.01 per ms: 3.3
        ({"duration": 332.5, "threshold": 0.5, "minimumRps": 10}, 5, 67, 4),  # 66.5 is rounded up
    ],
)
def test_a_window_of_time_has_slices_as_the_librarys(
    options: dict[str, float], slices: int, slice_ms: int, minimum: int
) -> None:
    """There are at least five, none longer than about a second, and the minimum is a rate over all of them."""
    rules = pasted(CockatielSettings, options).rules

    assert (rules.slices, rules.slice_ns, rules.minimum_calls) == (slices, slice_ms * NS_PER_MS, minimum)


def test_rejects_until_the_reset_time_and_admits_at_it() -> None:
    """At exactly `halfOpenAfter` a call is let through; the one beside it waits."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000)
    end(breaker, 1)

    assert breaker.acquire(NS_PER_S - 1) == REFUSED
    assert breaker.acquire(NS_PER_S) not in {REFUSED, QUEUED}
    assert breaker.acquire(NS_PER_S) == QUEUED


@pytest.mark.parametrize(
    ("threshold", "failed", "calls", "state"),
    [
        (0.5, 5, 10, BreakerState.CLOSED),  # a threshold must be exceeded
        (0.5, 6, 10, BreakerState.OPEN),
        (0.29, 29, 100, BreakerState.OPEN),  # 0.29 * 100 is 28.999999999999996
        (0.29, 87, 300, BreakerState.CLOSED),  # the same share, but 0.29 * 300 is 87
        (0.29, 88, 300, BreakerState.OPEN),
    ],
)
def test_opens_above_the_threshold_as_doubles_have_it(
    threshold: float, failed: int, calls: int, state: BreakerState
) -> None:
    """A share that equals the threshold opens only where the library's product is a little less."""
    breaker = breaker_of(size=calls, threshold=threshold)

    end(breaker, *[0] * (calls - failed), *[1] * failed)

    assert breaker.state is state


def test_a_success_does_not_open() -> None:
    """It is a failure that must find enough calls: here the last one comes too early, by one call."""
    breaker = breaker_of(size=4, threshold=0.5)

    end(breaker, 1, 1, 1, 0)

    assert breaker.state is BreakerState.CLOSED


def test_a_late_failure_opens_a_half_open_circuit() -> None:
    """A call from before the break fails while the probe is under way, whose success then says nothing."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000)
    late = breaker.acquire(0)
    end(breaker, 1)
    probe = breaker.acquire(NS_PER_S)

    breaker.record(late, NS_PER_S, 0, 1)
    breaker.record(probe, NS_PER_S, 0, 0)

    assert breaker.state is BreakerState.OPEN
    assert [change.cause for change in breaker.metrics(NS_PER_S).transitions][-1] == "late failure"


def test_a_late_success_does_not_close_a_half_open_circuit() -> None:
    """It only ends the row of failures, so that the next late one need not open."""
    breaker = breaker_of(ConsecutiveBreaker=2, halfOpenAfter=1000)
    first, second = breaker.acquire(0), breaker.acquire(0)
    end(breaker, 1, 1)
    breaker.acquire(NS_PER_S)

    breaker.record(first, NS_PER_S, 0, 0)
    breaker.record(second, NS_PER_S, 0, 1)

    assert breaker.state is BreakerState.HALF_OPEN


def test_a_probe_of_an_earlier_half_open_phase_says_nothing() -> None:
    """Of two probes the first fails; the second one ends in the next phase and does not count there."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000, half_open_calls=2)
    end(breaker, 1)
    failing, late = breaker.acquire(NS_PER_S), breaker.acquire(NS_PER_S)
    breaker.record(failing, NS_PER_S, 0, 1)
    probe = breaker.acquire(2 * NS_PER_S)
    breaker.record(late, 2 * NS_PER_S, 0, 0)
    breaker.record(probe, 2 * NS_PER_S, 0, 0)

    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.metrics(2 * NS_PER_S).late == 1


def test_a_probe_with_an_unhandled_error_closes() -> None:
    """An error that the policy does not handle is a success, if it ends a probe."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000)
    end(breaker, 1)

    breaker.release(breaker.acquire(NS_PER_S), NS_PER_S)

    assert breaker.state is BreakerState.CLOSED


def test_old_results_leave_a_window_of_time_one_slice_per_result() -> None:
    """After an hour's pause, the slices of a second go one by one, as results come."""
    breaker = breaker_of(duration=5000, threshold=0.5, minimumRps=100)
    for second in range(5):
        end(breaker, 1, now_ns=(second + 1) * NS_PER_S)
    later = 3600 * NS_PER_S

    end(breaker, 0, now_ns=later)
    assert breaker.metrics(later).window == Window(5, 4, 0)

    end(breaker, 0, 0, now_ns=later + NS_PER_S)
    assert breaker.metrics(later + NS_PER_S).window == Window(6, 3, 0)


def test_each_failed_phase_of_probes_makes_the_next_break_longer() -> None:
    """An exponential backoff starts anew when the circuit was closed."""
    breaker = breaker_of(
        ConsecutiveBreaker=1, halfOpenAfter=1000, reset_timeout_multiplier=2, max_reset_timeout="3s"
    )
    waits, now_ns = [], 0
    for failed in (1, 1, 1, 1, 0, 1):
        end(breaker, failed, now_ns=now_ns)
        waits.append(breaker.retry_after_ns(now_ns))
        now_ns += waits[-1] or 0

    assert waits == [NS_PER_S, 2 * NS_PER_S, 3 * NS_PER_S, 3 * NS_PER_S, 0, NS_PER_S]


def test_isolating_sends_those_away_who_wait() -> None:
    """Whoever waits for a probe is refused when the circuit is isolated, and the probe says nothing any more."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000)
    end(breaker, 1)
    probe = breaker.acquire(NS_PER_S)
    answers: list[int] = []
    breaker.enqueue(NS_PER_S, answers.append)

    breaker.force(BreakerState.FORCED_OPEN, NS_PER_S)
    breaker.record(probe, NS_PER_S, 0, 0)

    assert answers == [REFUSED]
    assert breaker.state is BreakerState.FORCED_OPEN


def test_calls_count_again_after_an_isolation_that_came_while_half_open() -> None:
    """A circuit that was closed by hand admits calls as a closed one."""
    breaker = breaker_of(ConsecutiveBreaker=1, halfOpenAfter=1000)
    end(breaker, 1)
    breaker.acquire(NS_PER_S)
    breaker.force(BreakerState.FORCED_OPEN, NS_PER_S)
    breaker.force(BreakerState.CLOSED, NS_PER_S)

    end(breaker, 1, now_ns=NS_PER_S)

    assert breaker.state is BreakerState.OPEN


def test_what_was_counted_survives_isolation() -> None:
    """After the isolation is over, one more failure completes the row."""
    breaker = breaker_of(ConsecutiveBreaker=2)
    end(breaker, 1)
    breaker.force(BreakerState.FORCED_OPEN, 0)
    breaker.force(BreakerState.CLOSED, 0)

    end(breaker, 1)

    assert breaker.state is BreakerState.OPEN


@given(
    st.sampled_from(
        [{"ConsecutiveBreaker": 2}, {"size": 3, "threshold": 0.4}, {"duration": 500, "minimumRps": 5}]
    ),
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(["start", "start", "fail", "succeed", "release"])),
        max_size=80,
    ),
    st.randoms(use_true_random=False),
)
def test_nobody_waits_but_for_probes_under_way(
    options: dict[str, float], steps: list[tuple[int, str]], chance: Random
) -> None:
    """Whatever happens, every call starts, is refused, or waits while as many probes as may are under way."""
    breaker = breaker_of(halfOpenAfter=300, half_open_calls=2, half_open_failure_threshold="50%", **options)
    tickets: list[int] = []
    waiting = now_ns = 0

    def go_on(ticket: int) -> None:
        nonlocal waiting
        waiting -= 1
        tickets.append(ticket)

    for wait_ms, act in steps:
        now_ns += wait_ms * NS_PER_MS
        if act == "start":
            waiting += 1
            ticket = breaker.enqueue(now_ns, go_on)
            if ticket != QUEUED:
                go_on(ticket)
        elif under_way := [ticket for ticket in tickets if ticket != REFUSED]:
            tickets.remove(ticket := chance.choice(under_way))
            if act == "release":
                breaker.release(ticket, now_ns)
            else:
                breaker.record(ticket, now_ns, 0, int(act == "fail"))

        (phase, current, (_, _, _, _, started, ended, failed), recorded, failures), _ = breaker.saved()
        assert (current % 2 == 0) if phase == CLOSED else (0 <= failed <= ended <= started <= 2)
        assert 0 <= failures <= recorded
        assert waiting == 0 or (
            phase == HALF_OPEN and started == 2 and tickets.count(current) == 2 - ended > 0
        )
