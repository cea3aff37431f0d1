"""How fast a compiled expression is, as ratios to a handwritten Python function and to a Rust-backed CEL.

    python tests/benchmarks/bench_expressions.py

The second ratio is printed if `common-expression-language` is installed (module `cel`). The target is at most
0.5 µs for one evaluation of the routing condition, or a twentieth of the Rust-backed one in the same run.
"""

from __future__ import annotations

import sys
import timeit
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.expressions import compile_expression

if TYPE_CHECKING:
    from collections.abc import Callable

ROUTE = 'data.amount > 100.0 && type == "order.placed"'
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "8d2b9a3e",
    "source": "/shop/checkout",
    "type": "order.placed",
    "time": "2024-05-01T12:00:00.123Z",
    "data": {
        "order_id": "o-1001",
        "amount": 150.5,
        "currency": "EUR",
        "items": [{"sku": f"s-{number}", "price": 9.5, "quantity": number} for number in range(5)],
        "customer": {"id": "c-77", "tier": "gold", "address": {"city": "Paris", "zip": "75001"}},
    },
}
OTHERS = {
    "status == 200": {"status": 200},
    "timing.total < duration('300ms')": {"timing": {"total": compile_expression("duration('120ms')")({})}},
    "data.items.exists(i, i.quantity > 3 && i.price < 10.0)": EVENT,
    "data.customer.tier in ['gold', 'silver'] && has(data.amount)": EVENT,
    "type.startsWith('order.') && size(data.items) == 5": EVENT,
    "type.matches('^order\\\\.(placed|paid)$')": EVENT,
    "data.missing == 1 || type == 'order.placed'": EVENT,
}
REPEATS = 7
CALLS = 50_000


def measured_us(call: Callable[[Any], Any], argument: Any, calls: int = CALLS) -> float:
    """Measure the best time of one call in microseconds."""
    timer = timeit.Timer("call(argument)", globals={"call": call, "argument": argument})
    return min(timer.repeat(REPEATS, calls)) / calls * 1e6


def by_hand(event: Any) -> bool:
    """Decide as the routing condition does, as a Python programmer would write it."""
    return bool(event["data"]["amount"] > 100.0 and event["type"] == "order.placed")


def report(label: str, time_us: float, note: str = "") -> None:
    """Print one line."""
    sys.stdout.write(f"{label:<64} {time_us:8.3f} µs  {note}\n")


def main() -> None:
    """Measure the routing condition against its peers, then other typical conditions alone."""
    expression = compile_expression(ROUTE)
    ours, hand = measured_us(expression, EVENT), measured_us(by_hand, EVENT)
    report(ROUTE, ours, f"{ours / hand:.1f} times that by hand")
    report("  its .evaluate, called directly", measured_us(expression.evaluate, EVENT))
    report("  the same by hand", hand)
    if find_spec("cel"):
        rust = measured_us(import_module("cel").compile(ROUTE).execute, EVENT)
        report("  the same by common-expression-language", rust, f"ours is 1/{rust / ours:.0f} of it")
    for text, bindings in OTHERS.items():
        report(text, measured_us(compile_expression(text), bindings))
    report("compiling the routing condition", measured_us(compile_expression, ROUTE, calls=500))


if __name__ == "__main__":
    main()
