"""Assertions hold, break, or stay undecided; what cannot be known is never a pass."""

import pytest

from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.simulation.assertions import judge, written
from tiktoktoe_cli.simulation.facts import AssertionOutcome, Estimate
from tiktoktoe_cli.simulation.measures import Unit

MEASURES = {
    "success_rate": Estimate(0.995, 0.99, 1.0, 5),
    "latency_p99": Estimate(150_000_000.4, None, None, 5),
    "time_to_open": Estimate(1e9, 0.9e9, 1.1e9, 3),
}


def outcome(text: str, stopped: str | None = None) -> str:
    """Judge one assertion over five replications."""
    (facts,) = judge([compile_expression(text)], MEASURES, 5, stopped)
    return facts.outcome.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("success_rate >= 0.99", "held"),
        ("success_rate >= 0.999", "broken"),
        ('latency_p99 == duration("150ms")', "held"),
        ('time_to_open < duration("5s")', "undecided"),  # has a value in 3 of 5 replications
        ('recovery_time < duration("5s")', "undecided"),  # has none
        ('success_rate > 0.9 || recovery_time < duration("5s")', "held"),  # CEL: true || error
        ("success_rate", "undecided"),  # no yes and no no
    ],
)
def test_an_assertion_is_judged_by_its_value(text: str, expected: str) -> None:
    """True holds, false is broken, anything else decides nothing."""
    assert outcome(text) == expected


def test_a_run_that_was_stopped_decides_nothing() -> None:
    """Half a scenario cannot show that something holds."""
    assert outcome("success_rate >= 0.99", "it was interrupted") == "undecided"


def test_the_measured_values_are_told() -> None:
    """Each value that the assertion reads stands with its interval, or with why there is none."""
    texts = ["success_rate > 0.5", 'time_to_open < duration("5s") && success_rate > 0.5']

    first, second = judge([compile_expression(text) for text in texts], MEASURES, 5, None)

    assert first.measured == "success_rate is 99.50% (99.00% to 100.00%)"
    assert second.measured.endswith("time_to_open has a value in only 3 of 5 replications")
    assert second.outcome is AssertionOutcome.UNDECIDED


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1_234_567_890, Unit.DURATION, "1.23s"),
        (400_000, Unit.DURATION, "400us"),
        (-2_000_000, Unit.DURATION, "-2ms"),
        (0.12345, Unit.RATIO, "12.35%"),
        (199.96, Unit.PER_SECOND, "200.0/s"),
        (1.75, Unit.FACTOR, "1.75"),
    ],
)
def test_numbers_are_written_with_their_unit(value: float, unit: Unit, words: str) -> None:
    """Times have three digits, as in every table."""
    assert written(value, unit) == words
