"""Dedupe: lets the first event of a key pass, and drops its repetitions within a window of event time.

As in NATS JetStream, the first one wins, repetitions do not extend the window, and a key is forgotten once an event
comes that is `window` or more past its first one. Memory is bounded by the keys of one window.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.settings.windows import DedupeSettings
    from tiktoktoe_cli.replay.stages.stage import Kit, Look


def build(settings: DedupeSettings, kit: Kit) -> Stage:
    """Make the stage."""
    return Stage(_look(kit.name, settings.key), Dedupe(kit.name, settings.window // 1_000))


def _look(name: str, fields: Sequence[FieldPath]) -> Look:
    def look(batch: Batch) -> None:
        columns = [field.text_column(batch.bodies) for field in fields]
        batch.keys[name] = columns[0] if len(columns) == 1 else list(map(_joined, *columns))

    return look


def _joined(*parts: str | None) -> str | None:
    """Make one key of several; None if one of them is missing. The lengths keep `a`, `bc` from being `ab`, `c`."""
    texts = [part for part in parts if part is not None]
    if len(texts) < len(parts):
        return None
    return "".join([f"{len(text)}:{text}" for text in texts])


class Dedupe:
    """The keys of the last window, with the time of the first event of each."""

    def __init__(self, name: str, window_us: int) -> None:
        self._name = name
        self._window_us = window_us
        self._first_us: dict[str, int] = {}
        self._oldest: deque[tuple[int, str]] = deque()
        self._newest_us: int | None = None
        self._untold: list[tuple[int, int, str]] = []

    def take(self, batch: Batch) -> Batch:
        """Drop the repetitions."""
        for index, (key, time_us) in enumerate(zip(batch.keys[self._name], batch.times, strict=True)):
            if key is not None and not self._is_first(key, time_us):
                batch.drop(index, Drop.DUPLICATE)
        return batch

    def finish(self) -> Batch:
        """Give nothing: no event is held."""
        return Batch([])

    def changes(self, *, is_whole: bool = False) -> Any:  # as in `Memory`
        """Tell the keys that came since the last call, with the newest time when each came, and that of now."""
        untold, self._untold = self._untold, []
        if is_whole:
            untold = [(self._newest_us or 0, time_us, key) for time_us, key in self._oldest]
        return self._newest_us, untold

    def restore(self, changes: Any) -> None:  # as above
        """Take up keys that were told before."""
        now_us, told = changes
        for newest_us, time_us, key in told:
            self._advance(newest_us)
            self._first_us[key] = time_us
            self._oldest.append((time_us, key))
        if now_us is not None:
            self._advance(now_us)

    def _is_first(self, key: str, time_us: int) -> bool:
        self._advance(time_us)
        first_us = self._first_us.get(key)
        if first_us is not None and abs(time_us - first_us) < self._window_us:
            return False
        self._first_us[key] = time_us
        self._oldest.append((time_us, key))
        self._untold.append((self._newest_us or 0, time_us, key))
        return True

    def _advance(self, time_us: int) -> None:
        """Forget the keys whose first event is a window or more before a time, if that is the newest."""
        if self._newest_us is not None and time_us <= self._newest_us:
            return
        self._newest_us, limit_us = time_us, time_us - self._window_us
        while self._oldest and self._oldest[0][0] <= limit_us:
            first_us, key = self._oldest.popleft()
            if self._first_us.get(key) == first_us:
                del self._first_us[key]
