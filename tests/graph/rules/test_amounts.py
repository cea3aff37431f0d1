"""Rules about amounts: what can be meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph.systems import findings, value_place
from tiktoktoe_cli.errors import Severity


def amounts_of(requests: dict[str, str], limits: dict[str, str] | None = None) -> list[Any]:
    """Return what the rules find in the amounts of one service."""
    return findings({"a": {"resources": {"requests": requests, "limits": limits or {}}}})


def test_thousandths_of_a_byte_are_told() -> None:
    """`128m` was meant to be megabytes; the finding stands at the amount."""
    (found,) = amounts_of({"memory": "128m"})

    assert (found.code, found.severity) == ("TTG304", Severity.ERROR)
    assert found.message == "`128m` of memory is 0.128 bytes"
    assert found.hint == ("`m` means thousandths; `128Mi` was probably meant (mebibytes; megabytes are `M`)")
    assert found.place == value_place("services", "a", "resources", "requests", "memory")


def test_bytes_without_a_suffix_are_told() -> None:
    """`256` was meant to be mebibytes; nothing of thousandths is said."""
    (found,) = amounts_of({"memory": "256"})

    assert (found.code, found.message) == ("TTG304", "`256` of memory is 256 bytes")
    assert found.hint == (
        "without a suffix it counts bytes; `256Mi` was probably meant (mebibytes; megabytes are `M`)"
    )


def test_the_memory_of_nodes_is_looked_at_too() -> None:
    """A node with `8192m` of memory is a slip of the pen."""
    other = {"name": "other", "cpu": "4", "memory": "8Gi"}
    capacity = {"nodes": [other, {"name": "small", "cpu": "4", "memory": "8192m"}]}

    (found,) = findings({"a": {"replicas": 0}}, capacity=capacity)

    assert (found.code, found.severity) == ("TTG304", Severity.ERROR)
    assert found.place == value_place("capacity", "nodes", 1, "memory")
    assert found.about == ("nodes", "small", "memory"), "the same wherever the node stands in the list"


def test_a_request_above_the_limit_is_told() -> None:
    """No scheduler takes such a service; each resource is looked at for itself."""
    (found,) = amounts_of({"cpu": "2", "memory": "1Ki"}, {"cpu": "1999m", "memory": "1Ki"})

    assert (found.code, found.severity) == ("TTG306", Severity.WARNING)
    assert found.place == value_place("services", "a", "resources", "requests", "cpu")
    assert found.about == ("a", "cpu")


@pytest.mark.parametrize(
    ("requests", "limits"),
    [
        ({"memory": "1Ki"}, {}),
        ({"memory": "0"}, {}),
        ({"cpu": "1"}, {"cpu": "1"}),
        ({}, {"cpu": "1", "memory": "1Gi"}),
    ],
)
def test_what_can_be_meant_is_no_finding(requests: dict[str, str], limits: dict[str, str]) -> None:
    """The least that runs, nothing at all, a request at its limit, and a limit that stands for the request."""
    assert amounts_of(requests, limits) == []
