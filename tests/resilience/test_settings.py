"""Policies are read with the defaults that are promised, and refused where they cannot mean anything."""

from typing import Any

import pytest
from pydantic import ValidationError

from tests.resilience.destinations import MS, SECOND, SETTINGS
from tiktoktoe_cli.resilience.backoff import FULL, Backoff
from tiktoktoe_cli.resilience.budgets.aws_standard import QuotaRules
from tiktoktoe_cli.resilience.budgets.envoy import EnvoyRules
from tiktoktoe_cli.resilience.budgets.finagle import FinagleRules
from tiktoktoe_cli.resilience.budgets.grpc import GrpcRules
from tiktoktoe_cli.resilience.budgets.sre import SreRules
from tiktoktoe_cli.resilience.bulkhead import BulkheadRules
from tiktoktoe_cli.resilience.hedging import HedgingRules
from tiktoktoe_cli.resilience.layers.catalog import LAYERS
from tiktoktoe_cli.resilience.outcome import Cause
from tiktoktoe_cli.resilience.rate_limit import RateRules
from tiktoktoe_cli.resilience.retry import RetryRules
from tiktoktoe_cli.resilience.settings import LayerSettings, policy_of


def read(*layers: Any) -> Any:
    """Read a policy as the YAML holds it."""
    return SETTINGS.validate_python(list(layers))


def rules(kind: str, **settings: Any) -> Any:
    """Read the rules of one layer."""
    (layer,) = read({kind: settings})
    return layer.chosen.rules


def test_the_yaml_knows_every_layer_of_the_table() -> None:
    """A kind of layer is in the table and among the settings, or in neither."""
    assert set(LayerSettings.model_fields) == set(LAYERS)


def test_a_retry_has_the_promised_defaults() -> None:
    """Three attempts after errors and timeouts, 200 ms to 5 s, fully jittered, without a deadline."""
    assert rules("retry") == RetryRules(
        max_attempts=3,
        backoff=Backoff(200 * MS, 5 * SECOND, FULL),
        retried=Cause.ERROR.bit + Cause.TIMEOUT.bit,
        max_retry_after_ns=60 * SECOND,
        deadline_ns=2**62,
    )


def test_a_retry_reads_what_it_is_told() -> None:
    """Outcomes, the limit of `Retry-After` and the deadline are read; a word that stands twice counts once."""
    found = rules("retry", retry_on=["breaker", "error", "error"], max_retry_after="1s", deadline="10s")

    assert found.retried == Cause.ERROR.bit + Cause.BREAKER.bit
    assert (found.max_retry_after_ns, found.deadline_ns) == (SECOND, 10 * SECOND)


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("bulkhead", {}, BulkheadRules(32, 0)),
        ("rate_limit", {"rate": "200/s"}, RateRules(5 * MS, 1, 0)),
        ("rate_limit", {"rate": "3/s", "burst": 7, "max_wait": "1s"}, RateRules(333_333_334, 7, SECOND)),
        ("hedging", {"delay": "100ms"}, HedgingRules(100 * MS, 1)),
    ],
)
def test_the_other_layers_have_theirs(kind: str, settings: dict[str, Any], expected: object) -> None:
    """What a layer decides by is what the YAML says; the time between two calls is rounded up."""
    assert rules(kind, **settings) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("grpc", GrpcRules(10_000, 100)),
        ("aws_standard", QuotaRules(500, 14, 5)),
        ("aws_adaptive", QuotaRules(500, 14, 5)),
        ("finagle", FinagleRules(10 * SECOND, 500_000, 1000, 5000)),
        ("envoy", EnvoyRules(200_000, 3)),
        ("sre", SreRules(120 * SECOND, 2_000_000)),
    ],
)
def test_budgets_have_the_defaults_of_those_who_invented_them(kind: str, expected: object) -> None:
    """Without further words a budget is the one of its source."""
    (layer,) = read({"retry": {"budget": {kind: {}}}})

    assert layer.chosen.budget.rules == expected


def test_a_fallback_covers_all_failures_but_cancelled_calls() -> None:
    """Whoever lost interest wants no substitute."""
    (layer,) = read({"fallback": {"value": 1}})

    assert set(Cause) - set(layer.chosen.on) == {Cause.CANCELLED}


def test_a_breaker_without_words_has_the_rules_of_this_house() -> None:
    """Other semantics must be asked for."""
    (layer,) = read({"circuit_breaker": {}})

    assert layer.chosen.machine.name == "tiktoktoe"


def test_the_order_of_the_layers_is_kept() -> None:
    """What is listed first is the outermost; a timeout may stand around all attempts and around each."""
    layers = read({"timeout": "5s"}, {"retry": {}}, {"circuit_breaker": {}}, {"timeout": "1s"})

    assert [layer.kind for layer in layers] == ["timeout", "retry", "circuit_breaker", "timeout"]


@pytest.mark.parametrize(
    ("layers", "code"),
    [
        ([{"timeout": "1s"}] * 3, "duplicate-layer"),
        ([{"retry": {}}, {"timeout": "1s"}, {"retry": {}}], "duplicate-layer"),
        ([{"retry": {}, "timeout": "1s"}], "one-of"),
        ([{"retry": {"base": "10s", "cap": "5s"}}], "cap-below-base"),
        ([{"retry": {"max_attempts": 0}}], "greater_than_equal"),
        ([{"retry": {"strategy": "linear"}}], "literal_error"),
        ([{"retry": {"retry_on": ["errors"]}}], "enum"),
        ([{"retry": {"budget": {}}}], "one-of"),
        ([{"retry": {"budget": {"grpc": {}, "envoy": {}}}}], "one-of"),
        ([{"timeout": "0"}], "greater_than"),
        ([{"rate_limit": {}}], "missing"),
        ([{"rate_limit": {"rate": "0/s"}}], "greater_than_equal"),
        ([{"rate_limit": {"rate": 200}}], "bad-unit"),
        ([{"bulkhead": {"max_concurrent": 0}}], "greater_than_equal"),
        ([{"hedging": {"delay": "1s", "max_hedges": 0}}], "greater_than_equal"),
        ([{"fallback": {}}], "one-of"),
        ([{"fallback": {"value": 1, "request": "other"}}], "one-of"),
        ([{"circuit_breaker": {"failure_threshold": "0%"}}], "greater_than"),
        ([{"circuit_breaker": {"reset_timeout": 30}}], "bad-unit"),
    ],
)
def test_what_cannot_mean_anything_is_refused(layers: list[Any], code: str) -> None:
    """Each mistake has its own code."""
    with pytest.raises(ValidationError) as caught:
        read(*layers)

    assert [error["type"] for error in caught.value.errors()] == [code]


@pytest.mark.parametrize(
    ("named", "policies", "taken"),
    [
        ("own", {"default": (), "own": read({"retry": {}})}, "own"),
        (None, {"default": read({"retry": {}})}, "default"),
        (None, {}, None),
        ("own", {"own": ()}, None),
    ],
)
def test_the_policy_is_the_named_one_or_the_default(named: str | None, policies: Any, taken: Any) -> None:
    """Without either, or with one that has no layers, a call goes as it is."""
    assert policy_of(named, policies) == taken
