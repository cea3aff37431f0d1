"""`semantics: resilience4j` answers as resilience4j 2.4 does, and reads what its users have in their YAML."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
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
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import BreakerState, Transition
from tiktoktoe_cli.resilience.presets.resilience4j import Resilience4jSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.resilience.presets.answers import Reader, Step

EPOCH_NS = 1_700_000_000 * NS_PER_S
"""Any whole second will do: a scenario's `clock_offset_ms` says where in its second it begins."""

OWN_NAMES = {
    "waitExponential": "waitDurationInOpenState",
    "waitExponential_mult": "exponentialBackoffMultiplier",
}
"""The vectors' names for the two numbers of an exponential `IntervalFunction`."""

NO_OPTION = {"clock_offset_ms", "initialState", "window_only"}
"""What the vectors say about the scenario itself."""

NOT_KEPT = {"slow_successful", "slow_failed", "total_duration_ms", "avg_duration_ms"}
"""Columns of the library's windows that no decision looks at, and ours do not hold."""

NEVER_OPENS = {"failureRateThreshold": 100, "minimumNumberOfCalls": 1000}

_CASES = unit_cases("resilience4j")
WINDOWS = [case for case in _CASES if "window_only" in case.config]
CASES = [case for case in _CASES if "window_only" not in case.config]


@dataclass
class Resilience4jRun(Run):
    """A run that tells transitions and counts refusals as the library does: the latter since its window was made."""

    told: int = 0
    refused: int = 0
    refused_before: int = 0
    began: list[Transition] = field(default_factory=list)

    @classmethod
    def of(cls, scenario: Scenario) -> Resilience4jRun:
        """Make a breaker as the scenario's was made."""
        config = {name: value for name, value in scenario.config.items() if name not in NO_OPTION}
        named = {name.removesuffix("_ms"): value for name, value in config.items()}
        options = {OWN_NAMES.get(name, name): value for name, value in named.items()}
        for step in scenario.steps:  # a breaker of ours cannot be forced to be open for so long and no longer
            if step.get("arg") == "open_until":
                options["waitDurationInOpenState"] = step["duration_ms"]
        offset_ms = scenario.config.get("clock_offset_ms", 0)
        run = cls(pasted(Resilience4jSettings, options), EPOCH_NS + offset_ms * NS_PER_MS)
        if "initialState" in scenario.config:
            run.force({"t": 0, "arg": scenario.config["initialState"]})
            run.transitions.clear()
        return run

    def events(self, _step: Step) -> list[str]:
        """Return the transitions since the last step, as the vectors write them."""
        fresh, self.told = self.transitions[self.told :], len(self.transitions)
        return [
            f"{change.source}>{change.target}@{(change.at_ns - self.epoch_ns) // NS_PER_MS}".replace("-", "_")
            for change in fresh
        ]

    def not_permitted(self, step: Step) -> int:
        """Return the refusals since the circuit last became anything but open, which keeps its window."""
        began = [change for change in self.transitions if change.target is not BreakerState.OPEN][-1:]
        if began != self.began:
            self.began, self.refused_before = began, self.refused
        self.refused = self.breaker.metrics(self.now_ns(step)).not_permitted
        return self.refused - self.refused_before


