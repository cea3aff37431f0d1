"""A policy that is right in itself is asked whether it is meant; the message shows the arithmetic."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter

from tiktoktoe_cli.errors import Place, Problem, Severity
from tiktoktoe_cli.resilience.clock import VirtualClock
from tiktoktoe_cli.resilience.layers.circuit_breaker import BreakerLayer
from tiktoktoe_cli.resilience.lint import Layers, lint_policy
from tiktoktoe_cli.resilience.outcome import Outcome
from tiktoktoe_cli.resilience.policy import compose
from tiktoktoe_cli.resilience.settings import PolicySettings

RETRY = {"max_attempts": 3, "base": "1s", "cap": "10s"}


def policy(*layers: Any) -> Any:
    """Read a policy."""
    return TypeAdapter(PolicySettings).validate_python(list(layers))


def found(*layers: Any) -> list[Problem]:
    """Lint a policy; each problem is placed at the line of its layer."""

    def place(*path: str | int) -> Place:
        return Place("system.yaml", int(path[2]) + 1, 1)

    return list(lint_policy("default", policy(*layers), place))


@pytest.mark.parametrize(
    ("attempts", "calls", "during"),
    [(3, 3, 4), (5, 2, 3), (8, 1, 2), (10, 1, 2), (11, 1, 1), (12, 0, 1)],
)
def test_a_breaker_inside_a_retry_opens_sooner(attempts: int, calls: int, during: int) -> None:
    """The published table of external_service#93: 11 failures open the circuit, whoever makes them."""
    breaker = {"minimum_calls": 11}

    (problem,) = found({"retry": {"max_attempts": attempts}}, {"circuit_breaker": breaker}, {"timeout": "1s"})

    assert problem.code == "breaker-inside-retry"
    assert f"opens during failing call {during} " in problem.message
    assert f"11 failures / {attempts} attempts = {calls} call" in problem.message
    assert problem.place is not None
    assert problem.place.line == 2
    assert problem.severity is (Severity.INFO if calls > 1 else Severity.WARNING)


@pytest.mark.parametrize(
    "layers",
    [
        ({"circuit_breaker": {}}, {"retry": {}}),
        ({"retry": {"max_attempts": 1}}, {"circuit_breaker": {}}),
        ({"retry": {}},),
        ({"circuit_breaker": {}},),
        (),
    ],
)
def test_other_orders_and_single_layers_are_not_doubtful(layers: tuple[Any, ...]) -> None:
    """A breaker around a retry counts calls, and one attempt is no retry."""
    assert found(*layers) == []


def test_retries_that_outlast_their_timeout_are_told_with_the_sum() -> None:
    """Three attempts of 2 s with waits of at most 1 s and 2 s take 9 s; the timeout around them is 5 s."""
    (problem,) = found({"timeout": "5s"}, {"retry": RETRY}, {"timeout": "2s"})

    assert problem.code == "retries-cut-short"
    assert "3 x 2s + 3s of waits, 9s in all" in problem.message
    assert "is 5s" in problem.message


def test_waits_alone_may_be_too_long() -> None:
    """Without a limit for each attempt, the waits are all that is known."""
    (problem,) = found({"timeout": "2s"}, {"retry": RETRY})

    assert "3s of waits, 3s in all" in problem.message


def test_a_deadline_bounds_the_attempts() -> None:
    """No attempt starts after the deadline, so the sum ends there, one attempt later."""
    assert found({"timeout": "5s"}, {"retry": RETRY | {"deadline": "3s"}}, {"timeout": "2s"}) == []


def test_a_hung_probe_wedges_a_breaker_that_waits_for_it() -> None:
    """A breaker with a permit timeout recovers; one without stays half-open, unless calls are timed."""
    wedging: dict[str, Any] = {"circuit_breaker": {"semantics": "gobreaker"}}

    assert [problem.code for problem in found(wedging)] == ["half-open-wedges"]
    assert found(wedging, {"timeout": "1s"}) == []
    assert found({"circuit_breaker": {}}) == []


@pytest.mark.parametrize("layers", [("retry", "circuit_breaker"), ("circuit_breaker",)])
def test_a_timeout_around_a_breaker_hides_hangs(layers: tuple[str, ...]) -> None:
    """Ten calls that hang are cancelled, and the circuit is still closed; a timeout inside of it would tell it."""
    shown = [{"timeout": "5s"}, *({layer: {}} for layer in layers)]

    codes = [problem.code for problem in found(*shown)]

    assert "timeout-hides-hangs" in codes
    assert "timeout-hides-hangs" not in [problem.code for problem in found(*shown, {"timeout": "1s"})]
    assert asyncio.run(hanging_calls(*shown)) == "closed"
    assert asyncio.run(hanging_calls(*shown, {"timeout": "1s"})) == "open"


async def hanging_calls(*layers: Any) -> str:
    """Make ten calls that never return; tell where the breaker stands."""
    clock = VirtualClock()
    composed = compose(policy(*layers), clock, Random(1))  # noqa: S311  # a reproducible test

    async def hang() -> Outcome[None]:
        await clock.sleep(10**12)
        raise AssertionError

    for _ in range(10):
        await composed.call(hang)
    return next(layer.breaker.state for layer in composed.layers if isinstance(layer, BreakerLayer))


