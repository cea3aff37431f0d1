"""Session windows: events of a key, each at most `gap` after the one before.

An event joins a session if it is at most `gap` before its first or after its last event: a distance of exactly `gap`
joins, as in Kafka Streams and Flink (Beam starts a new session there). One that comes out of order may join two
sessions into one. A session is closed for an event when the event's watermark is more than `gap` and `lateness` past
the session's last one; an event that could only have joined such a session is late.

Whether a session is closed is asked for each event; that it leaves the memory is done once a batch. So what belongs
together does not depend on how the input is cut into batches.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.replay.correlating.window import Pack

Item = tuple[Any, ...]
"""A held event: its time, then what the stage wants back. Any: that is the stage's affair."""
_time = itemgetter(0)
_end = attrgetter("last_us", "serial")
_SLOTS = 64


class Change(NamedTuple):
    """What is told of a session: all but the first `start` of its items, which were told before."""

    serial: int
    first_us: int
    last_us: int
    is_sorted: bool
    start: int
    items: list[Item]


Told: TypeAlias = tuple[str, list[Change]]
"""A key, and all its open sessions."""
Changes: TypeAlias = tuple[int, list[Told]]
"""The next serial number, and the keys of which something has changed."""


@dataclass(slots=True, eq=False)
class Session:
    """Events of one key, and the times of the first and last of them; it grows while it is open."""

    key: str
    first_us: int
    last_us: int
    items: list[Item]
    serial: int
    is_sorted: bool = True
    is_over: bool = False
    told: int = 0

    def add(self, item: Item) -> None:
        """Take an event in that came out of order, or before the others."""
        time_us = item[0]
        self.items.append(item)
        self.is_sorted = False
        self.first_us, self.last_us = min(self.first_us, time_us), max(self.last_us, time_us)

    def change(self) -> Change:
        """Tell the session, with the items that were not told before."""
        start, self.told = self.told, len(self.items)
        return Change(self.serial, self.first_us, self.last_us, self.is_sorted, start, self.items[start:])

    def absorb(self, other: Session) -> None:
        """Take another session in."""
        self.items += other.items
        self.is_sorted = False
        self.first_us, self.last_us = min(self.first_us, other.first_us), max(self.last_us, other.last_us)
        other.is_over = True


