"""What a source of lookups is, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import orjson

from tiktoktoe_cli.replay.events.field_path import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.events.fault import Body

Row: TypeAlias = Callable[[], Json]
"""Makes a new copy of what was found: a later stage may write into one event's."""

_NESTED = frozenset({dict, list})


class Failed(NamedTuple):
    """Why a source could not answer; unlike a miss it says nothing about the key."""

    message: str


Answer: TypeAlias = Row | Failed | None
"""What was found; None if the source has nothing for the key."""


class Source(Protocol):
    """Answers by key."""

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys."""


def row_of(value: Body) -> Row:
    """Keep a row so that it can be copied quickly."""
    if _NESTED.isdisjoint(map(type, value.values())):
        return value.copy
    raw = orjson.dumps(value)
    return lambda: orjson.loads(raw)