def test_a_breaker_that_counts_cancelled_calls_sees_hangs() -> None:
    """A cancelled call is a failure for pybreaker, so a timeout around it is enough."""
    assert found({"timeout": "5s"}, {"circuit_breaker": {"semantics": "pybreaker"}}) == []


def test_a_timeout_around_a_breaker_ends_its_probes() -> None:
    """A probe that is cancelled returns its permit: a breaker without a permit timeout is not wedged."""
    codes = [
        problem.code for problem in found({"timeout": "5s"}, {"circuit_breaker": {"semantics": "gobreaker"}})
    ]

    assert codes == ["timeout-hides-hangs"]


@pytest.mark.parametrize(
    ("attempts", "failures", "hedges"), [(3, 9, 0), (3, 10, 0), (2, 3, 0), (5, 4, 0), (3, 12, 1)]
)
def test_the_failing_call_that_opens_the_circuit_is_told(attempts: int, failures: int, hedges: int) -> None:
    """What is told of a breaker inside a retry is what happens, hedges included."""
    hedging = [{"hedging": {"delay": "10ms", "max_hedges": hedges}}] if hedges else []
    layers = [
        {"retry": {"max_attempts": attempts}},
        *hedging,
        {"circuit_breaker": {"minimum_calls": failures}},
    ]

    (problem,) = found(*layers)

    call = asyncio.run(failing_calls(*layers))
    assert f"opens during failing call {call} " in problem.message
    assert f"/ {attempts * (1 + hedges)} attempts" in problem.message


async def failing_calls(*layers: Any) -> int:
    """Make calls that fail until the circuit is no longer closed; tell how many."""
    composed = compose(policy(*layers), VirtualClock(), Random(1))  # noqa: S311  # a reproducible test
    breaker = next(layer.breaker for layer in composed.layers if isinstance(layer, BreakerLayer))

    async def fail() -> Outcome[None]:
        return Outcome.failed("503")

    for call in range(1, 50):
        await composed.call(fail)
        if breaker.state != "closed":
            return call
    raise AssertionError


def test_hedges_inside_a_breaker_are_not_its_failures() -> None:
    """Around its hedges, a breaker counts one failure for each try of the retry."""
    (problem,) = found({"retry": {}}, {"circuit_breaker": {}}, {"hedging": {"delay": "1s"}})

    assert "10 failures / 3 attempts" in problem.message


def test_a_fallback_inside_hides_failures() -> None:
    """What stands around a fallback sees answers only."""
    (problem,) = found({"retry": {}}, {"fallback": {"value": "none"}})

    assert problem.code == "fallback-inside"
    assert found({"fallback": {"value": "none"}}, {"retry": {}}) == []


@pytest.mark.parametrize("outer", ["retry", "circuit_breaker"])
def test_a_fallback_inside_that_covers_other_failures_hides_none(outer: str) -> None:
    """One for a full bulkhead leaves errors and timeouts to what stands around it."""
    assert found({outer: {}}, {"fallback": {"value": "none", "on": ["bulkhead"]}}, {"bulkhead": {}}) == []


def test_an_ejection_that_cannot_happen_is_told() -> None:
    """10 % of fewer than ten hosts is no host."""
    ejection = {"semantics": "envoy_outlier", "hosts": 9}

    codes = [problem.code for problem in found({"circuit_breaker": ejection})]

    assert codes == ["inert-ejection"]
    assert found({"circuit_breaker": ejection | {"hosts": 10}}) == []
    assert found({"circuit_breaker": ejection | {"max_ejection_percent": 50}}) == []


def test_attempts_multiply_with_hedges() -> None:
    """Three tries with one hedge each are six attempts."""
    layers = policy({"retry": {}}, {"hedging": {"delay": "10ms"}})

    assert Layers(layers).attempts == 6


def test_a_pasted_option_without_effect_is_a_note_at_its_key() -> None:
    """It may stay; whoever wonders is told that it does nothing."""
    breaker = {"semantics": "resilience4j", "register-health-indicator": True}
    paths = []

    def place(*path: str | int) -> Place:
        paths.append(path)
        return Place("system.yaml", 1, 1)

    (note,) = lint_policy("default", policy({"circuit_breaker": breaker}, {"timeout": "1s"}), place)

    assert (note.code, note.severity) == ("option-ignored", Severity.INFO)
    assert paths == [("resilience", "default", 0, "circuit_breaker", "register-health-indicator")]


@pytest.mark.parametrize("written", ["max_ejection_percent", "max_ejection"])
def test_a_doubt_names_the_option_that_was_written(written: str) -> None:
    """Envoy's users know it as Envoy calls it."""
    breaker = {"semantics": "envoy_outlier", "hosts": 3, written: "10%"}

    (problem,) = found({"circuit_breaker": breaker}, {"timeout": "1s"})

    assert problem.code == "inert-ejection"
    assert problem.hint is not None
    assert f"`{written}`" in problem.hint
