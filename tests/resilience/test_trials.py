"""What a breaker would do is found by letting its own machine do it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tiktoktoe_cli.resilience.presets.catalog import PRESETS, settings_of
from tiktoktoe_cli.resilience.trials import failures_to_open, is_wedged_by_hung_probes

MINUTE_NS = 60_000_000_000


def breaker(semantics: str, **options: Any) -> Any:
    """Read a breaker's options."""
    return settings_of(semantics).model_validate(options)


@pytest.mark.parametrize(
    ("semantics", "options", "failures"),
    [
        ("tiktoktoe", {}, 10),
        ("resilience4j", {}, 100),
        ("gobreaker", {}, 6),  # more than five in a row
        ("pybreaker", {}, 5),
        ("polly_v8", {}, 100),
        ("opossum", {}, 1),
        ("hystrix", {}, 20),  # seen by the snapshot after them
    ],
)
def test_counts_the_failures_that_open_a_fresh_circuit(
    semantics: str, options: dict[str, Any], failures: int
) -> None:
    """Each library's defaults, as its documentation states them."""
    assert failures_to_open(breaker(semantics, **options)) == failures


@pytest.mark.parametrize(
    ("semantics", "options"),
    [("opossum", {"enabled": False}), ("hystrix", {"force_open": True}), ("hystrix", {"force_closed": True})],
)
def test_a_circuit_that_is_switched_off_decides_nothing(semantics: str, options: dict[str, Any]) -> None:
    """It neither opens after so many failures nor is wedged by its probes."""
    switched_off = breaker(semantics, **options)

    assert failures_to_open(switched_off) is None
    assert is_wedged_by_hung_probes(switched_off) is None


def test_calls_that_are_too_rare_never_open_it() -> None:
    """Of one call a minute, a window of ten seconds holds one, and ten are wanted."""
    rare = breaker("tiktoktoe", window={"time": "10s"})

    assert failures_to_open(rare) == 10
    assert failures_to_open(rare, MINUTE_NS) is None


def test_time_that_a_circuit_needs_is_not_taken_for_rareness() -> None:
    """At 5,000 calls a second, 10,000 failures are over before the first snapshot after 5 s; slower ones are not."""
    slow = breaker("hystrix", health_interval="5s", window={"time": "60s"})

    assert failures_to_open(slow, MINUTE_NS // 300_000) is not None


def test_what_a_trial_cannot_reach_is_left_open() -> None:
    """More than 10,000 failures or probes are not tried; nothing is claimed about such a breaker."""
    assert failures_to_open(breaker("tiktoktoe", window={"calls": 50_000}, minimum_calls=30_000)) is None
    assert is_wedged_by_hung_probes(breaker("gobreaker", half_open_calls=30_000)) is None


WEDGED = {
    "resilience4j": True,
    "polly_v8": True,
    "gobreaker": True,
    "failsafe_go": True,
    "opossum": True,  # its own timeout of 10 s is a layer here
    "cockatiel": True,
    "sentinel": True,
    "pybreaker": True,
    "hystrix": True,  # as opossum: 1 s
    "tiktoktoe": False,
    "polly_v7": False,
    "circuitbreaker": None,
    "purgatory": None,
    "aiobreaker": None,
    "envoy_outlier": None,
}
"""The study's row "Hung probe": some wait for it for ever, some have a way out; None: these let any number through."""


def test_the_study_knows_every_preset() -> None:
    """A new preset has to say what a hung probe does to it."""
    assert set(WEDGED) == set(PRESETS)


@pytest.mark.parametrize(("semantics", "wedged"), WEDGED.items())
def test_who_wedges_is_who_the_field_says_wedges(semantics: str, wedged: object) -> None:
    """A probe that never returns keeps some libraries half-open for good."""
    assert is_wedged_by_hung_probes(breaker(semantics)) is wedged


def test_a_breaker_is_tried_once() -> None:
    """A hundred policies with the same breaker cost one trial."""
    tiktoktoe: Any = settings_of("tiktoktoe")
    begun: list[Any] = []

    def initial(rules: Any) -> Any:
        begun.append(rules)
        return tiktoktoe.machine.initial(rules)

    class Counting(tiktoktoe):  # type: ignore[misc]  # a class that is chosen by name
        machine = replace(tiktoktoe.machine, initial=initial)

    assert {failures_to_open(Counting(minimum_calls=9)) for _ in range(100)} == {9}
    assert len(begun) == 1
