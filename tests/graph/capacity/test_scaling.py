"""Other numbers of replicas than those that are declared."""

from __future__ import annotations

import pytest

from tests.graph.systems import graph_of
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.graph.capacity import scaled

GRAPH = graph_of({"orders": {"replicas": 2}, "a=b": {}})


@pytest.mark.parametrize(
    ("texts", "counts"),
    [
        ([], {}),
        (["orders=0"], {"orders": 0}),
        (["orders=+5"], {"orders": 7}),
        (["orders=-2"], {"orders": 0}),
        (["orders=5", "orders=+1", "orders=+1"], {"orders": 7}),
        (["orders=+1", "orders=5"], {"orders": 6}),
        (["orders=-3", "orders=+2"], {"orders": 1}),
        (["orders=-9", "a=b=+1", "orders=9"], {"orders": 0, "a=b": 2}),
        (["a=b=003"], {"a=b": 3}),
        (["orders=2147483647"], {"orders": 2_147_483_647}),
    ],
)
def test_a_number_is_said_or_what_it_changes(texts: list[str], counts: dict[str, int]) -> None:
    """What has a sign is added to the number that is said, else to the declared one, whatever the order."""
    assert scaled(GRAPH, texts) == counts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("orders", "`--replicas orders` says no number of replicas"),
        ("orders=", "`--replicas orders=` says no number of replicas"),
        ("=3", "`--replicas =3` names no service before the `=`"),
        ("orders=3x", "`--replicas orders=3x` says no number of replicas"),
        ("orders=++3", "`--replicas orders=++3` says no number of replicas"),
        ("orders=\u0663", "`--replicas orders=\u0663` says no number of replicas"),
        ("order=3", "unknown service: `order`"),
        ("orders=-3", "`--replicas orders=-3` is out of range"),
        ("orders=2147483648", "`--replicas orders=2147483648` is out of range"),
        ("orders=+2147483646", "`--replicas orders=+2147483646` is out of range"),
        ("orders=" + "1" * 5_000, "`--replicas orders=" + "1" * 53 + "\u2026` is out of range"),
        ("orders=-" + "1" * 5_000, "`--replicas orders=-" + "1" * 52 + "\u2026` is out of range"),
    ],
)
def test_what_no_service_can_have_is_refused(text: str, message: str) -> None:
    """What is no number, names nobody, or leads below nothing or beyond what a configuration may say, asks wrongly."""
    with pytest.raises(UsageError) as refused:
        scaled(GRAPH, [text])

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            ["orders=1", "orders=+4", "orders=2"],
            "`--replicas orders=1 --replicas orders=2` say 2 numbers of replicas for one service",
        ),
        (["orders=5", "orders=-6"], "`--replicas orders=5 --replicas orders=-6` is out of range"),
        (
            ["orders=+88888888888", "orders=-99999999999"],
            "`--replicas orders=+88888888888 --replicas orders=-99999999999` is out of range",
        ),
    ],
)
def test_texts_that_are_wrong_together_are_refused(texts: list[str], message: str) -> None:
    """Two numbers cannot both hold, and the sum of all has to be one that a service can have."""
    with pytest.raises(UsageError) as refused:
        scaled(GRAPH, texts)

    assert refused.value.message == message
