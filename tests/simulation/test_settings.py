"""Scenarios and performances are read as the YAML writes them, and refused where they cannot mean anything."""

from typing import Any

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.simulation.settings import PerformanceSettings, SimulationSettings
from tiktoktoe_cli.simulation.slowdown import Slowdown

MINIMAL: dict[str, Any] = {"duration": "10m", "traffic": {"gateway": {"poisson": "200/s"}}}
FAULT = {"at": "2m", "for": "30s", "on": "payments"}


def test_a_whole_scenario_is_read() -> None:
    """Every key of the documentation's example has its meaning."""
    settings = SimulationSettings.model_validate(
        MINIMAL
        | {
            "seed": 7,
            "replications": 20,
            "faults": [FAULT | {"error_rate": "80%"}],
            "assert": ["success_rate >= 0.99", 'recovery_time < duration("30s")', "amplification <= 1.3"],
        }
    )

    (fault,) = settings.faults
    assert (fault.at, fault.ends_at_ns, fault.error_rate) == (120 * 10**9, 150 * 10**9, 0.8)
    assert [expression.text for expression in settings.assertions][2] == "amplification <= 1.3"
    assert settings.traffic["gateway"].chosen == 200


@pytest.mark.parametrize(
    ("text", "slowdown"),
    [
        ("x10", Slowdown(factor=10)),
        ("x1.5", Slowdown(factor=1.5)),
        ("200ms", Slowdown(shift=Duration.of(0.2))),
    ],
)
def test_a_latency_fault_multiplies_or_adds(text: str, slowdown: Slowdown) -> None:
    """`x10` is ten times as slow, `200ms` that much slower; both print as they were written."""
    settings = SimulationSettings.model_validate(MINIMAL | {"faults": [FAULT | {"latency": text}]})

    assert settings.faults[0].latency == slowdown
    assert str(slowdown) == text


def test_a_performance_has_the_promised_defaults() -> None:
    """Sixteen requests at once and two hundred waiting."""
    settings = PerformanceSettings.model_validate({"service_time": {"constant": "20ms"}})

    assert (settings.concurrency, settings.queue) == (16, 200)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"faults": [FAULT]}, "one-of"),
        ({"faults": [FAULT | {"kill": True, "error_rate": "1%"}]}, "one-of"),
        ({"faults": [FAULT | {"kill": False}]}, "literal_error"),
        ({"faults": [FAULT | {"latency": "10x"}]}, "bad-unit"),
        ({"faults": [FAULT | {"for": "0", "kill": True}]}, "greater_than"),
        ({"traffic": {}}, "too_short"),
        ({"traffic": {"gateway": {"poisson": "0/s"}}}, "greater_than"),
        ({"traffic": {"gateway": {"constant": "1/s", "poisson": "1/s"}}}, "one-of"),
        ({"duration": "0"}, "greater_than"),
        ({"replications": 0}, "greater_than_equal"),
        ({"assert": ["sucess_rate > 0.5"]}, "expression"),
    ],
)
def test_a_scenario_that_cannot_mean_anything_is_refused(words: dict[str, Any], code: str) -> None:
    """Each mistake has its own code."""
    with pytest.raises(ValidationError) as caught:
        SimulationSettings.model_validate(MINIMAL | words)

    assert [error["type"] for error in caught.value.errors()] == [code]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"lognormal": {"p50": "20ms", "p99": "10ms"}}, "p99-below-p50"),
        ({"lognormal": {"p50": "0", "p99": "10ms"}}, "greater_than"),
        ({}, "one-of"),
    ],
)
def test_a_service_time_that_cannot_be_is_refused(words: dict[str, Any], code: str) -> None:
    """Percentiles must be in order, and there must be a distribution."""
    with pytest.raises(ValidationError) as caught:
        PerformanceSettings.model_validate({"service_time": words})

    assert [error["type"] for error in caught.value.errors()] == [code]


def test_an_assertion_that_compares_a_duration_with_a_number_is_refused() -> None:
    """`latency_p99 < 500` could never hold; the hint says how a duration is written."""
    with pytest.raises(ValidationError) as caught:
        SimulationSettings.model_validate(MINIMAL | {"assert": ["latency_p99 < 500"]})

    [detail] = caught.value.errors()
    assert "Duration" in detail["msg"]
    assert detail["ctx"]["hint"] == 'a duration is written `duration("500ms")`'


def test_an_assertion_that_is_no_condition_is_refused() -> None:
    """A number alone is neither true nor false."""
    with pytest.raises(ValidationError, match="expected true or false, found double"):
        SimulationSettings.model_validate(MINIMAL | {"assert": ["amplification"]})


def test_a_duration_without_end_is_refused() -> None:
    """A scenario of centuries would need a row for every second of them."""
    with pytest.raises(ValidationError, match="less than or equal"):
        SimulationSettings.model_validate({"duration": "106751d", "traffic": {"a": {"constant": "1/s"}}})
