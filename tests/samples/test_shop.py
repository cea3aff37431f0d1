"""The sample shop's services together: real processes that call each other."""

from __future__ import annotations

import re
import runpy
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.samples.town import NAMES, SHOP, Json, Town, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = {"customer_id": "c-0001", "items": [{"sku": "BOOK-01", "quantity": 2}]}  # 2 x 12.90


@pytest.fixture(scope="module")
def shop() -> Iterator[Town]:
    """The whole shop, up and well."""
    town = Town()
    try:
        for name in NAMES:
            town.run(name)
        wait_until(lambda: town.is_listening("gateway") and town.health("gateway")["status"] == "UP")
        yield town
    finally:
        town.close()


def test_is_down_without_what_it_needs(town: Town) -> None:
    """A service whose required dependency is away is down, and says that its own work is not the cause."""
    town.start("payments")

    status, health = town.call("payments", "GET /health")

    assert (status, health["status"], health["checks"]) == (503, "DOWN", {"work": "UP", "ledger": "DOWN"})


def test_does_without_what_is_optional(town: Town) -> None:
    """Without notifications orders are degraded, but they are taken."""
    for name in ("ledger", "catalog", "payments", "orders"):
        town.start(name)

    status, health = town.call("orders", "GET /health")
    placed, order = town.call("orders", "POST /orders", ORDER)

    assert (status, health["status"], health["checks"]["notifications"]) == (200, "DEGRADED", "DOWN")
    assert (placed, order["notified"]) == (201, False)


def test_the_gateway_sees_the_whole_shop(shop: Town) -> None:
    """When all services run, the gateway and all on which it depends are up."""
    health = shop.health("gateway")

    assert set(health["checks"]) == {"work", "catalog", "cart", "orders", "recommendations"}
    assert set(health["checks"].values()) == {"UP"}


def test_an_order_keeps_the_ledger_balanced(shop: Town) -> None:
    """An order through the gateway is priced, paid, booked on both sides, and its customer told."""
    _, before = shop.call("ledger", "GET /balance")

    status, order = shop.call("gateway", "POST /shop/orders", ORDER)

    _, after = shop.call("ledger", "GET /balance")
    assert (status, order["amount"], order["notified"]) == (201, 25.8, True)
    assert (
        round(after["debits"] - before["debits"], 2) == round(after["credits"] - before["credits"], 2) == 25.8
    )
    assert after["balanced"]
    assert shop.call("gateway", f"GET /shop/orders/{order['order_id']}") == (200, order)


def test_an_order_is_paid_once(shop: Town) -> None:
    """The same order, sent again, is the same order: nothing is booked a second time."""
    again = {**ORDER, "order_id": "ord-000001"}
    _, first = shop.call("gateway", "POST /shop/orders", again)
    _, before = shop.call("ledger", "GET /balance")

    _, second = shop.call("gateway", "POST /shop/orders", again)

    assert second == first
    assert shop.call("ledger", "GET /balance")[1] == before


def test_a_refund_takes_the_payment_back(shop: Town) -> None:
    """What an order brought is gone from the books after its refund."""
    _, before = shop.call("ledger", "GET /balance")
    _, order = shop.call("gateway", "POST /shop/orders", ORDER)

    status, _ = shop.call("payments", f"POST /payments/{order['order_id']}/refund")

    _, after = shop.call("ledger", "GET /balance")
    assert status == 201
    assert after["accounts"].get("cash", 0) == before["accounts"].get("cash", 0)
    assert after["balanced"]


@pytest.mark.parametrize(
    ("order", "status", "reason"),
    [
        ({**ORDER, "items": [{"sku": "AUDI-03", "quantity": 100}]}, 402, "declined"),  # 100 x 329.00
        ({**ORDER, "items": [{"sku": "BOOK 99", "quantity": 1}]}, 404, "BOOK"),
        ({**ORDER, "items": 3}, 400, "`items`"),
        ({"items": []}, 400, "`customer_id`"),
    ],
)
def test_an_order_that_cannot_be_books_nothing(shop: Town, order: Json, status: int, reason: str) -> None:
    """An order is refused with the status and the words of the service that refuses it."""
    _, before = shop.call("ledger", "GET /balance")

    refused, answer = shop.call("gateway", "POST /shop/orders", order)

    assert refused == status
    assert reason in answer["error"]
    assert shop.call("ledger", "GET /balance")[1] == before


@pytest.mark.parametrize(
    ("lines", "status"),
    [({"cash": 5, "sales": -4.99}, 422), ({"cash": "5"}, 400), ({"cash": float("inf")}, 400)],
)
def test_the_ledger_refuses_what_does_not_balance(shop: Town, lines: Json, status: int) -> None:
    """An entry must add up to zero, in numbers."""
    refused, _ = shop.call("ledger", "POST /entries", {"reference": "odd", "lines": lines})

    assert refused == status


def test_a_cart_remembers_its_items(shop: Town) -> None:
    """Items put into a cart are there, with their prices, when it is looked at."""
    for sku in ("BOOK-01", "KTCH-03"):
        shop.call("gateway", "POST /shop/carts/c1/items", {"sku": sku, "quantity": 1})

    _, cart = shop.call("gateway", "GET /shop/carts/c1")

    assert [(item["sku"], item["price"]) for item in cart["items"]] == [("BOOK-01", 12.9), ("KTCH-03", 27.5)]


def test_recommends_what_is_alike(shop: Town) -> None:
    """Recommendations are the other products of the category."""
    _, answer = shop.call("gateway", "GET /shop/recommendations/TOYS-02")

    assert answer["recommended"] == ["TOYS-01", "TOYS-03", "TOYS-04", "TOYS-05"]


@pytest.mark.parametrize("request_", ["GET /nothing", "GET /shop/nothing", "GET /shop/products/nothing"])
def test_says_that_there_is_nothing(shop: Town, request_: str) -> None:
    """What is not there is a 404, with a reason."""
    status, answer = shop.call("gateway", request_)

    assert (status, "error" in answer) == (404, True)


def test_the_yaml_describes_these_services() -> None:
    """Names, versions, ports and dependencies in `tiktoktoe.yaml` are those of the services."""
    facts = runpy.run_path(str(SHOP / "shop.py"))["SERVICES"]
    text = (SHOP / "tiktoktoe.yaml").read_text(encoding="utf-8")
    described = yaml.safe_load(text)["services"]

    ports = {name.lower(): int(port) for name, port in re.findall(r"\$\{SHOP_(\w+)_PORT:-(\d+)\}", text)}

    assert ports == {name: service.port for name, service in facts.items()}
    assert {name: service["version"] for name, service in described.items()} == {
        name: service.version for name, service in facts.items()
    }
    for name, service in described.items():
        needs = {other for other, link in service.get("depends_on", {}).items() if is_required(link)}
        assert needs == set(facts[name].needs), name
        assert set(service.get("depends_on", {})) - needs == set(facts[name].likes), name


def is_required(link: str | Json) -> bool:
    """Say whether a dependency must be there: a bare version range says so too."""
    return isinstance(link, str) or (link.get("required", True) and link.get("kind") != "soft")
