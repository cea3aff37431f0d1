"""Policies are read with the defaults that are promised, and refused where they cannot mean anything."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tiktoktoe_cli.resilience.backoff import Backoff, Jitter
from tiktoktoe_cli.resilience.breaker import BreakerRules
from tiktoktoe_cli.resilience.retry import RetryRules
from tiktoktoe_cli.resilience.settings import PolicySettings

MS, SECOND = 1_000_000, 1_000_000_000


def read(*layers: Any) -> Any:
    """Read a policy as the YAML holds it."""
    return TypeAdapter(PolicySettings).validate_python(list(layers))


def test_a_retry_has_the_promised_defaults() -> None:
    """Three attempts, 200 ms to 5 s, fully jittered."""
    (layer,) = read({"retry": {}})

    assert layer.chosen.rules == RetryRules(3, Backoff(200 * MS, 5 * SECOND, Jitter.FULL))


def test_a_breaker_has_the_promised_defaults() -> None:
    """Half of the latest 100 calls, at least 10; open for 30 s; 5 probes."""
    (layer,) = read({"circuit_breaker": {}})

    assert layer.chosen.rules == BreakerRules(
        threshold_ppm=500_000,
        window_calls=100,
        minimum_calls=10,
        reset_timeout_ns=30 * SECOND,
        half_open_calls=5,
        permit_timeout_ns=30 * SECOND,
    )


def test_the_order_of_the_layers_is_kept() -> None:
    """What is listed first is the outermost."""
    layers = read({"timeout": "5s"}, {"retry": {}}, {"circuit_breaker": {}})

    assert [layer.kind for layer in layers] == ["timeout", "retry", "circuit_breaker"]


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ([{"timeout": "1s"}, {"timeout": "2s"}], "duplicate-layer"),
        ([{"retry": {}, "timeout": "1s"}], "one-of"),
        ([{"retry": {"base": "10s", "cap": "5s"}}], "cap-below-base"),
        ([{"retry": {"max_attempts": 0}}], "greater_than_equal"),
        ([{"retry": {"strategy": "linear"}}], "literal_error"),
        ([{"circuit_breaker": {"failure_threshold": "0%"}}], "greater_than"),
        ([{"circuit_breaker": {"minimum_calls": 11, "window": {"calls": 10}}}], "minimum-beyond-window"),
        ([{"circuit_breaker": {"reset_timeout": 30}}], "bad-unit"),
    ],
)
def test_what_cannot_mean_anything_is_refused(layers: list[Any], code: str) -> None:
    """Each mistake has its own code."""
    with pytest.raises(ValidationError) as caught:
        read(*layers)

    assert [error["type"] for error in caught.value.errors()] == [code]
