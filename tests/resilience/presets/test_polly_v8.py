"""`semantics: polly_v8` answers as Polly 8 does, and reads what its users have in their appsettings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.resilience.presets.answers import NS_PER_MS, Run, Scenario, disagreements, parameters, unit_cases
from tests.resilience.presets.pasted import pasted
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import OPEN, BreakerState, Window
from tiktoktoe_cli.resilience.presets.polly_v8 import PollyV8Settings, SamplingWindow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Reader, Step

CASES = [case for case in unit_cases("polly") if case.version.endswith("src/Polly.Core")]


@dataclass
class PollyRun(Run):
    """A run that writes transitions as the vectors do."""

    def events(self, _step: Step) -> list[str]:
        """Return the transitions since the last time that it was asked for."""
        changes = [f"{one.source}>{one.target}@{one.at_ns // NS_PER_MS}" for one in self.transitions]
        self.transitions.clear()
        return [change.replace("-", "_") for change in changes]


def settings_of(config: Mapping[str, Any]) -> PollyV8Settings:
    """Read a scenario's options; one of the library's tests is of a class behind them, with less than they allow."""
    options = {
        name.removesuffix("_ms"): f"{value}ms" if name.endswith("_ms") else value
        for name, value in config.items()
    }
    window = SamplingWindow.model_construct(time=Duration.parse(options.pop("samplingDuration")))
    return pasted(PollyV8Settings, options).model_copy(update={"window": window})


def window_of(run: Run, step: Step) -> Window:
    """Read the window."""
    return run.breaker.metrics(run.now_ns(step)).window


@pytest.mark.parametrize("scenario", parameters(CASES))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the library's tests is answered alike."""
    run = PollyRun(settings_of(scenario.config))
    readers: Mapping[str, Reader] = {
        "state": state_of,
        "events": lambda _, step: run.events(step),
        "throughput": lambda run, step: window_of(run, step).calls,
        "failure_count": lambda run, step: window_of(run, step).failures,
        "failure_rate": lambda run, step: run.breaker.metrics(run.now_ns(step)).failure_rate or 0,
    }

    assert list(disagreements(run, scenario.showing(events=True), readers, {"health": Run.look})) == []


def breaker_of(**options: Any) -> CircuitBreaker:  # whatever YAML can hold
    """Make a breaker that opens at half of two calls."""
    return CircuitBreaker(pasted(PollyV8Settings, {"FailureRatio": 0.5, "MinimumThroughput": 2, **options}))


def end(breaker: CircuitBreaker, *failed: int, now_ns: int = 0) -> None:
    """Start a call for each result, and end it so."""
    for one in failed:
        breaker.record(breaker.acquire(now_ns), now_ns, 0, one)


def test_the_defaults_are_the_librarys() -> None:
    """Without options: a tenth of at least 100 calls of 30 s, and 5 s open."""
    ours = PollyV8Settings()

    assert (ours.failure_threshold, ours.minimum_calls) == (0.1, 100)
    assert (ours.window.time, ours.reset_timeout) == (30 * NS_PER_S, 5 * NS_PER_S)


def test_takes_the_options_as_they_are_written_there() -> None:
    """Options of an appsettings.json can be pasted, with .NET's lengths of time."""
    options = {
        "FailureRatio": 0.3,
        "MinimumThroughput": 8,
        "SamplingDuration": "00:00:10",
        "BreakDuration": "00:00:30",
    }

    assert pasted(PollyV8Settings, options) == PollyV8Settings(
        failure_threshold=Ratio(0.3),
        minimum_calls=8,
        window=SamplingWindow(time=Duration.of(10)),
        reset_timeout=Duration.of(30),
    )


def test_takes_our_names_beside_the_librarys() -> None:
    """A window may be written either way."""
    ours = pasted(PollyV8Settings, {"window": {"time": "10s"}, "failure-ratio": "30%"})

    assert (ours.window.time, ours.failure_threshold) == (10 * NS_PER_S, 0.3)


@pytest.mark.parametrize(
    ("options", "code", "where"),
    [
        ({"SamplingDuration": "499ms"}, "greater_than_equal", ("SamplingDuration",)),
        ({"BreakDuration": "1.00:00:01"}, "less_than_equal", ("BreakDuration",)),
        ({"MinimumThroughput": 1}, "greater_than_equal", ("MinimumThroughput",)),
        ({"FailureRate": 0.5}, "unknown-option", ()),
        ({"BreakDurationGenerator": "2s"}, "option-elsewhere", ()),
    ],
)
def test_refuses_what_the_library_refuses(options: dict[str, Any], code: str, where: tuple[str, ...]) -> None:
    """The limits of the options are the library's, and are told where they were written."""
    with pytest.raises(ValidationError) as caught:
        pasted(PollyV8Settings, options)

    assert [(error["type"], error["loc"]) for error in caught.value.errors()] == [(code, where)]


def test_refuses_the_same_option_under_both_names() -> None:
    """A window and the library's name for how long it is say the same."""
    with pytest.raises(ValidationError, match="`window` and `SamplingDuration` are the same option"):
        pasted(PollyV8Settings, {"window": {"time": "10s"}, "SamplingDuration": "00:00:10"})


