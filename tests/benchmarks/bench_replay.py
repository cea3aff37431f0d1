"""How fast events are replayed, beside `jq -c .` and Miller's `cat`, which only parse and print them.

    python tests/benchmarks/bench_replay.py [EVENTS]

Events have the shape of the sample shop's, about 350 bytes, a million by default, as they come from a running system:
their times out of order by less than a second. The pipeline validates them against the shop's schema, looks their
customers up in a table, correlates orders by sessions of five minutes, and routes to three files. All run as whole
processes, in turn, round after round; each one's best round counts. The targets:

one worker    at least 3 times as fast as `jq -c .` over the same file
two workers   at least 1.7 times as fast as one
memory        less than 200 MB at its peak

Where the time of one worker goes is told by stage. If a target is missed, the exit code is 1.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import which
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "samples" / "shop"
ROUNDS = 3
LIMIT_S = 600
TARGET_JQ, TARGET_WORKERS, TARGET_BYTES = 3.0, 1.7, 200_000_000
MORE = {
    "order.paid": {"method": "card"},
    "order.shipped": {"carrier": "dhl"},
    "order.cancelled": {"reason": "customer"},
    "payment.declined": {"reason": "no_funds"},
}
PIPELINE = """\
version: 1
pipelines:
  orders:
    input: {{paths: [{events}], order: input}}
    stages:
      - validation: {{schema: {shop}/schemas/order.json}}
      - context_enrichment:
          lookup: {{table: {shop}/tables/customers.csv, key: data.customer_id, match: id}}
          into: data.customer
      - correlation: {{key: data.order_id, window: 5m}}
    routing:
      - {{when: 'type == "order.placed" && data.amount > 100.0', to: [large]}}
      - {{when: 'type == "payment.declined"', to: [declined]}}
      - {{to: [all]}}
    destinations:
      large: {{file: out/large.ndjson}}
      declined: {{file: out/declined.ndjson}}
      all: {{file: out/all.ndjson}}
    dead_letter: {{file: out/dead.ndjson}}
"""


@dataclass
class Runs:
    """The runs of one command: the best time, what it answered then, and the most memory of any."""

    best_s: float = float("inf")
    answer: dict[str, Any] = field(default_factory=dict)  # JSON
    peak_bytes: int = 0


def write_events(path: Path, count: int) -> None:
    """Write events, 50 a second; orders are open for some seconds."""
    random = Random(3)  # noqa: S311  # the same events each time
    began = datetime(2026, 3, 2, 8, tzinfo=UTC)
    orders: list[dict[str, Any]] = []
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            kind = "order.placed"
            if orders and random.random() < 0.62:
                order = random.choice(orders)
                kind = random.choice(list(MORE))
            else:
                order = {
                    "id": f"ord-{number % 1_000_000:06}",
                    "customer": f"c-{random.randrange(400):04}",
                    "told": 0,
                }
                order["amount"] = round(random.uniform(5, 400), 2)
                orders.append(order)
            order["told"] += 1
            if order["told"] > 4 or len(orders) > 300:
                orders.remove(order)
            at = began + timedelta(milliseconds=20 * number + random.randrange(800))
            file.write(json.dumps(_event(order, kind, at), separators=(",", ":")) + "\n")


def _event(order: dict[str, Any], kind: str, at: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{order['id']}-{order['told']}",
        "source": "/shop/payments" if kind.startswith("payment") else "/shop/orders",
        "type": kind,
        "time": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z",
        "subject": order["id"],
        "datacontenttype": "application/json",
        "data": {
            "order_id": order["id"],
            "customer_id": order["customer"],
            "amount": order["amount"],
            "currency": "EUR",
            "items": [{"sku": "AUDI-03", "quantity": 1}],
            **MORE.get(kind, {"channel": "web"}),
        },
    }


def run(command: list[str], folder: Path, runs: Runs) -> None:
    """Run a command once, with its output in a file."""
    with (folder / "printed").open("wb") as printed:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=printed, stderr=subprocess.PIPE)
        _, complaints = process.communicate(timeout=LIMIT_S)
        took_s = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {complaints.decode()[-500:]}")
    if took_s < runs.best_s:
        runs.best_s = took_s
        is_ours = command[0] == sys.executable
        runs.answer = json.loads((folder / "printed").read_bytes()) if is_ours else {}


def main(arguments: list[str]) -> int:
    """Measure, print, and return 1 if a target is missed."""
    count = int(arguments[0]) if arguments else 1_000_000
    ours = [sys.executable, "-m", "tiktoktoe_cli", "replay", "run", "orders", "--restart", "-o", "json"]
    with tempfile.TemporaryDirectory(prefix="tiktoktoe-bench-") as name:
        folder = Path(name)
        events = folder / "events.ndjson"
        write_events(events, count)
        (folder / "tiktoktoe.yaml").write_text(PIPELINE.format(events=events, shop=SHOP), encoding="utf-8")
        one, two, jq, miller = Runs(), Runs(), Runs(), Runs()
        for _ in range(ROUNDS):
            run(["jq", "-c", ".", str(events)], folder, jq)
            if which("mlr"):
                run(["mlr", "--ijsonl", "--ojsonl", "cat", str(events)], folder, miller)
            run([*ours, "--workers", "1"], folder, one)
            one.peak_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
            run([*ours, "--workers", "2"], folder, two)
        size = events.stat().st_size
    for label, runs in (("jq -c .", jq), ("mlr cat", miller), ("one worker", one), ("two workers", two)):
        sys.stdout.write(
            f"{label:12} {runs.best_s:6.2f} s  {count / runs.best_s / 1e3:6.0f} thousand events/s  "
            f"{size / runs.best_s / 1e6:5.0f} MB/s  {jq.best_s / runs.best_s:5.2f} x jq\n"
        )
    _print_profile(one.answer, count)
    results = (
        ("one worker beside jq", jq.best_s / one.best_s, TARGET_JQ),
        ("two workers beside one", one.best_s / two.best_s, TARGET_WORKERS),
        ("memory left of 200 MB", TARGET_BYTES / one.peak_bytes, 1.0),
    )
    for label, reached, target in results:
        word = "met" if reached >= target else "MISSED"
        sys.stdout.write(f"{label}: {reached:.2f}; target: at least {target:.2f}; {word}\n")
    return int(any(reached < target for _, reached, target in results))


def _print_profile(answer: dict[str, Any], count: int) -> None:  # JSON
    for item in answer["items"]:
        if item["kind"] == "stage":
            sys.stdout.write(f"  {item['name']:20} {item['took_s'] / count * 1e6:6.2f} µs an event\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
