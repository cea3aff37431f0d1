"""Joins: events of a key, one of each expected type, within a deadline.

An event belongs to the oldest open join of its key with which it lies within the deadline, else it opens one. A join is
over as soon as all types are there, or once the watermark and the lateness have passed its first event by more than
the deadline. An event is late if a join that begins with it would be over.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.correlating.sessions import Session
from tiktoktoe_cli.replay.correlating.window import Diary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item
    from tiktoktoe_cli.replay.correlating.window import Pack

_BEGINNING_US = -(1 << 64)


def types_of(session: Session) -> set[object]:
    """Tell which types of events have come; the second part of an item is its body."""
    return {kind for item in session.items if isinstance(kind := item[1].get("type"), str)}


class Joins:
    """All open joins, and those that are over since they were last asked for."""

    def __init__(self, expects: Sequence[str], deadline_us: int, lateness_us: int = 0) -> None:
        self.held = 0
        self._expects = frozenset(expects)
        self._deadline_us = deadline_us
        self._lateness_us = lateness_us
        self._open: dict[str, list[Session]] = {}
        self._due: list[tuple[int, int, Session]] = []
        self._over: list[Session] = []
        self._pushed = 0
        self._serial = 0
        self._watermark_us = _BEGINNING_US
        self._diary = Diary()

    def add(self, keys: Sequence[str], items: Sequence[Item], watermarks: Sequence[int]) -> list[int]:
        """Put events into their joins; return the positions of those that are late."""
        late = []
        for position, (key, item, watermark_us) in enumerate(zip(keys, items, watermarks, strict=True)):
            self._watermark_us = max(self._watermark_us, watermark_us)
            self._expire(self._watermark_us - self._lateness_us)
            if item[0] + self._deadline_us < self._watermark_us - self._lateness_us:
                late.append(position)
            else:
                self._place(key, item)
                self._diary.write(self._watermark_us, key, item)
        return late

    def close(self, watermark_us: int | None) -> list[Session]:
        """Give the joins that are over, in the order in which they came to that; None: all of them."""
        if watermark_us is not None:
            self._watermark_us = max(self._watermark_us, watermark_us)
        self._expire(None if watermark_us is None else self._watermark_us - self._lateness_us)
        over, self._over = self._over, []
        self.held -= sum(len(join.items) for join in over)
        return over

    def oldest(self, watermark_us: int) -> int:
        """Tell up to when no event is held, where none before a watermark will come."""
        return min([watermark_us, *(join.first_us for joins in self._open.values() for join in joins)])

    def told(self, pack: Pack, *, is_whole: bool = False) -> Any:  # as in `Windows`
        """Tell the watermark and the events that have come; or the open joins, with their events."""
        if not is_whole:
            return self._watermark_us, self._diary.told(pack), None
        self._diary.forget()
        joins = [
            (join.key, join.serial, list(map(pack, join.items)))
            for joins in self._open.values()
            for join in joins
        ]
        due = [(due_us, pushed, join.serial) for due_us, pushed, join in self._due if not join.is_over]
        return self._watermark_us, [], (self._serial, self._pushed, joins, due)

    def take_up(self, told: Any, unpack: Pack) -> None:  # as above
        """Take them up."""
        watermark_us, entries, whole = told
        if whole is not None:
            self._take_up_whole(unpack, *whole)
        self._diary.add_again(self, entries, unpack)
        self.close(watermark_us)

    def _take_up_whole(
        self, unpack: Pack, serial: int, pushed: int, joins: Any, due: Any
    ) -> None:  # as above
        self._serial, self._pushed = serial, pushed
        known = {}
        for key, number, packed in joins:
            items = list(map(unpack, packed))
            times = list(map(_time, items))
            join = known[number] = Session(key, min(times), max(times), items, number)
            self._open.setdefault(key, []).append(join)
            self.held += len(items)
        self._due = [(due_us, order, known[number]) for due_us, order, number in due]
        heapq.heapify(self._due)

    def _place(self, key: str, item: Item) -> None:
        time_us = item[0]
        joins = self._open.setdefault(key, [])
        join = next((join for join in joins if self._fits(join, time_us)), None)
        if join is None:
            join = Session(key, time_us, time_us, [], self._serial)
            self._serial += 1
            joins.append(join)
        self.held += 1
        if not join.items or time_us < join.first_us:
            heapq.heappush(self._due, (time_us + self._deadline_us, self._pushed, join))
            self._pushed += 1
        join.add(item)
        if self._expects <= types_of(join):
            self._end(join)

    def _fits(self, join: Session, time_us: int) -> bool:
        return max(join.last_us, time_us) - min(join.first_us, time_us) <= self._deadline_us

    def _expire(self, limit_us: int | None) -> None:
        while self._due and (limit_us is None or self._due[0][0] < limit_us):
            _, _, join = heapq.heappop(self._due)
            if not join.is_over:
                self._end(join)

    def _end(self, join: Session) -> None:
        join.is_over = True
        join.items.sort(key=_time)
        self._over.append(join)
        self._open[join.key].remove(join)
        if not self._open[join.key]:
            del self._open[join.key]


def _time(item: Item) -> Any:  # the item's first part
    return item[0]
