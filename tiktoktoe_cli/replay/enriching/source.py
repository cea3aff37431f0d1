"""What a source of lookups is, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import orjson

from tiktoktoe_cli.replay.events.field_path import Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.resilience.settings import PolicySettings

Row: TypeAlias = Callable[[], Json]
"""Makes a new copy of what was found: a later stage may write into one event's."""

_NESTED = frozenset({dict, list})


class Failed(NamedTuple):
    """Why a source could not answer; unlike a miss it says nothing about the key."""

    message: str


Answer: TypeAlias = Row | Failed | None
"""What was found; None if the source has nothing for the key."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a source is given beside its settings: the policies by name, and chance, which spreads retries.

    `should_stop` asks whether the user wants the run to end: a source that waits for others asks it.
    """

    policies: Mapping[str, PolicySettings] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # as above
    should_stop: Callable[[], bool] = field(default=lambda: False)


class Source(Protocol):
    """Answers by key.

    `waits_ns` is how long each answer of the last question took; empty if they came one after the other.
    """

    waits_ns: Sequence[int] = ()

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys."""


def row_of(value: Body) -> Row | Failed:
    """Keep a row so that it can be copied quickly; one that is nested too deep could not be written again."""
    if _NESTED.isdisjoint(map(type, value.values())):
        return value.copy
    try:
        raw = orjson.dumps(value)
    except orjson.JSONEncodeError:
        return Failed("the row is nested too deep to be written")
    return lambda: orjson.loads(raw)
