"""What the services of the sample shop are and do: pure work, without sockets, clocks or environment.

`SERVICES`, at the end, is the table to read first. A piece of work gets its service's `Desk`, the request's
body and the parts of its path, and returns the answer; it refuses with `RefusedError`.
`service.py` puts it on HTTP.
"""

from __future__ import annotations

import csv
import math
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]  # Any: JSON as it comes
Call = Callable[[str, str, Json | None], tuple[int, Json]]  # (service, "METHOD /path", body) → status, answer
Work = Callable[..., Json]  # (desk, body, *parts of the path) → answer

PRODUCTS = Path(__file__).with_name("tables") / "products.csv"
CARD_LIMIT = 5000
OWNERS = {"products": "catalog", "carts": "cart", "orders": "orders", "recommendations": "recommendations"}


class RefusedError(Exception):
    """A request that cannot be served: `status` and the message are the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a service works: what it keeps (in memory), and its line to the other services."""

    call: Call
    kept: Json
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, service: str, request: str, body: Json | None = None) -> Json:
        """Call another service, and pass its refusal on."""
        status, answer = self.call(service, request, body)
        if status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError(status, f"{service}: {answer.get('error', status)}")
        return answer


def take(body: Json, name: str, *kinds: type) -> Any:  # Any: one of `kinds`
    """Take a field out of a request's body, or refuse the request."""
    value = body.get(name)
    if not isinstance(value, kinds) or (isinstance(value, float) and not math.isfinite(value)):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"`{name}` must be {wanted}")
    return value


def find(desk: Desk, _: Json, key: str) -> Json:
    """Give back what is kept under a key."""
    if key not in desk.kept:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"there is no `{key}`")
    kept: Json = desk.kept[key]
    return kept


def list_kept(desk: Desk, _: Json) -> Json:
    """Give back all that is kept."""
    return {"items": list(desk.kept.values())}


def keep(desk: Desk, key: str, thing: Json) -> Json:
    """Keep a thing, or give back what was kept under its key before: asked twice, it is done once."""
    kept: Json = desk.kept.setdefault(key, thing)
    return kept


def forward(desk: Desk, body: Json, method: str, path: str, resource: str) -> Json:
    """Hand a request for `/shop/...` on to the service that owns it."""
    if resource not in OWNERS:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"nobody owns `{resource}`")
    return desk.ask(OWNERS[resource], f"{method} {path}", body)


def read_products() -> Json:
    """Read what the catalog offers, by sku."""
    with PRODUCTS.open(encoding="utf-8", newline="") as table:
        return {row["sku"]: {**row, "price": float(row["price"])} for row in csv.DictReader(table)}


def ask_product(desk: Desk, sku: str) -> Json:
    """Look a product up in the catalog."""
    return desk.ask("catalog", f"GET /products/{quote(sku, safe='')}")


def recommend(desk: Desk, _: Json, sku: str) -> Json:
    """Name what else there is in the category of a product."""
    category = ask_product(desk, sku)["category"]
    products = desk.ask("catalog", "GET /products")["items"]
    alike = [product["sku"] for product in products if product["category"] == category]
    return {"sku": sku, "recommended": [other for other in alike if other != sku]}


def price_item(desk: Desk, item: Json) -> Json:
    """Put the catalog's price on a `sku` and a `quantity`."""
    product = ask_product(desk, take(item, "sku", str))
    return {"sku": product["sku"], "quantity": take(item, "quantity", int), "price": product["price"]}


def fill_cart(desk: Desk, body: Json, cart_id: str) -> Json:
    """Put an item into a cart."""
    item = price_item(desk, body)
    with desk.lock:
        items = desk.kept.get(cart_id, {"items": []})["items"]
        cart = desk.kept[cart_id] = {"cart_id": cart_id, "items": [*items, item]}
    return cart


def place_order(desk: Desk, body: Json) -> Json:
    """Price an order, have it paid, and tell the customer if somebody is there to do so."""
    order_id, customer_id = str(body.get("order_id") or uuid.uuid4()), take(body, "customer_id", str)
    items = [price_item(desk, item) for item in take(body, "items", list)]
    amount = sum(round(item["price"] * 100) * item["quantity"] for item in items) / 100
    order = {"order_id": order_id, "customer_id": customer_id, "amount": amount, "items": items}
    paid = desk.ask("payments", "POST /payments", order)
    message = {"customer_id": customer_id, "text": f"order {order_id} is paid"}
    status, _ = desk.call("notifications", "POST /notifications", message)
    outcome = {"payment_id": paid["payment_id"], "notified": status == HTTPStatus.CREATED}
    return keep(desk, order_id, {**order, **outcome})


