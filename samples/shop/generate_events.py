"""Write a day of the sample shop's events: `python3 generate_events.py [--seed N] [--orders N] [--out FILE]`.

Every line is a CloudEvent 1.0 in JSON, about an order that lives one of `LIVES`. As in real life, some lines
are late, doubled or broken: `FATES` says how often, `DAMAGES` how. The same seed gives the same bytes on
every version of Python. What was written is counted on stderr, as JSON. Only the orders that are still open
are in memory, so a file can be as long as the disk allows.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

T = TypeVar("T")
Json = dict[str, Any]  # Any: JSON as it goes

TABLES = Path(__file__).with_name("tables")
EVENTS = Path(__file__).with_name("events") / "orders.ndjson"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECOND, MINUTE, YEAR = 1_000, 60_000, 31_536_000_000  # times are in milliseconds since START, gaps too
ORDER_GAP = (1 * SECOND, 60 * SECOND)
REPEAT_GAP = (1 * SECOND, 2 * MINUTE)  # from an event's line to its duplicate
LATE_GAP = (10 * MINUTE, 45 * MINUTE)  # from a late event's time to its line
LATE = 5 * MINUTE  # a line is late if the newest before it is newer by more
UNKNOWN_CUSTOMERS = 0.015
CURRENCIES = {"GB": "GBP", "US": "USD", "CH": "CHF"}  # elsewhere EUR


class Dice:
    """A seeded source of choices, made of `random()` alone: the one method that Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random  # noqa: S311  # repeatable on purpose, and no secret

    def between(self, low: int, high: int) -> int:
        """Choose a whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Choose one of several things."""
        return things[self.between(0, len(things) - 1)]

    def weigh(self, chances: Mapping[T, float], otherwise: T) -> T:
        """Choose a key with the chance that it has, or else `otherwise`."""
        rest = self.random()
        for thing, chance in chances.items():
            if rest < chance:
                return thing
            rest -= chance
        return otherwise


class Step(NamedTuple):
    """What happens to an order, how long after the step before, and choices for what is told only then."""

    type: str
    source: str
    gap: tuple[int, int]
    told: tuple[str, tuple[str, ...]]


CARRIERS = ("carrier", ("dhl", "dpd", "post"))
OBSTACLES = ("reason", ("no_funds", "card_expired", "fraud"))
REGRETS = ("reason", ("customer", "out_of_stock", "not_paid"))
PLACED = Step("order.placed", "/shop/orders", (0, 0), ("channel", ("web", "app", "phone")))
PAID = Step("order.paid", "/shop/payments", (3 * SECOND, 90 * SECOND), ("method", ("card", "wallet", "bank")))
SHIPPED = Step("order.shipped", "/shop/orders", (40 * SECOND, 200 * SECOND), CARRIERS)
BACKORDER = Step("order.shipped", "/shop/orders", (20 * MINUTE, 180 * MINUTE), CARRIERS)
DECLINED = Step("payment.declined", "/shop/payments", (3 * SECOND, 60 * SECOND), OBSTACLES)
CANCELLED = Step("order.cancelled", "/shop/orders", (30 * SECOND, 4 * MINUTE), REGRETS)
USUAL_LIFE: tuple[Step, ...] = (PLACED, PAID, SHIPPED)
LIVES: dict[tuple[Step, ...], float] = {
    (PLACED, PAID, BACKORDER): 0.08,
    (PLACED, DECLINED, PAID, SHIPPED): 0.08,
    (PLACED, DECLINED, CANCELLED): 0.04,
    (PLACED, CANCELLED): 0.05,
    (PLACED,): 0.05,  # never paid
}


def encode(event: Json) -> str:
    """Write an event as one line."""
    return json.dumps(event, separators=(",", ":"))


def without_attribute(dice: Dice, event: Json) -> str:
    """Leave out an attribute that CloudEvents requires."""
    missing = dice.pick(("id", "source", "specversion", "type"))
    return encode({name: value for name, value in event.items() if name != missing})


def with_data(event: Json, **changes: object) -> str:
    """Change the event's data."""
    return encode({**event, "data": {**event["data"], **changes}})


DAMAGES: dict[str, Callable[[Dice, Json], str]] = {
    "broken_json": lambda _, event: encode(event).replace('"data":', "data:", 1),
    "cut_line": lambda dice, event: encode(event)[: dice.between(20, 200)],
    "missing_attribute": without_attribute,
    "wrong_amount": lambda _, event: with_data(event, amount=f"{event['data']['amount']} EUR"),
    "unknown_currency": lambda _, event: with_data(event, currency="BTC"),
}
VALID = ("intact", "duplicate", "broken_clock")
FATES = {"duplicate": 0.02, "late": 0.02, "empty_line": 0.003, **dict.fromkeys(DAMAGES, 0.004)}


class Line(NamedTuple):
    """A line of the file; lines are written in the order of `at`, then `serial`."""

    at: int
    serial: int
    kind: str
    time: int
    is_known: bool
    text: str


