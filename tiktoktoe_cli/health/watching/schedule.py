"""When each of many checks is due: spread, with a little jitter, never twice at the same time, never drifting. Pure."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tiktoktoe_cli.config.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

Key = TypeVar("Key")

_MOST_SPREAD_NS: Final = 3 * NS_PER_S
"""Within this time everything has been looked at for the first time."""
_JITTER: Final = 0.05
"""How far from its beat a check may be made, as a share of its interval: two times are at most 10 % more or less apart.
"""


class Schedule(Generic[Key]):
    """When each of many checks is due next: at the beats of its interval.

    The beats of all checks are spread evenly over their intervals, and never move: neither by how long a check takes,
    nor by the jitter. `take` hands out a check that is due, and it is due again only after `again`; beats that pass
    in between are left out. The first time does not wait for a beat: every check is due within three seconds, and
    the next time at its first beat that is at least half an interval later.
    """

    def __init__(self, intervals_ns: Mapping[Key, int], now_ns: int, random: Random) -> None:
        self._intervals_ns = intervals_ns
        self._random = random
        self._first_ns: dict[Key, int] = {}
        self._beats: dict[Key, int] = {}
        self._due: list[tuple[int, int, Key]] = []
        self._sequence = 0
        for place, (key, interval_ns) in enumerate(intervals_ns.items()):
            early_ns = _part(min(interval_ns, _MOST_SPREAD_NS), place, len(intervals_ns))
            beat_ns = _part(interval_ns, place, len(intervals_ns))
            self._first_ns[key] = now_ns + beat_ns
            self._beats[key] = -1 if beat_ns - early_ns >= interval_ns / 2 else 0
            self._put(key, now_ns + early_ns)

    @property
    def next_ns(self) -> int | None:
        """When the next look is due; None while all are under way."""
        return self._due[0][0] if self._due else None

    def take(self, now_ns: int, most: int) -> list[Key]:
        """Take out what is due, at most so much of it; what has been due for the longest time comes first."""
        taken: list[Key] = []
        while len(taken) < most and self._due and self._due[0][0] <= now_ns:
            taken.append(heappop(self._due)[2])
        return taken

    def again(self, key: Key, now_ns: int) -> None:
        """Put back what was taken out, at the first beat that is neither over nor used."""
        interval_ns, first_ns = self._intervals_ns[key], self._first_ns[key]
        beat = max(self._beats[key] + 1, (now_ns - first_ns) // interval_ns + 1)
        self._beats[key] = beat
        jitter_ns = round(interval_ns * _JITTER * (2 * self._random.random() - 1))
        self._put(key, first_ns + beat * interval_ns + jitter_ns)

    def _put(self, key: Key, due_ns: int) -> None:
        self._sequence += 1
        heappush(self._due, (due_ns, self._sequence, key))


def _part(whole_ns: int, place: int, places: int) -> int:
    return whole_ns * place // places
