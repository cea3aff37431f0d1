"""All there is to say of a system on its machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.systems import graph_of
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.capacity import Fit, Study, WhatIf, study_capacity
from tiktoktoe_cli.graph.capacity.amounts import Amounts
from tiktoktoe_cli.graph.model import Resource
from tiktoktoe_cli.graph.settings import CapacitySettings

if TYPE_CHECKING:
    from collections.abc import Mapping

GIB = 2**30 * 10**9
CORE = 10**9
SERVICES: dict[str, Any] = {  # what YAML can hold
    "orders": {"replicas": 2, "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
    "cart": {"resources": {"requests": {"cpu": "500m"}, "limits": {"memory": "2Gi"}}},
    "mail": {},
    "old": {"replicas": 0},
}
CAPACITY: dict[str, Any] = {  # as above
    "nodes": [
        {"name": "small", "count": 2, "cpu": "2", "memory": "4Gi"},
        {"name": "spare", "count": 0, "cpu": 9, "memory": 9},
    ],
    "reserve": {"cpu": "10%"},
}


def study(without: tuple[str, ...] = (), replicas: Mapping[str, int] | None = None) -> Study:
    """Study the system on its machines."""
    what_if = WhatIf(without, replicas or {})
    return study_capacity(graph_of(SERVICES), CapacitySettings.model_validate(CAPACITY), what_if)


def test_requests_and_room_are_added_up() -> None:
    """A limit stands for a request; the reserve is not offered; what is not running needs nothing."""
    found = study()

    assert found.needed == Amounts(2_500 * CORE // 1_000, 4 * GIB)
    assert found.room == Amounts(3_600 * CORE // 1_000, 8 * GIB)
    assert found.fitting.fit is Fit.FITS


def test_each_machine_has_a_name_and_what_is_on_it() -> None:
    """Machines are numbered within their kind; the two orders are apart."""
    first, second = study().nodes()

    assert (first.name, first.replicas) == ("small-1", {"orders": 1, "cart": 1})
    assert (first.taken, first.free) == (Amounts(3 * CORE // 2, 3 * GIB), Amounts(3 * CORE // 10, GIB))
    assert (second.name, second.replicas) == ("small-2", {"orders": 1})


def test_services_that_say_nothing_are_named() -> None:
    """Nothing is known of what they take; an explicit limit is enough, and what does not run is not asked."""
    assert study().unstated == {"mail": (Resource.CPU, Resource.MEMORY)}


def test_it_is_known_how_many_more_replicas_fit() -> None:
    """Nothing is moved: 0.8 cores and 3 GiB on the second machine are room for one more cart, and no more orders."""
    assert study().more() == {"orders": 0, "cart": 1}


def test_a_machine_may_be_taken_away_and_replicas_added() -> None:
    """What is asked about is studied, not what is declared; services that were idle may run."""
    found = study(("small",), {"orders": 1, "old": 2})

    assert [kind.count for kind in found.machines] == [1, 0]
    assert {need.service: need.replicas for need in found.needs} == {
        "orders": 1,
        "cart": 1,
        "mail": 1,
        "old": 2,
    }
    assert found.losses == ()


@pytest.mark.parametrize(
    ("without", "message"),
    [
        (("smal",), "unknown kind of node: `smal`"),
        (("spare",), "unknown kind of node: `spare`"),
        (("small",) * 3, "there is no further `small` to be without: `capacity` has 2"),
    ],
)
def test_what_is_not_there_cannot_be_asked_about(without: tuple[str, ...], message: str) -> None:
    """Only machines that are there can be gone."""
    with pytest.raises(UsageError) as refused:
        study(without)

    assert refused.value.message == message