@pytest.mark.parametrize(
    ("failed", "state"),
    [
        ((1, 0), BreakerState.CLOSED),  # a success opens nothing, though it is the second call
        ((0, 1), BreakerState.OPEN),  # exactly half
        ((1,), BreakerState.CLOSED),  # too few calls
    ],
)
def test_only_a_failure_opens(failed: tuple[int, ...], state: BreakerState) -> None:
    """The share is looked at when a call fails, that one included."""
    breaker = breaker_of()

    end(breaker, *failed)

    assert breaker.state is state


@pytest.mark.parametrize(
    ("part", "calls"), [(29, 100), (28, 100), (7, 100), (1, 3), (2, 3), (333_333, 1_000_000)]
)
def test_a_share_of_six_decimals_is_compared_as_doubles_would(part: int, calls: int) -> None:
    """Whole numbers decide as the library's quotient does, next to the threshold and at it."""
    threshold = round(part / calls, 6)
    settings = PollyV8Settings(failure_threshold=Ratio(threshold), minimum_calls=2)
    machine, rules = settings.machine, settings.rules
    closed = machine.initial(rules)

    for failures in (part, part + 1):
        before = (*closed[:3], calls - 1, failures - 1)
        after = machine.result(rules, machine.ring(rules), before, 0, 0, 1, 0)
        assert (after[0] == OPEN) == (failures / calls >= threshold)


def test_refuses_until_the_break_is_over_and_admits_at_its_end() -> None:
    """At exactly the end of the break one probe is let through; others are told to come after another break."""
    breaker = breaker_of(BreakDuration="1s")
    end(breaker, 1, 1)

    assert breaker.acquire(NS_PER_S - 1) == REFUSED
    assert [breaker.acquire(NS_PER_S) == REFUSED for _ in range(2)] == [False, True]
    assert breaker.retry_after_ns(NS_PER_S) == NS_PER_S


def test_a_probe_that_never_returns_wedges_the_circuit() -> None:
    """Version 8 waits for its probe, however long that takes."""
    breaker = breaker_of(BreakDuration="1s")
    end(breaker, 1, 1)
    breaker.acquire(NS_PER_S)

    assert breaker.acquire(10**6 * NS_PER_S) == REFUSED


def test_a_cancelled_probe_closes() -> None:
    """What is not handled as a failure is a success."""
    breaker = breaker_of(BreakDuration="1s")
    end(breaker, 1, 1)

    breaker.release(breaker.acquire(NS_PER_S), NS_PER_S)

    assert breaker.state is BreakerState.CLOSED
    assert breaker.metrics(NS_PER_S).window == Window(0, 0, 0)


def test_results_are_forgotten_only_when_the_circuit_closes() -> None:
    """Late results are added while it is open, and a failed probe neither adds nor forgets."""
    breaker = breaker_of(BreakDuration="1s")
    late = breaker.acquire(0)
    end(breaker, 1, 1)
    breaker.record(late, 0, 0, 0)
    end(breaker, 1, now_ns=NS_PER_S)
    assert breaker.metrics(NS_PER_S).window == Window(3, 2, 0)

    end(breaker, 0, now_ns=2 * NS_PER_S)

    assert breaker.metrics(2 * NS_PER_S).window == Window(0, 0, 0)
    assert breaker.metrics(60 * NS_PER_S).window == Window(0, 0, 0)


def test_a_late_failure_reopens_a_half_open_circuit() -> None:
    """Nobody asks when a call was admitted: it decides in the probe's place, whose success then only counts."""
    breaker = breaker_of(BreakDuration="1s")
    late = breaker.acquire(0)
    end(breaker, 1, 1)
    probe = breaker.acquire(NS_PER_S)

    breaker.record(late, NS_PER_S, 0, 1)
    breaker.record(probe, NS_PER_S, 0, 0)

    assert breaker.state is BreakerState.OPEN
    assert breaker.metrics(NS_PER_S).window == Window(3, 2, 0)


def test_each_failed_probe_makes_the_next_break_longer() -> None:
    """A generator that doubles starts anew when the circuit was closed."""
    breaker = breaker_of(BreakDuration="1s", reset_timeout_multiplier=2, max_reset_timeout="3s")
    end(breaker, 1)
    waits, now_ns = [], 0
    for failed in ((1,), (1,), (1,), (1,), (0,), (1, 1)):
        end(breaker, *failed, now_ns=now_ns)
        waits.append(breaker.retry_after_ns(now_ns))
        now_ns += waits[-1] or 0

    assert waits == [NS_PER_S, 2 * NS_PER_S, 3 * NS_PER_S, 3 * NS_PER_S, 0, NS_PER_S]


def test_an_isolated_circuit_counts_and_waits_for_somebody_to_close_it() -> None:
    """No time ends an isolation; closing forgets what was counted meanwhile."""
    breaker = breaker_of()
    late = breaker.acquire(0)
    breaker.force(BreakerState.FORCED_OPEN, 0)
    breaker.record(late, 0, 0, 1)
    assert breaker.acquire(10**6 * NS_PER_S) == REFUSED
    assert breaker.metrics(0).window == Window(1, 1, 0)

    breaker.force(BreakerState.CLOSED, 0)

    assert breaker.metrics(0).window == Window(0, 0, 0)
    assert breaker.acquire(0) != REFUSED


def test_cannot_be_forced_to_be_open() -> None:
    """Manual control knows isolation only."""
    with pytest.raises(ValueError, match="`polly_v8` cannot be forced to be open"):
        breaker_of().force(BreakerState.OPEN, 0)
