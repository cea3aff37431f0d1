"""Machines while replicas are put on them: what is left on each, and which is the emptiest."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from tiktoktoe_cli.graph.model import Resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.graph.capacity.amounts import Amounts

_TRIES = 8  # if a replica does not fit on the emptiest machines, the others are tight as well


class Fleet:
    """The rooms of machines, and for each resource a heap of the shares of it that are taken.

    A share in a heap that is no longer the machine's is passed over: taking it out when it changes would cost more.
    """

    def __init__(self, rooms: Sequence[Amounts]) -> None:
        self._rooms = rooms
        self._free = list(rooms)
        self._taken = [(0.0, 0.0)] * len(rooms)
        self._heaps = tuple([(0.0, number) for number in range(len(rooms))] for _ in Resource)
        for heap in self._heaps:
            heapify(heap)

    def put(self, each: Amounts, scarce: int) -> int | None:
        """Put one replica on the machine with the most left of a resource (by its number), among the first that fit.

        Return the machine's number, or None if it fits on none of those.
        """
        number = self._emptiest(each, scarce)
        if number is None:
            return None
        self._free[number] = self._free[number].plus(each, -1)
        self._taken[number] = (self._share(number, 0), self._share(number, 1))
        for heap, share in zip(self._heaps, self._taken[number], strict=True):
            heappush(heap, (share, number))
        return number

    def _emptiest(self, each: Amounts, scarce: int) -> int | None:
        heap, found = self._heaps[scarce], None
        passed: list[tuple[float, int]] = []
        while heap and found is None and len(passed) < _TRIES:
            share, number = heappop(heap)
            if share != self._taken[number][scarce]:
                continue
            if each.fits(self._free[number]):
                found = number
            else:
                passed.append((share, number))
        for entry in passed:
            heappush(heap, entry)
        return found

    def _share(self, number: int, resource: int) -> float:
        whole = self._rooms[number][resource]
        return 1 - self._free[number][resource] / whole if whole else 0.0
