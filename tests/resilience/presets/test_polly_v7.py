"""`semantics: polly_v7` answers as Polly 7 does, by its advanced breaker and by its basic one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.resilience.presets.answers import Run, Scenario, disagreements, parameters, unit_cases
from tests.resilience.presets.pasted import pasted
from tests.resilience.presets.whole_calls import state_of
from tiktoktoe_cli.config.units import NS_PER_S, Duration, Ratio
from tiktoktoe_cli.resilience.breaker import REFUSED, CircuitBreaker
from tiktoktoe_cli.resilience.machine import FORCED_OPEN, OPEN, BreakerState, Window
from tiktoktoe_cli.resilience.presets.polly_v7 import PollyV7Settings, SamplingWindow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.resilience.presets.answers import Step

CASES = [case for case in unit_cases("polly") if case.version.endswith("src/Polly")]


def circuit_state(run: Run, step: Step) -> str:
    """Read `CircuitState`, which makes a circuit half-open whose time has come; here the next call does."""
    if run.phase == FORCED_OPEN:
        return "isolated"
    is_due = run.phase == OPEN and run.breaker.retry_after_ns(run.now_ns(step)) == 0
    return "half_open" if is_due else state_of(run, step)


def isolate(run: Run, step: Step) -> None:
    """Isolate the circuit, which is what the one step means that forces anything."""
    assert step["arg"] == "isolated"
    run.breaker.force(BreakerState.FORCED_OPEN, run.now_ns(step))


def settings_of(config: Mapping[str, Any]) -> PollyV7Settings:
    """Read a scenario's options."""
    options = {
        name.removesuffix("_ms"): f"{value}ms" if name.endswith("_ms") else value
        for name, value in config.items()
    }
    return pasted(PollyV7Settings, options)


@pytest.mark.parametrize("scenario", parameters(CASES))
def test_answers_as_the_library_did(scenario: Scenario) -> None:
    """Every recorded step of the library's tests is answered alike."""
    run = Run(settings_of(scenario.config))

    assert list(disagreements(run, scenario, {"state": circuit_state}, {"force": isolate})) == []


def breaker_of(**options: Any) -> CircuitBreaker:  # whatever YAML can hold
    """Make an advanced breaker that opens at half of two calls, for a second."""
    named = {"failureThreshold": 0.5, "minimumThroughput": 2, "durationOfBreak": "1s", **options}
    return CircuitBreaker(pasted(PollyV7Settings, named))


def basic_breaker() -> CircuitBreaker:
    """Make a basic breaker that opens at two failures in a row, for a second."""
    return CircuitBreaker(
        pasted(PollyV7Settings, {"exceptionsAllowedBeforeBreaking": 2, "durationOfBreak": "1s"})
    )


def end(breaker: CircuitBreaker, *failed: int, now_ns: int = 0) -> None:
    """Start a call for each result, and end it so."""
    for one in failed:
        breaker.record(breaker.acquire(now_ns), now_ns, 0, one)


def test_takes_the_options_as_they_are_written_there() -> None:
    """The arguments of `AdvancedCircuitBreaker` can be pasted, with .NET's lengths of time."""
    options = {
        "failureThreshold": 0.5,
        "samplingDuration": "00:00:05",
        "minimumThroughput": 2,
        "durationOfBreak": "00:00:01",
    }

    assert pasted(PollyV7Settings, options) == PollyV7Settings(
        failure_threshold=Ratio(0.5),
        window=SamplingWindow(time=Duration.of(5)),
        minimum_calls=2,
        reset_timeout=Duration.of(1),
    )


@pytest.mark.parametrize("name", ["exceptionsAllowedBeforeBreaking", "handledEventsAllowedBeforeBreaking"])
def test_takes_the_options_of_a_basic_breaker(name: str) -> None:
    """The two names of how many failures are allowed mean the same."""
    assert pasted(PollyV7Settings, {name: 2}) == PollyV7Settings(consecutive_failures=2)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"exceptionsAllowedBeforeBreaking": 2, "minimumThroughput": 8},
            "unknown-option",
            "`polly_v7` has no option `minimum_calls` beside `consecutive_failures`",
        ),
        ({"FailureRatio": 0.5}, "unknown-option", "`polly_v7` has no option `FailureRatio`"),
    ],
)
def test_refuses_options_that_do_not_go_together(options: dict[str, Any], code: str, message: str) -> None:
    """A breaker is either advanced or basic."""
    with pytest.raises(ValidationError) as caught:
        pasted(PollyV7Settings, options)

    assert [(error["type"], error["msg"]) for error in caught.value.errors()] == [(code, message)]


