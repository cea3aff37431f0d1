"""The exact answer for small systems: every way to put replicas on machines, but not the mirror images of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.capacity.amounts import NOTHING, Amounts
from tiktoktoe_cli.graph.capacity.packing import Packing, larger_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Need

_MOST_REPLICAS = 2_000
_MOST_LOOKS = 500_000  # at machines: about half a second


class UndecidedError(Exception):
    """The search was given up: there may be a packing, or none."""


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is still to be placed from one replica on: all of it, and the least that any of it needs."""

    total: Amounts
    least: Amounts


def search(rooms: Sequence[Amounts], needs: Sequence[Need]) -> Packing | None:
    """Find a packing of all needs into rooms, one room a machine; None proves that there is none.

    Depth first, largest replicas first. Of rooms with the same space left, only the first is tried; replicas of the
    same size go into rooms in order; and what cannot hold the rest, were it liquid, is not looked into.

    Raises:
        UndecidedError: if that takes too long.
    """
    if sum(need.replicas for need in needs) > _MOST_REPLICAS:
        raise UndecidedError
    size = larger_share(rooms)
    ordered = sorted(needs, key=lambda need: (size(need), need.each), reverse=True)
    items = [need for need in ordered for _ in range(need.replicas)]
    chosen = _choose(list(rooms), [item.each for item in items])
    if chosen is None:
        return None
    placed: list[Counter[str]] = [Counter() for _ in rooms]
    for item, number in zip(items, chosen, strict=True):
        placed[number][item.service] += 1
    return Packing(tuple(placed), {})


def _choose(free: list[Amounts], sizes: list[Amounts]) -> list[int] | None:
    """Choose a room for each size, or None if there is no way."""
    rests = _rests(sizes)
    chosen: list[int] = []
    after, looks = 0, 0
    while len(chosen) < len(sizes):
        looks += len(free)
        if looks > _MOST_LOOKS:
            raise UndecidedError
        at = len(chosen)
        is_same = at > 0 and sizes[at] == sizes[at - 1]
        number = (
            _next_room(free, sizes[at], chosen[-1] if is_same else 0, after)
            if _may_hold(free, rests[at])
            else None
        )
        if number is not None:
            chosen.append(number)
            free[number] = free[number].plus(sizes[at], -1)
            after = 0
        elif chosen:
            after = chosen.pop() + 1
            free[after - 1] = free[after - 1].plus(sizes[at - 1])
        else:
            return None
    return chosen


def _next_room(free: list[Amounts], size: Amounts, first: int, after: int) -> int | None:
    """Find the next room that fits, and that is unlike those from `first` on, which have been tried before `after`."""
    after = max(first, after)
    tried = set(free[first:after])
    for number in range(after, len(free)):
        if free[number] not in tried and size.fits(free[number]):
            return number
        tried.add(free[number])
    return None


def _may_hold(free: list[Amounts], rest: _Rest) -> bool:
    """Ask whether the rooms that can take anything of the rest have, together, as much as all of it needs."""
    useful = [room for room in free if rest.least.fits(room)]
    return rest.total.fits(Amounts(sum(room.cpu for room in useful), sum(room.memory for room in useful)))


def _rests(sizes: list[Amounts]) -> list[_Rest]:
    rests: list[_Rest] = []
    total = NOTHING
    least = sizes[-1] if sizes else NOTHING
    for size in reversed(sizes):
        total = total.plus(size)
        least = Amounts(min(least.cpu, size.cpu), min(least.memory, size.memory))
        rests.append(_Rest(total, least))
    return rests[::-1]
