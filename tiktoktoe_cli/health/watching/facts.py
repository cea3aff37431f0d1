"""How a watch stands, at some moment or at its end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoktoe_cli.health.facts import HealthFacts
    from tiktoktoe_cli.health.watching.tally import Tally
    from tiktoktoe_cli.health.watching.watch import Watch


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """How a watch of a system ended: how everything stands, what was counted, and until when.

    `is_partial` says that it was to go on for longer.
    """

    system: str
    health: HealthFacts
    tallies: tuple[Tally, ...]
    ended_ns: int
    is_partial: bool


def facts_of(watch: Watch, system: str, now_ns: int, *, is_partial: bool = False) -> WatchFacts:
    """Say how a watch stands at this moment."""
    return WatchFacts(system, watch.facts(now_ns), tuple(watch.tallies), now_ns, is_partial)
