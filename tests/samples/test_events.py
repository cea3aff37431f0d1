"""The sample shop's events: what the generator says about them is what is in the file."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

SHOP = Path(__file__).parents[2] / "samples" / "shop"
EVENTS = SHOP / "events" / "orders.ndjson"
GENERATE_TIMEOUT_S = 60
AFTER_EVERY_ORDER = datetime(2030, 1, 1, tzinfo=UTC)
SESSION = timedelta(minutes=5)

Event = dict[str, Any]  # Any: JSON


@dataclass
class Census:
    """What an independent reader finds in the file: the valid events in order, the rest by what is wrong."""

    valid: list[Event] = field(default_factory=list)
    invalid: list[Event] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


def generate(*options: str) -> subprocess.CompletedProcess[bytes]:
    """Run the generator as a user would."""
    command = [sys.executable, str(SHOP / "generate_events.py"), *options]
    return subprocess.run(command, check=True, capture_output=True, timeout=GENERATE_TIMEOUT_S)


def fault_of(event: Event) -> str | None:
    """Say what is wrong with an event, if anything is."""
    if any(name not in event for name in ("specversion", "id", "source", "type")):
        return "missing_attribute"
    if not isinstance(event["data"]["amount"], int | float):
        return "wrong_amount"
    if event["data"]["currency"] not in ("EUR", "GBP", "USD", "CHF"):
        return "unknown_currency"
    return None


def time_of(event: Event) -> datetime:
    """Read an event's time."""
    return datetime.fromisoformat(event["time"])


def rows(table: str) -> list[dict[str, str]]:
    """Read one of the shop's lookup tables."""
    with (SHOP / "tables" / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def census() -> Census:
    """Read the committed events with nothing but `json`."""
    found = Census()
    for line in EVENTS.read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            found.faults[
                "empty_line" if not line else "broken_json" if ",data:{" in line else "cut_line"
            ] += 1
            continue
        fault = fault_of(event)
        found.faults.update([fault] if fault else [])
        (found.invalid if fault else found.valid).append(event)
    return found


@pytest.fixture(scope="module")
def generated() -> subprocess.CompletedProcess[bytes]:
    """Generate the committed events once more."""
    return generate("--seed", "7", "--orders", "1000", "--out", "-")


@pytest.fixture(scope="module")
def told(generated: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """Take what the generator says about its events."""
    facts: dict[str, Any] = json.loads(generated.stderr)
    return facts


@pytest.fixture(scope="module")
def orders(census: Census) -> dict[str, list[Event]]:
    """Group the valid events by order, by time, each once."""
    found: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in sorted(census.valid, key=time_of):
        found[event["data"]["order_id"]][event["id"]] = event
    return {order: list(events.values()) for order, events in found.items()}


def test_the_committed_events_are_what_the_generator_writes(
    generated: subprocess.CompletedProcess[bytes],
) -> None:
    """With its seed the generator writes the committed file again, byte for byte."""
    committed = EVENTS.read_bytes()

    assert generated.stdout == committed


def test_the_committed_events_are_small_enough_for_a_repository() -> None:
    """The file is a few thousand lines and not above 1.5 MB."""
    content = EVENTS.read_bytes()

    assert len(content) <= 1_500_000
    assert 3000 <= content.count(b"\n") <= 4000


def test_another_seed_writes_other_events(generated: subprocess.CompletedProcess[bytes]) -> None:
    """The seed decides what is written."""
    other = generate("--seed", "8", "--orders", "1000", "--out", "-")

    assert other.stdout != generated.stdout


def test_writes_the_same_to_a_file(generated: subprocess.CompletedProcess[bytes], tmp_path: Path) -> None:
    """A file holds the same bytes as stdout, and its folder is made when it is not there."""
    path = tmp_path / "new" / "orders.ndjson"

    generate("--out", str(path))

    assert path.read_bytes() == generated.stdout


def test_counts_every_line(census: Census, told: dict[str, Any]) -> None:
    """The lines that it counts are valid, invalid or empty, and as many as the file has."""
    faults = dict(census.faults)

    empty = faults.pop("empty_line")

    assert told["lines"] == EVENTS.read_bytes().count(b"\n")
    assert (told["valid"], told["invalid"], told["empty_lines"]) == (len(census.valid), faults, empty)


def test_makes_every_kind_of_fault(told: dict[str, Any]) -> None:
    """No kind of trouble that the sample is there to show is missing from it."""
    kinds = ("empty_lines", "duplicates", "late", "broken_clocks", "unknown_customers")

    seen = {**told["invalid"], **{kind: told[kind] for kind in kinds}}

    assert all(number > 0 for number in seen.values()), seen


def test_counts_the_duplicates(census: Census, told: dict[str, Any]) -> None:
    """A duplicate is an event, in every byte, that has been in the file before."""
    by_identity: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in census.valid:
        by_identity[event["source"], event["id"]].append(event)

    assert len(census.valid) - len(by_identity) == told["duplicates"]
    assert all(event == first for first, *others in by_identity.values() for event in others)


def test_counts_the_late_events(census: Census, told: dict[str, Any]) -> None:
    """An event is late when one before it in the file is more than five minutes newer."""
    late, newest = 0, datetime.min.replace(tzinfo=UTC)
    for time in map(time_of, census.valid):
        late += newest - time > timedelta(minutes=5)
        newest = newest if time > AFTER_EVERY_ORDER else max(newest, time)

    assert late == told["late"]


def test_one_clock_is_far_in_the_future(census: Census, told: dict[str, Any]) -> None:
    """One single event claims to be from years ahead."""
    future = [event for event in census.valid if time_of(event) > AFTER_EVERY_ORDER]

    assert len(future) == told["broken_clocks"] == 1


def test_counts_the_customers_whom_the_table_does_not_know(census: Census, told: dict[str, Any]) -> None:
    """What it counts as unknown is what a lookup will miss."""
    known = {row["id"] for row in rows("customers.csv")}

    missed = [event for event in census.valid if event["data"]["customer_id"] not in known]

    assert len(missed) == told["unknown_customers"]


def test_the_schema_accepts_the_valid_events_and_nothing_else(census: Census) -> None:
    """The JSON Schema draws the line where the faults are."""
    schema = json.loads((SHOP / "schemas" / "order.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    assert all(map(validator.is_valid, census.valid))
    assert not any(map(validator.is_valid, census.invalid))


def test_most_orders_are_one_session(orders: dict[str, list[Event]]) -> None:
    """With a gap of five minutes most orders stay in one piece, and some do not."""
    whole = sum(
        all(time_of(later) - time_of(event) <= SESSION for event, later in pairwise(events))
        for events in orders.values()
    )

    assert 0.85 < whole / len(orders) < 1


def test_some_orders_are_never_paid(orders: dict[str, list[Event]]) -> None:
    """Most orders are paid in the end, but not all."""
    paid = sum(any(event["type"] == "order.paid" for event in events) for events in orders.values())

    assert 0.7 < paid / len(orders) < 0.95


def test_an_amount_is_the_price_of_the_items(census: Census) -> None:
    """An order costs what its items cost in the products table."""
    cents = {row["sku"]: round(float(row["price"]) * 100) for row in rows("products.csv")}

    wrong = [
        event["id"]
        for event in census.valid
        if round(event["data"]["amount"] * 100)
        != sum(cents[item["sku"]] * item["quantity"] for item in event["data"]["items"])
    ]

    assert wrong == []


def test_every_event_is_about_its_order(census: Census) -> None:
    """The subject of an event is the order in its data."""
    strays = [event["id"] for event in census.valid if event["subject"] != event["data"]["order_id"]]

    assert strays == []