@dataclass(frozen=True, slots=True)
class Shop:
    """Who buys, by id and country, and what, by sku and price in cents."""

    customers: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, int], ...]

    @classmethod
    def read(cls, tables: Path) -> Shop:
        """Read the lookup tables."""
        return cls(
            customers=tuple((row["id"], row["country"]) for row in rows(tables / "customers.csv")),
            products=tuple(
                (row["sku"], round(float(row["price"]) * 100)) for row in rows(tables / "products.csv")
            ),
        )


def rows(table: Path) -> list[dict[str, str]]:
    """Read a table with a header."""
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def order(dice: Dice, shop: Shop, number: int) -> Json:
    """Make up an order."""
    customer, country = dice.pick(shop.customers)
    if dice.random() < UNKNOWN_CUSTOMERS:
        customer = f"c-9{dice.between(0, 999):03}"
    bought = {dice.pick(shop.products): dice.weigh({1: 0.8, 2: 0.15}, 3) for _ in range(dice.between(1, 4))}
    return {
        "order_id": f"ord-{number:06}",
        "customer_id": customer,
        "amount": sum(cents * quantity for (_, cents), quantity in bought.items()) / 100,
        "currency": CURRENCIES.get(country, "EUR"),
        "items": [{"sku": sku, "quantity": quantity} for (sku, _), quantity in bought.items()],
    }


def live(dice: Dice, data: Json, time: int) -> Iterator[tuple[int, Json]]:
    """Tell the life of an order as events, each with its time."""
    steps = dice.weigh(LIVES, USUAL_LIFE)
    for number, step in enumerate(steps, start=1):
        time += dice.between(*step.gap)
        name, choices = step.told
        event = {
            "specversion": "1.0",
            "id": f"{data['order_id']}-{number}",
            "source": step.source,
            "type": step.type,
            "time": stamp(time),
            "subject": data["order_id"],
            "datacontenttype": "application/json",
            "data": {**data, name: dice.pick(choices)},
        }
        yield time, event


def stamp(time: int) -> str:
    """Write a time as RFC 3339, in UTC."""
    return (START + timedelta(milliseconds=time)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fall(dice: Dice, event: Json) -> list[tuple[int, str, str]]:
    """Let fate decide what is written of an event: how long after its time, the kind of line, its text."""
    text, fate = encode(event), dice.weigh(FATES, "intact")
    if fate in DAMAGES:
        return [(0, fate, DAMAGES[fate](dice, event))]
    match fate:
        case "late":
            return [(dice.between(*LATE_GAP), "intact", text)]
        case "duplicate":
            return [(0, "intact", text), (dice.between(*REPEAT_GAP), "duplicate", text)]
        case "empty_line":
            return [(0, "empty_line", ""), (0, "intact", text)]
    return [(0, "intact", text)]


def break_clock(event: Json, time: int) -> list[tuple[int, str, str]]:
    """Let the machine that writes the event believe that it is ten years later."""
    return [(0, "broken_clock", encode({**event, "time": stamp(time + 10 * YEAR)}))]


def lines(dice: Dice, shop: Shop, orders: int) -> Iterator[Line]:
    """Write the events of many orders in the order in which they arrive."""
    known = {customer for customer, _ in shop.customers}
    waiting: list[Line] = []
    serial, now = count(), 0
    for number in range(1, orders + 1):
        now += dice.between(*ORDER_GAP)
        data = order(dice, shop, number)
        for time, event in live(dice, data, now):
            is_odd = number == (orders + 1) // 2 and event["type"] == PLACED.type
            for delay, kind, text in break_clock(event, time) if is_odd else fall(dice, event):
                is_known = data["customer_id"] in known
                heappush(waiting, Line(time + delay, next(serial), kind, time, is_known, text))
        while waiting and waiting[0].at <= now:
            yield heappop(waiting)
    while waiting:
        yield heappop(waiting)


def write(written: Iterator[Line], out: IO[str]) -> Json:
    """Write the lines, and count what is special about them."""
    kinds = Counter[str]()
    late = unknown = newest = 0
    for line in written:
        out.write(line.text + "\n")
        kinds[line.kind] += 1
        if line.kind in VALID:
            late += newest - line.time > LATE
            unknown += not line.is_known
            newest = max(newest, line.time)
    return {
        "lines": kinds.total(),
        "valid": sum(kinds[kind] for kind in VALID),
        "invalid": {kind: kinds[kind] for kind in DAMAGES},
        "empty_lines": kinds["empty_line"],
        "duplicates": kinds["duplicate"],
        "late": late,
        "broken_clocks": kinds["broken_clock"],
        "unknown_customers": unknown,
    }


def destination(path: str) -> AbstractContextManager[IO[str]]:
    """Open a file for writing, `-` being stdout; its lines end the same way on every system."""
    if path == "-":
        return nullcontext(sys.stdout)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return Path(path).open("w", encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> None:
    """Generate the events, and say what is in them."""
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=as_written)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--out", default=str(EVENTS), metavar="FILE", help="`-` is stdout")
    asked = parser.parse_args(arguments)
    with destination(asked.out) as out:
        facts = write(lines(Dice(asked.seed), Shop.read(TABLES), asked.orders), out)
    print(json.dumps({"seed": asked.seed, "orders": asked.orders, **facts}), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