def notify(desk: Desk, body: Json) -> Json:
    """Keep a message for a customer."""
    message = {"customer_id": take(body, "customer_id", str), "text": take(body, "text", str)}
    return keep(desk, str(uuid.uuid4()), message)


def pay(desk: Desk, body: Json) -> Json:
    """Charge an order once, and book it."""
    order_id, amount = take(body, "order_id", str), take(body, "amount", int, float)
    if not 0 < amount <= CARD_LIMIT:
        raise RefusedError(HTTPStatus.PAYMENT_REQUIRED, f"declined: {amount}")
    book(desk, order_id, amount)
    return keep(desk, order_id, {"payment_id": f"pay-{order_id}", "order_id": order_id, "amount": amount})


def refund(desk: Desk, _: Json, order_id: str) -> Json:
    """Give the money for an order back, once."""
    payment = find(desk, {}, order_id)
    book(desk, f"refund-{order_id}", -payment["amount"])
    return {**payment, "refunded": True}


def book(desk: Desk, reference: str, amount: float) -> None:
    """Have the ledger move an amount from sales to cash."""
    desk.ask("ledger", "POST /entries", {"reference": reference, "lines": {"cash": amount, "sales": -amount}})


def enter(desk: Desk, body: Json) -> Json:
    """Book an entry once; its lines (debits above zero, credits below) must add up to zero."""
    lines = take(body, "lines", dict)
    cents = {account: round(take(lines, account, int, float) * 100) for account in lines}
    if sum(cents.values()):
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"out of balance by {sum(cents.values()) / 100}")
    return keep(desk, take(body, "reference", str), {"cents": cents})


def balance(desk: Desk, _: Json) -> Json:
    """Add the ledger up: what was debited must be what was credited."""
    lines = [line for entry in list(desk.kept.values()) for line in entry["cents"].items()]
    debits, credited = (sum(max(sign * cents, 0) for _, cents in lines) for sign in (1, -1))
    accounts = Counter[str]()
    for account, cents in lines:
        accounts[account] += cents
    return {
        "entries": len(desk.kept),
        "debits": debits / 100,
        "credits": credited / 100,
        "balanced": debits == credited,
        "accounts": {account: cents / 100 for account, cents in accounts.items()},
    }


@dataclass(frozen=True, slots=True)
class Service:
    """The facts about a service; without one it `needs` it is DOWN, without one it `likes` only DEGRADED."""

    version: str
    port: int
    routes: dict[str, Work]  # patterns of `METHOD /path`; their groups are the last arguments of the work
    needs: tuple[str, ...] = ()
    likes: tuple[str, ...] = ()
    stock: Callable[[], Json] = dict  # what it keeps from the start


ID = "([^/]+)"
SERVICES = {
    "gateway": Service(
        version="3.1.0",
        port=18080,
        routes={r"(GET|POST) /shop(/(\w+).*)": forward},
        needs=("catalog", "cart", "orders"),
        likes=("recommendations",),
    ),
    "cart": Service(
        version="1.8.2",
        port=18081,
        routes={f"GET /carts/{ID}": find, f"POST /carts/{ID}/items": fill_cart},
        needs=("catalog",),
    ),
    "orders": Service(
        version="2.6.0",
        port=18082,
        routes={f"GET /orders/{ID}": find, "POST /orders": place_order},
        needs=("catalog", "payments"),
        likes=("notifications",),
    ),
    "payments": Service(
        version="2.3.1",
        port=18083,
        routes={f"GET /payments/{ID}": find, "POST /payments": pay, f"POST /payments/{ID}/refund": refund},
        needs=("ledger",),
    ),
    "ledger": Service(
        version="1.4.3",
        port=18084,
        routes={"GET /balance": balance, "POST /entries": enter},
    ),
    "catalog": Service(
        version="4.2.0",
        port=18085,
        routes={"GET /products": list_kept, f"GET /products/{ID}": find},
        stock=read_products,
    ),
    "notifications": Service(
        version="1.2.0",
        port=18086,
        routes={"GET /notifications": list_kept, "POST /notifications": notify},
    ),
    "recommendations": Service(
        version="0.9.4",
        port=18087,
        routes={f"GET /recommendations/{ID}": recommend},
        needs=("catalog",),
    ),
}
