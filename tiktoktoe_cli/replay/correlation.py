"""Session windows in event time: which events of a key belong together, decided without any clock but the events'.

An event joins a session if it is at most `gap` before its first or after its last event: a distance of exactly `gap`
joins, as in Kafka Streams and Flink (Beam starts a new session there). One that comes out of order may join two
sessions into one. A session closes when the newest event of all is more than `gap` and `lateness` past its last one;
nothing can join it from then on, and an event that might have is late.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.replay.event import Event


@dataclass(slots=True)
class Session:
    """Events of one key, and the times of the first and last of them; it grows while it is open."""

    key: str
    first_us: int
    last_us: int
    events: list[Event]
    is_absorbed: bool = False

    def is_near(self, time_us: int, gap_us: int) -> bool:
        """Tell whether an event of this time belongs here."""
        return self.first_us - gap_us <= time_us <= self.last_us + gap_us

    def add(self, event: Event) -> None:
        """Take an event in."""
        self.events.append(event)
        if event.time_us > self.last_us:
            self.last_us = event.time_us
        elif event.time_us < self.first_us:
            self.first_us = event.time_us

    def absorb(self, other: Session) -> None:
        """Take another session in."""
        self.events += other.events
        self.first_us = min(self.first_us, other.first_us)
        self.last_us = max(self.last_us, other.last_us)
        other.is_absorbed = True


@dataclass(slots=True)
class Sessions:
    """All open sessions; `held` counts their events."""

    gap_us: int
    lateness_us: int = 0
    held: int = 0
    _newest_us: int | None = None
    _open: dict[str, list[Session]] = field(default_factory=dict)
    _closing: list[tuple[int, int, Session]] = field(
        default_factory=list
    )  # a heap: last known end, serial, session
    _serials: Iterator[int] = field(default_factory=count)

    def advance(self, time_us: int) -> Iterable[Session]:
        """Learn that an event of this time has come; yield the sessions that it closes, in the order of their ends."""
        if self._newest_us is None or time_us > self._newest_us:
            self._newest_us = time_us
        end_us = self._newest_us - self.gap_us - self.lateness_us
        return self._close_before(end_us) if self._closing and self._closing[0][0] < end_us else ()

    def finish(self) -> Iterator[Session]:
        """Yield the sessions that are still open: no event will come."""
        return self._close_before(None)

    def add(self, key: str, event: Event) -> bool:
        """Put an event into its session; False if it is late. Call `advance` with its time first."""
        siblings = self._open.get(key)
        near = (
            [session for session in siblings if session.is_near(event.time_us, self.gap_us)]
            if siblings
            else None
        )
        if not near:
            return self._open_session(key, event)
        near[0].add(event)
        for other in near[1:]:
            near[0].absorb(other)
            self._open[key].remove(other)
        self.held += 1
        return True

    def _open_session(self, key: str, event: Event) -> bool:
        time_us = event.time_us
        if self._newest_us is not None and time_us < self._newest_us - self.gap_us - self.lateness_us:
            return False
        session = Session(key, time_us, time_us, [event])
        self._open.setdefault(key, []).append(session)
        heapq.heappush(self._closing, (time_us, next(self._serials), session))
        self.held += 1
        return True

    def _close_before(self, end_us: int | None) -> Iterator[Session]:
        """Close what ended before a time, or everything. The heap learns of a session's growth only here."""
        while self._closing and (end_us is None or self._closing[0][0] < end_us):
            known_end_us, serial, session = heapq.heappop(self._closing)
            if session.is_absorbed:
                continue
            if session.last_us > known_end_us:
                heapq.heappush(self._closing, (session.last_us, serial, session))
                continue
            self._forget(session)
            session.events.sort()
            yield session

    def _forget(self, session: Session) -> None:
        self.held -= len(session.events)
        siblings = self._open[session.key]
        siblings.remove(session)
        if not siblings:
            del self._open[session.key]
