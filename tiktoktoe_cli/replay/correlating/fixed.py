"""Windows of a fixed length: tumbling, hopping and sliding.

Tumbling and hopping windows are aligned to 1970; the start belongs to them, the end does not. Sliding ones are those of
Kafka Streams: for each event, one that ends with it and one that begins right after it; both ends belong to them, and
one without an event is none. A window is closed once the watermark has reached its end (half-open) or passed it, and
the lateness is over; an event all of whose windows are closed is late.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from tiktoktoe_cli.replay.correlating.sessions import Session
from tiktoktoe_cli.replay.correlating.window import Diary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item
    from tiktoktoe_cli.replay.correlating.window import Pack

_BEGINNING_US = -(1 << 64)
_time = itemgetter(0)


class Span(NamedTuple):
    """A window's bounds; `stop_us` is the first time after it."""

    start_us: int
    stop_us: int


class Shape(NamedTuple):
    """Tells for a time which windows an event makes, and when the last of those that can hold it ends."""

    spans: Callable[[int], Iterable[Span]]
    last_stop: Callable[[int], int]


def hopping(size_us: int, every_us: int) -> Shape:
    """Make windows of a length that begin so often; tumbling ones begin when the one before ends."""

    def spans(time_us: int) -> Iterable[Span]:
        newest_us = time_us - time_us % every_us
        starts = range(
            newest_us - (size_us - 1 - time_us % every_us) // every_us * every_us, newest_us + 1, every_us
        )
        return [Span(start_us, start_us + size_us) for start_us in starts]

    return Shape(spans, lambda time_us: time_us - time_us % every_us + size_us)


def sliding(size_us: int) -> Shape:
    """Make windows that end with an event or begin right after it."""
    return Shape(
        lambda time_us: (Span(time_us - size_us, time_us + 1), Span(time_us + 1, time_us + size_us + 2)),
        lambda time_us: time_us + size_us + 2,
    )


class FixedWindows:
    """All open windows. Events are kept once, in the order of time; a window is cut out of them when it closes.

    `is_half_open` says how the end of a window is told: as the first time after it, or as the last time within.
    """

    def __init__(self, shape: Shape, lateness_us: int = 0, *, is_half_open: bool = True) -> None:
        self.held = 0
        self._shape = shape
        self._lateness_us = lateness_us
        self._beyond_us = 0 if is_half_open else 1
        self._items: dict[str, list[Item]] = {}
        self._open: dict[tuple[str, Span], int] = {}
        self._due: list[tuple[int, int, str, Span]] = []
        self._ended: list[Session] = []
        self._gone = 0  # how many of those that are held are in windows that have ended only
        self._serial = 0
        self._watermark_us = _BEGINNING_US
        self._diary = Diary()

    def add(self, keys: Sequence[str], items: Sequence[Item], watermarks: Sequence[int]) -> list[int]:
        """Put events into their windows; return the positions of those that are late."""
        late = []
        for position, (key, item, watermark_us) in enumerate(zip(keys, items, watermarks, strict=True)):
            self._watermark_us = max(self._watermark_us, watermark_us)
            self._end(self._closed_until_us)
            if self._place(key, item):
                self._diary.write(self._watermark_us, key, item)
            else:
                late.append(position)
        return late

    def close(self, watermark_us: int | None) -> list[Session]:
        """Give the windows that no later event can join, in the order of their ends; None: all of them."""
        if watermark_us is not None:
            self._watermark_us = max(self._watermark_us, watermark_us)
        self._end(None if watermark_us is None else self._closed_until_us)
        self.held -= self._gone
        self._gone = 0
        ended, self._ended = self._ended, []
        return ended

    def oldest(self, watermark_us: int) -> int:
        """Tell up to when no event is held, where none before a watermark will come."""
        oldest_us: int = min([watermark_us, *(items[0][0] for items in self._items.values())])
        return oldest_us

    def told(self, pack: Pack, *, is_whole: bool = False) -> Any:  # as in `Windows`
        """Tell the watermark and the events that have come; or those that are held, and all open windows."""
        if not is_whole:
            return self._watermark_us, self._diary.told(pack), None
        self._diary.forget()
        held = [(key, list(map(pack, items))) for key, items in self._items.items()]
        opened = [(key, *span, serial) for (key, span), serial in self._open.items()]
        return self._watermark_us, [], (self._serial, held, opened)

    def take_up(self, told: Any, unpack: Pack) -> None:  # as above
        """Take them up."""
        watermark_us, entries, whole = told
        if whole is not None:
            self._take_up_whole(unpack, *whole)
        self._diary.add_again(self, entries, unpack)
        self.close(watermark_us)

    def _take_up_whole(self, unpack: Pack, serial: int, held: Any, opened: Any) -> None:  # as above
        self._serial = serial
        self._items = {key: list(map(unpack, items)) for key, items in held}
        self.held = sum(map(len, self._items.values()))
        self._open = {(key, Span(start_us, stop_us)): number for key, start_us, stop_us, number in opened}
        self._due = [(span.stop_us, number, key, span) for (key, span), number in self._open.items()]
        heapq.heapify(self._due)

    @property
    def _closed_until_us(self) -> int:
        return self._watermark_us - self._lateness_us

    def _end(self, limit_us: int | None) -> None:
        """Cut those windows out that have ended, before an event comes that is late for them and not for others."""
        while self._due and (limit_us is None or self._due[0][0] <= limit_us):
            _, serial, key, span = heapq.heappop(self._due)
            del self._open[key, span]
            if inside := self._cut(key, span):
                end_us = span.stop_us - self._beyond_us
                self._ended.append(Session(key, span.start_us, end_us, inside, serial))

    def _place(self, key: str, item: Item) -> bool:
        spans = [span for span in self._shape.spans(item[0]) if span.stop_us > self._closed_until_us]
        if not any(span.start_us <= item[0] for span in spans):
            return False
        insort(self._items.setdefault(key, []), item, key=_time)
        self.held += 1
        for span in spans:
            if (key, span) not in self._open:
                self._open[key, span] = self._serial
                heapq.heappush(self._due, (span.stop_us, self._serial, key, span))
                self._serial += 1
        return True

    def _cut(self, key: str, span: Span) -> list[Item]:
        """Give the events within a window, and let those go that no window can hold any more."""
        items = self._items.get(key, [])
        end = bisect_left(items, span.stop_us, key=_time)
        inside = items[bisect_left(items, span.start_us, key=_time) : end]
        gone = 0
        while gone < end and self._shape.last_stop(items[gone][0]) <= span.stop_us:
            gone += 1
        self._gone += gone
        del items[:gone]
        if not items:
            self._items.pop(key, None)
        return inside