def single(value: float) -> float:
    """Round to single precision, and write it as Java does: with no more digits than tell it from its neighbours."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    written = (float(f"{rounded:.{digits}g}") for digits in range(1, 10))
    return next(text for text in written if struct.pack("f", text) == struct.pack("f", rounded))


def counted(name: str) -> Callable[[Run, Step], int]:
    """Read a number of the window."""

    def read(run: Run, step: Step) -> int:
        number: int = getattr(run.breaker.metrics(run.now_ns(step)).window, name)
        return number

    return read


def successes(run: Run, step: Step) -> int:
    """Read the successes in the window."""
    calls, failures, _ = run.breaker.metrics(run.now_ns(step)).window
    return calls - failures


def rate(name: str) -> Reader:
    """Read a share of the window in percent; -1 if it does not hold enough calls."""

    def read(run: Run, step: Step) -> float:
        window, size = run.breaker.metrics(run.now_ns(step)).window, run.state[2][5]
        minimum = run.breaker.rules.minimum_calls
        enough = window.calls >= (min(minimum, size) if size else minimum)
        return single(100 * getattr(window, name) / window.calls) if enough else -1.0

    return read


def plain_rate(name: str) -> Reader:
    """Read a share of a bare window in percent; 0 if it is empty."""
    part, calls = counted(name), counted("calls")
    return lambda run, step: single(100 * part(run, step) / calls(run, step)) if calls(run, step) else 0.0


READERS: Mapping[str, Any] = {
    "state": lambda run, _: str(run.breaker.state).replace("-", "_"),
    "failure_rate": rate("failures"),
    "slow_call_rate": rate("slow"),
    "buffered": counted("calls"),
    "failed": counted("failures"),
    "successful": successes,
    "slow": counted("slow"),
    "not_permitted": Resilience4jRun.not_permitted,
    "events": Resilience4jRun.events,
    "note": lambda run, step: run.phase == 0 and step["arg"] == "half_open" and "illegal_transition",
}
OPERATIONS: Mapping[str, Any] = {
    "force": lambda run, step: Run.force(run, {**step, "arg": step["arg"].removesuffix("_until")}),
    "reset": lambda run, step: run.force({**step, "arg": "closed"}),
    "release": Run.ignore,
}
WINDOW_READERS: Mapping[str, Any] = {
    "total": counted("calls"),
    "successful": successes,
    "failed": counted("failures"),
    "slow": counted("slow"),
    "failure_rate": plain_rate("failures"),
    "slow_rate": plain_rate("slow"),
}


def recorded(run: Run, step: Step) -> None:
    """Put a result into the window; the vectors say themselves whether it was slow."""
    slow, _, outcome = step["arg"].rpartition("_")
    duration_ns = run.settings.slow_call_ns or 0
    run.breaker.record(0, run.now_ns(step), duration_ns + bool(slow), int(outcome == "ERROR"))


@pytest.mark.parametrize("case", parameters([*CASES, *traces("resilience4j")]))
def test_answers_as_the_library_does(case: Scenario) -> None:
    """In the library's own tests and in random traces, each step shows the same."""
    run = Resilience4jRun.of(case)

    found = list(disagreements(run, case.showing(events=True), READERS, OPERATIONS))

    assert found == []


@pytest.mark.parametrize("case", parameters(WINDOWS))
def test_windows_hold_what_the_library_holds(case: Scenario) -> None:
    """The library's tests of its windows alone hold for a breaker that only counts."""
    kind, size = case.config["window_only"], case.config["slidingWindowSize"]
    options = {**NEVER_OPENS, "slidingWindowType": kind, "slidingWindowSize": size}
    run = Run(pasted(Resilience4jSettings, options), EPOCH_NS)
    run.force({"t": 0, "arg": "metrics_only"})
    kept = [
        {**step, "after": {name: value for name, value in step["after"].items() if name not in NOT_KEPT}}
        for step in case.steps
    ]

    found = disagreements(
        run,
        Scenario(case.name, case.config, tuple(kept)),
        WINDOW_READERS,
        {"record": recorded, "snapshot": Run.look},
    )

    assert list(found) == []


def opened(options: Mapping[str, Any], results: str) -> CircuitBreaker:
    """Feed results at time 0, `f` for a failure; the library's names make the options."""
    breaker = CircuitBreaker(pasted(Resilience4jSettings, options))
    for letter in results:
        breaker.record(breaker.acquire(0), 0, 0, int(letter == "f"))
    return breaker


@pytest.mark.parametrize(
    ("percent", "state"),
    [
        ("33.3333335", BreakerState.OPEN),  # 8,738,133.38 / 2**18, where 100/3 is 8,738,133.33 / 2**18
        ("33.333336", BreakerState.CLOSED),  # 8,738,134.03 / 2**18
    ],
)
def test_compares_in_single_precision(percent: str, state: BreakerState) -> None:
    """One of three reaches a threshold that rounds to the same number, even if it is a little more."""
    breaker = opened({"failureRateThreshold": percent, "minimumNumberOfCalls": 3}, "fss")

    assert breaker.state is state


