"""How messages name services and amounts, so that they stay readable however long or large these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAMES = 8
_LONGEST_NAME = 80
_SIZES = ((2**40, "Ti"), (2**30, "Gi"), (2**20, "Mi"), (2**10, "Ki"), (1, ""))


def quoted(name: str) -> str:
    """Put a name into backticks, without the end of a very long one."""
    return f"`{name}`" if len(name) <= _LONGEST_NAME else f"`{name[:_LONGEST_NAME]}…`"


def path_words(names: Sequence[str]) -> str:
    """Write a cycle as a path back to its first service; the middle of a long one is counted, not named."""
    shown = list(map(quoted, names))
    if len(names) > _MOST_NAMES:
        half = _MOST_NAMES // 2
        shown = [*shown[:half], f"{len(names) - _MOST_NAMES} more", *shown[-half:]]
    return " → ".join([*shown, shown[0]])


def listed(names: Sequence[str]) -> str:
    """Write `a`, `a and b`, `a, b and 3 others`."""
    first, others = list(map(quoted, names[:2])), len(names) - 2
    if others <= 0:
        return " and ".join(first)
    return f"{', '.join(first)} and {others} other{'s' * (others > 1)}"


def amount_words(resource: Resource, nano: int) -> str:
    """Write an amount, in billionths, with its resource: `2.5 cpu`, `1.5Gi memory`."""
    amount = nano / 10**9
    if resource is Resource.CPU:
        return f"`{amount:.6g}` cpu"
    size, unit = next((size, unit) for size, unit in _SIZES if amount >= size or size == 1)
    return f"`{amount / size:.6g}{unit}` memory"
