"""Dedupe: lets the first event of a key pass, and drops its repetitions within a window of event time.

As in NATS JetStream, the first one wins, repetitions do not extend the window, and a key is forgotten once an event
comes that is `window` or more past its first one. Memory is bounded by the keys of one window.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from tiktoktoe_cli.replay.station import Drop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.replay.event import Event
    from tiktoktoe_cli.replay.field_path import FieldPath
    from tiktoktoe_cli.replay.settings import DedupeSettings
    from tiktoktoe_cli.replay.station import Events, Stage, Station

_Key: TypeAlias = "tuple[str, ...]"


def build(settings: DedupeSettings, station: Station) -> Stage:
    """Make the stage."""

    def stage(events: Iterator[Event]) -> Events:
        seen = Seen(settings.window // 1_000)
        for event in events:
            key = key_of(settings.key, event)
            if key is None or seen.is_first(key, event.time_us):
                yield event
            else:
                station.drop(Drop.DUPLICATE)

    return stage


def key_of(fields: tuple[FieldPath, ...], event: Event) -> _Key | None:
    """Return the values of the key's fields; None if one of them is missing."""
    values = tuple(text for field in fields if (text := field.read_text(event.body)) is not None)
    return values if len(values) == len(fields) else None


class Seen:
    """The keys of the last window, with the time of the first event of each."""

    def __init__(self, window_us: int) -> None:
        self._window_us = window_us
        self._first_us: dict[_Key, int] = {}
        self._oldest: deque[tuple[int, _Key]] = deque()
        self._newest_us: int | None = None

    def is_first(self, key: _Key, time_us: int) -> bool:
        """Tell whether no event of this key came within the window, and remember it if so."""
        self._forget_before(time_us)
        first_us = self._first_us.get(key)
        if first_us is not None and abs(time_us - first_us) < self._window_us:
            return False
        self._first_us[key] = time_us
        self._oldest.append((time_us, key))
        return True

    def _forget_before(self, time_us: int) -> None:
        if self._newest_us is None or time_us > self._newest_us:
            self._newest_us = time_us
        limit_us = self._newest_us - self._window_us
        while self._oldest and self._oldest[0][0] <= limit_us:
            first_us, key = self._oldest.popleft()
            if self._first_us.get(key) == first_us:
                del self._first_us[key]
