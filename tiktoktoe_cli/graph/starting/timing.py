"""How long starts take, and how long each dependency holds up whoever waits for it; in nanoseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import Condition

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Edge, Service


def start_time_ns(service: Service, unknown_ns: int = 0) -> int:
    """Return how long a service takes from its start until others may rely on it.

    One that is scaled to 0 is neither started nor awaited: it takes no time.
    """
    if service.is_scaled_to_zero:
        return 0
    return unknown_ns if service.start_time is None else service.start_time


def is_late(edge: Edge, target_takes_ns: int) -> bool:
    """Tell whether the timeout of a wait is over before its target is ready; whoever waits for `started` never is."""
    return edge.condition is not Condition.STARTED and target_takes_ns > edge.timeout


def hold_ns(edge: Edge, target_takes_ns: int) -> int:
    """Return how long after the start of its target an edge still holds up its source.

    Whoever only waits for `started` goes on at once, and whoever can do without the target when the edge's `timeout`
    is over. A required wait is not shortened: when it times out, the start fails.
    """
    if edge.condition is Condition.STARTED:
        return 0
    return target_takes_ns if edge.required else min(target_takes_ns, edge.timeout)
