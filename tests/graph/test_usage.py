"""Addresses of other services in what a service is started with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.graph.usage import find_uses

ADDRESSES = {
    "ledger": [("127.0.0.1", 18084)],
    "db": [("db.internal", 5432), ("::1", 5432)],
    "one": [("shared", 80)],
    "two": [("shared", 80)],
}
AT = ("services", "orders", "actions", "start", "env", "X")


def used(text: str, by: str = "orders") -> list[str]:
    """Return who is used by a service that is started with a text."""
    return list(find_uses(ADDRESSES, {by: [(AT, text)]}).get(by, {}))


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("http://127.0.0.1:18084/balance", ["ledger"]),
        ("--ledger=localhost:18084", ["ledger"]),
        ("postgres://me:5432@DB.internal:5432/main?x=1", ["db"]),
        ("[::1]:5432", ["db"]),
        ("127.0.0.1:18084,db.internal:5432", ["ledger", "db"]),
        ("127.0.0.1:1808", []),
        ("127.0.0.1:180840", []),
        ("10.127.0.0.1:18084", []),
        ("18084", []),
        ("shared:80", []),
        ("", []),
    ],
)
def test_an_address_of_one_service_is_a_use_of_it(text: str, services: list[str]) -> None:
    """The host and the port must be those where it listens; where two listen, nobody can tell."""
    assert used(text) == services


def test_ones_own_address_is_no_use() -> None:
    """A service is told where to listen."""
    assert used("127.0.0.1:18084", by="ledger") == []


def test_the_first_place_is_kept() -> None:
    """Once is enough to declare it."""
    texts = [(("first",), "localhost:18084"), (("second",), "localhost:18084")]

    assert find_uses(ADDRESSES, {"orders": texts}) == {"orders": {"ledger": ("first",)}}


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    """Whatever stands there, only names of services come out."""
    assert set(used(text)) <= ADDRESSES.keys()
