"""How messages name services, conditions and amounts, so that they stay readable however long or large these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.quantity import NANOS_PER_UNIT
from tiktoktoe_cli.graph.model import Condition, Resource
from tiktoktoe_cli.report.cells import size
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMES = 8


_REACHED = {
    Condition.STARTED: "is started",
    Condition.HEALTHY: "is healthy",
    Condition.COMPLETED: "has ended",
    Condition.COMPLETED_SUCCESSFULLY: "has ended well",
    Condition.READY_LINE: "has printed its line",
}


def condition_words(condition: Condition) -> str:
    """Say of a service that it has reached a condition: `is healthy`, `has ended well`."""
    return _REACHED[condition]


def cycle_words(names: Sequence[str]) -> str:
    """Write a cycle as a path back to its first service; the middle of a long one is counted, not named."""
    return f"{path_words(names)} → {quoted(names[0])}"


def path_words(names: Sequence[str]) -> str:
    """Write a path from its first service to its last; the middle of a long one is counted, not named."""
    shown = list(map(quoted, names))
    if len(names) > _MOST_NAMES:
        half = _MOST_NAMES // 2
        shown = [*shown[:half], f"{len(names) - _MOST_NAMES} more", *shown[-half:]]
    return " → ".join(shown)


def amount_words(resource: Resource, nano: int) -> str:
    """Write an amount, in billionths, with its resource: `2.5` cpu, `1.5Gi` memory."""
    return f"`{plain_amount(resource, nano)}` {resource}"


def plain_amount(resource: Resource, nano: int, digits: int = 6) -> str:
    """Write an amount, in billionths, as the configuration does; `digits` are those of memory."""
    amount = nano / NANOS_PER_UNIT
    return f"{amount:.6g}" if resource is Resource.CPU else size(amount, digits=digits)
