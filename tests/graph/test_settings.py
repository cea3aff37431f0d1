"""The settings of services and machines, as the YAML writes them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.graph.systems import SERVICES
from tiktoktoe_cli.config.nodes import RawNumber
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.graph.model import Condition, EdgeKind, Resource
from tiktoktoe_cli.graph.settings import CapacitySettings, DependencySettings, ResourceSettings


def test_the_short_form_of_a_dependency_is_its_version() -> None:
    """`ledger: "^1.4"` is a required dependency that waits for healthy, for a minute."""
    services = SERVICES.validate_python({"payments": {"depends_on": {"ledger": "^1.4"}}})

    assert services["payments"].depends_on["ledger"] == DependencySettings(
        version="^1.4",
        kind=EdgeKind.START,
        condition=Condition.HEALTHY,
        required=True,
        timeout=Duration.of(60),
        policy=None,
    )


@pytest.mark.parametrize(("written", "version"), [(None, None), ({}, None), (7, "7"), ({"version": 7}, "7")])
def test_a_dependency_may_say_little(written: object, version: str | None) -> None:
    """A dependency without a value takes any version; a bare number is a range as it was written."""
    services = SERVICES.validate_python({"payments": {"depends_on": {"ledger": written}}})

    assert services["payments"].depends_on["ledger"].version == version


def test_a_version_keeps_its_zeros() -> None:
    """A version that YAML takes for a number stays as it was written."""
    number = RawNumber(1.1)
    number.raw = "1.10"

    services = SERVICES.validate_python({"payments": {"version": number, "depends_on": {"ledger": number}}})

    assert services["payments"].version == "1.10"
    assert services["payments"].depends_on["ledger"].version == "1.10"


@pytest.mark.parametrize(
    "service",
    [
        {"replicas": -1},
        {"depends_on": {"ledger": True}},
        {"depends_on": {"ledger": ["^1"]}},
        {"depends_on": {"ledger": {"condition": "alive"}}},
        {"resources": {"requests": {"cpu": "-1"}}},
        {"resources": {"requests": {"cpu": "9223372036854775808"}}},
        {"resources": {"limits": {"memory": "1e100"}}},
        {"resources": {"requests": {"memory": "8Ei"}}},
        {"resources": {"limits": {"memory": "90Ei"}}},
        {"resources": {"requests": {"disk": "1Gi"}}},
    ],
)
def test_what_makes_no_sense_is_refused(service: object) -> None:
    """Negative and endless amounts, unknown resources and conditions, and values of the wrong kind are problems."""
    with pytest.raises(ValidationError):
        SERVICES.validate_python({"payments": service})


def test_the_largest_amount_is_that_of_kubernetes() -> None:
    """An amount may be 2^63 - 1, as in Kubernetes."""
    resources = ResourceSettings.model_validate({"limits": {"memory": "9223372036854775807"}})

    assert resources.limit(Resource.MEMORY) == (2**63 - 1) * 10**9


@pytest.mark.parametrize("number", [2**31, 10**64, float("inf"), "1" + "0" * 320, "9" * 5_000])
def test_there_are_no_more_copies_than_anybody_can_count(number: object) -> None:
    """More replicas or nodes than Kubernetes can count (int32) are refused; so many are not."""
    node = {"name": "small", "cpu": 1, "memory": 1}

    assert SERVICES.validate_python({"payments": {"replicas": 2**31 - 1}})["payments"].replicas == 2**31 - 1
    with pytest.raises(ValidationError, match="replicas"):
        SERVICES.validate_python({"payments": {"replicas": number}})
    with pytest.raises(ValidationError, match="count"):
        CapacitySettings.model_validate({"nodes": [node | {"count": number}]})


def test_a_limit_is_requested_where_no_request_is_stated() -> None:
    """As in Kubernetes, a resource that only has a limit is requested up to it, and an explicit zero stays zero."""
    resources = ResourceSettings.model_validate(
        {"requests": {"cpu": "0"}, "limits": {"cpu": "2", "memory": "1Gi"}}
    )

    assert resources.requested(Resource.CPU) == 0
    assert resources.requested(Resource.MEMORY) == 2**30 * 10**9


@pytest.mark.parametrize(
    ("written", "cpu", "memory"),
    [("10%", 0.1, 0.1), (0.25, 0.25, 0.25), ({"memory": "10%"}, 0, 0.1), ({"cpu": 1, "memory": 0}, 1, 0)],
)
def test_a_reserve_is_of_everything_or_of_each_resource(written: object, cpu: float, memory: float) -> None:
    """One share is kept of all resources; a mapping keeps of each what it says, and nothing of the others."""
    nodes = [{"name": "small", "cpu": 1, "memory": 1}]

    reserve = CapacitySettings.model_validate({"nodes": nodes, "reserve": written}).reserve

    assert (reserve.cpu, reserve.memory) == (cpu, memory)


def test_capacity_needs_at_least_one_node() -> None:
    """A capacity without nodes is refused: leave the section out instead."""
    with pytest.raises(ValidationError):
        CapacitySettings.model_validate({"nodes": []})
