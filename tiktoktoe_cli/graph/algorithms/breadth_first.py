"""The path that a breadth-first search has found."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def path_back(previous: Mapping[str, str], start: str, last: str) -> list[str]:
    """Return the way from `start` to `last`; `previous` tells from where the search has come to each node."""
    path = [last]
    while path[-1] != start:
        path.append(previous[path[-1]])
    return path[::-1]