@pytest.mark.parametrize(("failures", "state"), [(500, BreakerState.CLOSED), (501, BreakerState.OPEN)])
def test_a_threshold_is_as_fine_as_the_window(failures: int, state: BreakerState) -> None:
    """50.1 % of a thousand calls are 501."""
    options = {"failureRateThreshold": 50.1, "slidingWindowSize": 1000, "minimumNumberOfCalls": 1000}

    breaker = opened(options, "s" * (1000 - failures) + "f" * failures)

    assert breaker.state is state


def test_a_rejection_names_the_first_moment_that_lets_through() -> None:
    """At the instant that the wait is over the library still refuses; who waits for as long as told, is let in."""
    breaker = opened({"minimumNumberOfCalls": 1, "waitDurationInOpenState": 1000}, "f")

    wait_ns = breaker.retry_after_ns(0)

    assert wait_ns == NS_PER_S + 1
    assert [breaker.acquire(wait_ns - 1), breaker.acquire(wait_ns)] == [REFUSED, 0]


def test_a_late_ignored_call_adds_a_probe() -> None:
    """A call of the closed state that ends ignored while half-open gives back a permit that it never had."""
    breaker = opened({"minimumNumberOfCalls": 1, "permittedNumberOfCallsInHalfOpenState": 1}, "f")
    late = 0
    now_ns = 60 * NS_PER_S + 1

    answers = [breaker.acquire(now_ns), breaker.acquire(now_ns)]
    breaker.release(late, now_ns)
    answers += [breaker.acquire(now_ns), breaker.acquire(now_ns)]

    assert answers == [0, REFUSED, 0, REFUSED]


