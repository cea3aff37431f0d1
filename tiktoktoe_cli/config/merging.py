"""Several configuration trees become one: maps merge, lists append, and a scalar may be said only once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.nodes import ListNode, MapNode, Node, ScalarNode
from tiktoktoe_cli.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = {MapNode: "a map", ListNode: "a list", ScalarNode: "a single value"}


def merge(into: MapNode, other: MapNode, path: str = "") -> Iterator[Problem]:
    """Merge `other` into `into`, in place; yield a problem, naming both places, for each thing that is said twice.

    The same scalar said twice with the same value (`version: 1` in each file) is no contradiction.
    """
    for key, entry in other.entries.items():
        name = f"{path}.{key}" if path else key
        mine = into.entries.get(key)
        if mine is None:
            into.entries[key] = entry
        else:
            yield from _merge_values(mine.value, entry.value, name)


def _merge_values(mine: Node, theirs: Node, name: str) -> Iterator[Problem]:
    if isinstance(mine, MapNode) and isinstance(theirs, MapNode):
        yield from merge(mine, theirs, name)
    elif isinstance(mine, ListNode) and isinstance(theirs, ListNode):
        mine.items = [*mine.items, *theirs.items]
    elif isinstance(mine, ScalarNode) and isinstance(theirs, ScalarNode):
        if mine.raw != theirs.raw:
            yield _conflict(mine, theirs, f"`{name}` is set twice, to different values")
    else:
        yield _conflict(mine, theirs, f"`{name}` is set twice, as {_kind(mine)} and {_kind(theirs)}")


def _kind(node: Node) -> str:
    return next(words for kind, words in _KINDS.items() if isinstance(node, kind))


def _conflict(mine: Node, theirs: Node, message: str) -> Problem:
    hint = "keep it in one of the files"
    return Problem(
        "conflicting-value", message, theirs.place, hint, related=(("first set here", mine.place),)
    )