@dataclass(slots=True)
class Sessions:
    """All open sessions; `held` counts their events."""

    gap_us: int
    lateness_us: int = 0
    held: int = 0
    _open: dict[str, Session] = field(default_factory=dict)  # the latest of each key
    _others: dict[str, list[Session]] = field(default_factory=dict)  # those before it
    _closing: dict[int, list[Session]] = field(
        default_factory=dict
    )  # by the slot of time in which they may end
    _due: list[int] = field(default_factory=list)  # a heap of these slots
    _next_serial: int = 0
    _width_us: int = field(init=False)
    _dirty: set[str] = field(default_factory=set)  # the keys of which something is not told yet
    _known: set[str] = field(default_factory=set)  # those of which a session is told that is still open

    def __post_init__(self) -> None:
        self._width_us = max(self.gap_us // _SLOTS, 1)

    def add(self, keys: Sequence[str], items: Sequence[Item], watermarks: Sequence[int]) -> list[int]:
        """Put events into their sessions; return the positions of those that are late."""
        late = []
        gap_us, patience_us, open_sessions = self.gap_us, self.gap_us + self.lateness_us, self._open.get
        for position, (key, item, watermark_us) in enumerate(zip(keys, items, watermarks, strict=True)):
            session, time_us = open_sessions(key), item[0]
            if (
                session is not None
                and session.last_us <= time_us <= session.last_us + gap_us
                and session.last_us >= watermark_us - patience_us
            ):
                session.items.append(item)
                session.last_us = time_us
            elif session is None and time_us >= watermark_us - patience_us:
                self._begin(key, item)
            elif not self._place(key, item, watermark_us - patience_us):
                late.append(position)
        self.held += len(items) - len(late)
        self._dirty.update(keys)
        return late

    def close(self, watermark_us: int | None) -> list[Session]:
        """Give what no event of a watermark or a later one can join, in the order of their ends; None: everything."""
        end = (
            None
            if watermark_us is None
            else (watermark_us - self.gap_us - self.lateness_us) // self._width_us
        )
        closed: list[Session] = []
        while self._due and (end is None or self._due[0] < end):
            ended = self._ended(heapq.heappop(self._due))
            ended.sort(key=_end)
            closed += ended
        for session in closed:
            self._forget(session)
        return closed

    def oldest(self, watermark_us: int) -> int:
        """Tell up to when no event is held, where none before a watermark will come."""
        held = (session.first_us for key in self._open for session in self._sessions_of(key))
        return min(watermark_us, min(held, default=watermark_us))

    def changes(self) -> Changes:
        """Tell what is open now of each key that had events since the last call, and the next serial number.

        Of a session that was told before, only the items that have come since are told again.
        """
        told = []
        for key in self._dirty:
            if key in self._open:
                told.append((key, [session.change() for session in self._sessions_of(key)]))
                self._known.add(key)
            elif key in self._known:
                told.append((key, []))
                self._known.discard(key)
        self._dirty.clear()
        return self._next_serial, told

    def told(self, pack: Pack, *, is_whole: bool = False) -> Any:  # what `marshal` can write
        """Tell the changes as plain tuples; if it shall be the whole, as if nothing had ever been told."""
        if is_whole:
            self._forget_told()
        serial, told = self.changes()
        return serial, [
            (key, [(*change[:-1], list(map(pack, change.items))) for change in sessions])
            for key, sessions in told
        ]

    def _forget_told(self) -> None:
        self._known.clear()
        self._dirty = set(self._open)
        for key in self._open:
            for session in self._sessions_of(key):
                session.told = 0

    def take_up(self, told: Any, unpack: Pack) -> None:  # as above
        """Take them up."""
        serial, keys = told
        sessions = [
            (key, [Change._make([*rest, list(map(unpack, items))]) for *rest, items in changes])
            for key, changes in keys
        ]
        self.restore((serial, sessions))

    def restore(self, changes: Changes) -> None:
        """Take up what was told before."""
        self._next_serial, told = changes
        for key, sessions in told:
            before = {session.serial: session for session in self._sessions_of(key)}
            now = [self._restored(key, before, change) for change in sessions]
            for session in before.values():
                session.is_over = True
            self.held += sum(map(_size, now)) - sum(map(_size, before.values()))
            self._open.pop(key, None)
            self._others.pop(key, None)
            if now:
                self._open[key] = now[0]
                self._known.add(key)
            if now[1:]:
                self._others[key] = now[1:]

    def _restored(self, key: str, before: Mapping[int, Session], change: Change) -> Session:
        """Make a session of what was told of it, and of its items that were told before."""
        kept = before[change.serial].items[: change.start] if change.start else []
        session = Session(key, change.first_us, change.last_us, kept + change.items, change.serial)
        session.is_sorted, session.told = change.is_sorted, len(session.items)
        self._schedule(session, session.last_us // self._width_us)
        return session

    def _ended(self, slot: int) -> list[Session]:
        """Give the sessions whose last event is in a slot; those that have grown since go to the slot of theirs."""
        ended = []
        width_us = self._width_us
        for session in self._closing.pop(slot):
            if session.is_over:
                continue
            if (grown := session.last_us // width_us) > slot:
                self._schedule(session, grown)
            else:
                ended.append(session)
        return ended

    def _schedule(self, session: Session, slot: int) -> None:
        """Look at a session again when no event can come any more that is in a slot of time."""
        try:
            self._closing[slot].append(session)
        except KeyError:
            self._closing[slot] = [session]
            heapq.heappush(self._due, slot)

    def _place(self, key: str, item: Item, closed_before_us: int) -> bool:
        """Find the sessions that an event belongs to, or open one; False if it is late."""
        time_us = item[0]
        near = [
            session
            for session in self._sessions_of(key)
            if session.first_us - self.gap_us <= time_us <= session.last_us + self.gap_us
            and session.last_us >= closed_before_us
        ]
        if near:
            near[0].add(item)
            for other in near[1:]:
                near[0].absorb(other)
                self._remove(other)
            return True
        if time_us < closed_before_us:
            return False
        self._begin(key, item)
        return True

    def _begin(self, key: str, item: Item) -> None:
        """Open a session for an event that belongs to none."""
        time_us = item[0]
        session = Session(key, time_us, time_us, [item], self._next_serial)
        self._next_serial += 1
        latest = self._open.setdefault(key, session)
        if latest is not session:
            newest, other = (session, latest) if latest.first_us < time_us else (latest, session)
            self._open[key] = newest
            self._others.setdefault(key, []).append(other)
        self._schedule(session, time_us // self._width_us)

    def _sessions_of(self, key: str) -> list[Session]:
        first = self._open.get(key)
        return [] if first is None else [first, *self._others.get(key, ())]

    def _forget(self, session: Session) -> None:
        self.held -= len(session.items)
        self._dirty.add(session.key)
        if session.key in self._others:
            self._remove(session)
        else:
            del self._open[session.key]
        if not session.is_sorted:
            session.items.sort(key=_time)

    def _remove(self, session: Session) -> None:
        others = self._others.get(session.key)
        if others and session in others:
            others.remove(session)
        elif others:
            self._open[session.key] = others.pop(0)
        else:
            del self._open[session.key]
        if not others:
            self._others.pop(session.key, None)


def _size(session: Session) -> int:
    return len(session.items)