def test_an_option_that_does_not_fit_is_told_where_it_was_written() -> None:
    """The window is refused at the library's name of its only part."""
    with pytest.raises(ValidationError) as caught:
        pasted(PollyV7Settings, {"exceptionsAllowedBeforeBreaking": 2, "samplingDuration": "00:00:05"})

    assert [error["ctx"]["at"] for error in caught.value.errors()] == [[("samplingDuration",)]]


def test_a_hung_probe_is_followed_by_another_after_each_break() -> None:
    """One probe per length of a break: what never returns does not wedge the circuit."""
    breaker = breaker_of()
    end(breaker, 1, 1)
    breaker.acquire(NS_PER_S)

    assert breaker.acquire(2 * NS_PER_S - 1) == REFUSED
    assert breaker.retry_after_ns(2 * NS_PER_S - 1) == 1
    assert [breaker.acquire(2 * NS_PER_S) == REFUSED for _ in range(2)] == [False, True]
    assert breaker.metrics(2 * NS_PER_S).in_state_ns == NS_PER_S


def test_the_success_that_closes_is_the_first_of_the_new_window() -> None:
    """Unlike in version 8, the probe's success counts."""
    breaker = breaker_of()
    end(breaker, 1, 1)

    end(breaker, 0, now_ns=NS_PER_S)

    assert breaker.metrics(NS_PER_S).window == Window(1, 0, 0)
    assert breaker.metrics(60 * NS_PER_S).window == Window(0, 0, 0)


def test_a_probe_with_an_unhandled_exception_says_nothing() -> None:
    """The circuit stays half-open, and the next probe may start after another break."""
    breaker = breaker_of()
    end(breaker, 1, 1)

    breaker.release(breaker.acquire(NS_PER_S), NS_PER_S)

    assert breaker.state is BreakerState.HALF_OPEN
    assert breaker.acquire(2 * NS_PER_S - 1) == REFUSED
    assert breaker.acquire(2 * NS_PER_S) != REFUSED


def test_late_results_are_counted_while_the_circuit_is_open() -> None:
    """They come into the window and change nothing else."""
    breaker = breaker_of()
    late = [breaker.acquire(0) for _ in range(2)]
    end(breaker, 1, 1)

    breaker.record(late[0], 0, 0, 0)
    breaker.record(late[1], 0, 0, 1)

    assert breaker.state is BreakerState.OPEN
    assert breaker.metrics(0).window == Window(4, 3, 0)


@pytest.mark.parametrize(("failed", "state"), [(0, BreakerState.CLOSED), (1, BreakerState.OPEN)])
def test_a_late_result_decides_in_the_probes_place(failed: int, state: BreakerState) -> None:
    """Nobody asks when a call was admitted."""
    breaker = breaker_of()
    late = breaker.acquire(0)
    end(breaker, 1, 1)
    breaker.acquire(NS_PER_S)

    breaker.record(late, NS_PER_S, 0, failed)

    assert breaker.state is state


def test_a_success_ends_a_row_of_failures() -> None:
    """The basic breaker opens when two calls fail without a success between them."""
    breaker = basic_breaker()
    end(breaker, 1, 0, 1)
    assert breaker.metrics(0).state is BreakerState.CLOSED

    end(breaker, 1)

    assert breaker.state is BreakerState.OPEN
    assert [change.cause for change in breaker.metrics(0).transitions] == ["failures in a row"]


def test_a_basic_breaker_counts_nothing_while_open() -> None:
    """Its row of failures starts anew when it closes, whatever ended meanwhile."""
    breaker = basic_breaker()
    late = breaker.acquire(0)
    end(breaker, 1, 1)
    breaker.record(late, 0, 0, 1)
    assert breaker.metrics(0).window == Window(2, 2, 0)

    end(breaker, 0, 1, now_ns=NS_PER_S)

    assert breaker.state is BreakerState.CLOSED
    assert breaker.metrics(NS_PER_S).window == Window(1, 1, 0)


def test_resetting_forgets_what_was_counted() -> None:
    """`Reset` closes the circuit and empties its window, also when it was closed."""
    breaker = breaker_of()
    end(breaker, 1)

    breaker.force(BreakerState.CLOSED, 0)

    assert breaker.metrics(0).window == Window(0, 0, 0)