def test_timers_move_it_on_without_any_call() -> None:
    """Half-open after 1 s, given up 100 ms later, and so on: each change is dated when it was due."""
    options = {
        "minimumNumberOfCalls": 1,
        "waitDurationInOpenState": 1000,
        "automaticTransitionFromOpenToHalfOpenEnabled": True,
        "maxWaitDurationInHalfOpenState": 100,
    }
    breaker = opened(options, "f")

    changes = breaker.metrics(2200 * NS_PER_MS).transitions

    assert [(change.at_ns // NS_PER_MS, str(change.target), change.cause) for change in changes] == [
        (0, "open", "failure rate"),
        (1000, "half-open", "timer"),
        (1100, "open", "permit timeout"),
        (2100, "half-open", "timer"),
        (2200, "open", "permit timeout"),
    ]


@pytest.mark.parametrize(
    ("options", "waits_ms"),
    [
        (
            {"exponentialBackoffMultiplier": 1.15},
            [100, 114, 131],
        ),  # 100 * 1.15 is 114.99999999999999, cut off
        ({"enableExponentialBackoff": True}, [100, 150, 225]),  # the library's own multiplier
        ({"enableExponentialBackoff": False, "exponentialBackoffMultiplier": 2}, [100, 100, 100]),
        (
            {"exponentialBackoffMultiplier": 2, "exponentialMaxWaitDurationInOpenState": 150},
            [100, 150, 150],
        ),
    ],
)
def test_stays_open_for_longer_when_probes_fail(options: Mapping[str, Any], waits_ms: list[int]) -> None:
    """Each wait is the one before times the multiplier, in whole milliseconds."""
    once = {"minimumNumberOfCalls": 1, "waitDurationInOpenState": 100}
    breaker = opened({**once, **options}, "f")

    waits, now_ns = [], 0
    for _ in waits_ms:
        wait_ns = breaker.retry_after_ns(now_ns) or 0
        waits.append(wait_ns // NS_PER_MS)
        now_ns += wait_ns
        breaker.record(breaker.acquire(now_ns), now_ns, 0, 1)

    assert waits == waits_ms


def test_being_forced_open_counts_as_having_opened() -> None:
    """After forced-open, the wait of an open circuit is that of the second time."""
    breaker = opened({"waitDurationInOpenState": 100, "exponentialBackoffMultiplier": 3}, "")
    for state in (BreakerState.FORCED_OPEN, BreakerState.OPEN):
        breaker.force(state, 0)

    assert breaker.retry_after_ns(0) == 300 * NS_PER_MS + 1


@pytest.mark.parametrize("target", [BreakerState.HALF_OPEN, BreakerState.OPEN])
def test_metrics_only_is_left_by_closing(target: BreakerState) -> None:
    """The library has no way from metrics-only to open or half-open."""
    breaker = opened({}, "")
    breaker.force(BreakerState.METRICS_ONLY, 0)

    breaker.force(target, 0)

    assert breaker.state is BreakerState.METRICS_ONLY


def test_a_real_configuration_can_be_pasted() -> None:
    """An instance as Spring Boot has it in its YAML means the same here."""
    written: dict[str, Any] = {
        "failure-rate-threshold": 60,
        "slowCallRateThreshold": 100,
        "slowCallDurationThreshold": 2000,
        "slidingWindowType": "TIME_BASED",
        "slidingWindowSize": 10,
        "minimum_number_of_calls": 5,
        "waitDurationInOpenState": "30s",
        "permittedNumberOfCallsInHalfOpenState": 3,
        "maxWaitDurationInHalfOpenState": "1m",
        "transitionToStateAfterWaitDuration": "CLOSED",
    }

    settings = pasted(Resilience4jSettings, written)

    assert (
        settings.rules
        == Resilience4jSettings.model_validate(
            {
                "failure_threshold": "60%",
                "slow_call_duration": "2s",
                "window": {"time": "10s"},
                "minimum_calls": 5,
                "reset_timeout": "30s",
                "half_open_calls": 3,
                "permit_timeout": "60s",
                "after_permit_timeout": "closed",
            }
        ).rules
    )
    assert settings.slow_call_ns == Duration.of(2)


def test_has_the_defaults_of_the_library() -> None:
    """What `CircuitBreakerConfig.ofDefaults()` is."""
    rules = Resilience4jSettings().rules

    assert rules.failure_share == (1, 2)
    assert rules.slow_share == (1, 1)
    assert (rules.window_calls, rules.window_seconds, rules.minimum_calls) == (100, 0, 100)
    assert (rules.reset_timeout_ns, rules.multiplier) == (60 * NS_PER_S, 1)
    assert (rules.half_open_calls, rules.permit_timeout_ns, rules.automatic_half_open) == (10, 0, 0)
    assert Resilience4jSettings().slow_call_ns == 60 * NS_PER_S


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"window": {"calls": 10}, "slidingWindowSize": 20}, "option-twice"),
        ({"window": {"calls": 10}, "slidingWindowType": "TIME_BASED"}, "option-twice"),
        ({"window": {"time": "1500ms"}}, "impossible-window"),
        ({"window": {"time": "2d"}}, "impossible-window"),
        ({"slidingWindowType": "HOURLY"}, "enum"),
        ({"failureRateThreshold": 0}, "greater_than"),
        ({"failureRateThreshold": 101}, "bad-unit"),
        ({"transitionToStateAfterWaitDuration": "HALF_OPEN"}, "enum"),
        ({"recordExceptions": ["java.io.IOException"]}, "option-elsewhere"),
    ],
)
def test_what_the_library_does_not_have_is_refused(options: Mapping[str, Any], code: str) -> None:
    """Each mistake has its own code."""
    with pytest.raises(ValidationError) as caught:
        pasted(Resilience4jSettings, options)

    assert [error["type"] for error in caught.value.errors()] == [code]


def test_a_size_alone_counts_calls() -> None:
    """Without its type, the library's window size is a number of calls."""
    settings = pasted(Resilience4jSettings, {"slidingWindowSize": 7, "failureRateThreshold": 50})

    assert settings.rules.window_calls == 7
    assert settings.failure_threshold == Ratio(0.5)
