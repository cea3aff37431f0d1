"""Ways to put replicas on machines that are quick and usually good enough: evenly, or wherever they fit first.

Each takes the replicas largest first, which is what makes such packings good (Panigrahy, Talwar, Uyeda, Wieder,
"Heuristics for Vector Bin Packing", 2011); what is largest in two resources can be said in several ways.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts, Need

_MOST_SPREAD = 500_000  # replicas that are put one by one: about three seconds
_MOST_LOOKS = 200_000  # of first fit, for each service at each machine: about a tenth of a second


@dataclass(frozen=True, slots=True)
class Packing:
    """How many replicas of which service are on each machine, and of which service how many found no place."""

    placed: tuple[Mapping[str, int], ...]
    unplaced: Mapping[str, int]


def attempts(rooms: Sequence[Amounts], needs: Sequence[Need]) -> Iterator[Packing]:
    """Yield packings of needs into rooms, one room a machine, as many as take seconds: the even ones first."""
    orders = [sorted(needs, key=key, reverse=True) for key in _measures(rooms)]
    if sum(need.replicas for need in needs) <= _MOST_SPREAD:
        yield from (spread(rooms, ordered) for ordered in orders[:2])
    if len(needs) * len(rooms) <= _MOST_LOOKS:
        yield from (first_fit(rooms, ordered) for ordered in orders)


def first_fit(rooms: Sequence[Amounts], needs: Sequence[Need]) -> Packing:
    """Put each replica into the first room that has enough left for it."""
    free = list(rooms)
    placed: list[dict[str, int]] = [{} for _ in rooms]
    unplaced: dict[str, int] = {}
    for need in needs:
        left = need.replicas
        for number, room in enumerate(free):
            if left and need.each.fits(room):
                placed[number][need.service] = count = need.each.count_in(room, left)
                free[number] = room.plus(need.each, -count)
                left -= count
        if left:
            unplaced[need.service] = left
    return Packing(tuple(placed), unplaced)


def spread(rooms: Sequence[Amounts], needs: Sequence[Need]) -> Packing:
    """Put each replica on the machine that has most left of what the replica needs most: the load becomes even.

    Both resources run out at the same time, so that this wastes little as well, and replicas of a service are apart.
    """
    cpu, memory = _total(rooms)
    fleet = Fleet(rooms)
    placed: list[Counter[str]] = [Counter() for _ in rooms]
    unplaced: dict[str, int] = {}
    for need in needs:
        scarce = int(need.each.cpu * memory < need.each.memory * cpu)
        for done in range(need.replicas):
            number = fleet.put(need.each, scarce)
            if number is None:
                unplaced[need.service] = need.replicas - done
                break
            placed[number][need.service] += 1
    return Packing(tuple(placed), unplaced)


def larger_share(rooms: Sequence[Amounts]) -> Callable[[Need], int]:
    """Make the measure of how large needs are by the larger of their shares of all there is."""
    cpu, memory = _total(rooms)
    return lambda need: max(need.each.cpu * memory, need.each.memory * cpu)


def _measures(rooms: Sequence[Amounts]) -> tuple[Callable[[Need], int], ...]:
    """Make several: by the larger share, by both shares, by one resource."""
    cpu, memory = _total(rooms)
    return (
        larger_share(rooms),
        lambda need: need.each.cpu * memory + need.each.memory * cpu,
        lambda need: need.each.cpu,
        lambda need: need.each.memory,
    )


def _total(rooms: Sequence[Amounts]) -> tuple[int, int]:
    return sum(room.cpu for room in rooms), sum(room.memory for room in rooms)
