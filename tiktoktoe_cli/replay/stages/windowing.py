"""The stages that hold events in windows of event time have one memory; what they make of a window is their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.correlating.fixed import FixedWindows, hopping, sliding
from tiktoktoe_cli.replay.correlating.sessions import Sessions
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.replay.correlating.window import Windows
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.settings.windows import KeyedSettings
    from tiktoktoe_cli.replay.stages.holding import Form
    from tiktoktoe_cli.replay.stages.stage import Kit, Look

_END_US = 1 << 62


def windows_of(settings: KeyedSettings) -> Windows:
    """Make the windows that the YAML asks for."""
    window, lateness_us = settings.window, settings.lateness_us
    size_us = window.chosen // 1_000
    if window.kind == "session":
        return Sessions(size_us, lateness_us)
    if window.kind == "sliding" and window.every is None:
        return FixedWindows(sliding(size_us), lateness_us, is_half_open=False)
    return FixedWindows(hopping(size_us, (window.every or window.chosen) // 1_000), lateness_us)


def take_keys(name: str, fields: Sequence[FieldPath]) -> Look:
    """Make the look that takes keys down: of each event that of the first field which has a value.

    Without fields all events have the same, empty key.
    """

    def look(batch: Batch) -> None:
        if not fields:
            batch.keys[name] = [""] * len(batch.bodies)
            return
        keys = fields[0].text_column(batch.bodies)
        for field in fields[1:]:
            if None not in keys:
                break
            others = field.text_column(batch.bodies)
            keys = [other if key is None else key for key, other in zip(keys, others, strict=True)]
        batch.keys[name] = keys

    return look


class Windowing:
    """The memory: puts events of a key into windows, and gives them on as these close; `form` is how it holds events.

    Raises:
        UnfinishedError: while it runs: more events are held than `max_held`.
    """

    def __init__(self, kit: Kit, settings: KeyedSettings, windows: Windows, form: Form) -> None:
        self._name = kit.name
        self._feeds_memory = kit.feeds_memory
        self._settings = settings
        self._form = form
        self._windows = windows
        self._measure = "sessions" if isinstance(windows, Sessions) else "windows"

    def take(self, batch: Batch) -> Batch:
        """Put events into sessions; give those on whose session has closed, and those without a key.

        What has closed before an event without a key goes out before it, however the input is cut into batches.
        """
        keys = batch.keys.pop(self._name)
        passed, closed, start = Batch([]), 0, 0
        unkeyed = [index for index, key in enumerate(keys) if key is None] if None in keys else []
        for index in unkeyed:
            self._hold(batch, keys, range(start, index))
            closed += self._close(batch.watermarks[index], passed, batch)
            self._form.pass_on(batch, index, passed)
            start = index + 1
        self._hold(batch, keys, range(start, len(keys)))
        closed += self._close(batch.watermarks[-1], passed, batch)
        if self._windows.held > self._settings.max_held:
            raise _overflow(self._name, self._settings)
        batch.measures.update({self._measure: closed, "without_key": len(unkeyed)})
        return self._told(passed, batch.watermarks[-1])

    def _hold(self, batch: Batch, keys: Sequence[str | None], indexes: range) -> None:
        """Put some events, which have keys, into their sessions."""
        if not indexes:
            return
        part = batch if len(indexes) == len(keys) else batch.picked(indexes)
        named = cast("Sequence[str]", keys if part is batch else keys[indexes.start : indexes.stop])
        for position in self._windows.add(named, self._form.items(part), part.watermarks):
            batch.reject(indexes[position], Reason.LATE, (_late(self._settings),))

    def _close(self, watermark_us: int | None, passed: Batch, booked: Batch) -> int:
        """Add the events of closed sessions to a batch; return how many sessions that were.

        Where one event is made of a window, that is booked, and that the events in it go no further.
        """
        held = self._windows.held
        closed = self._windows.close(watermark_us)
        self._form.release(closed, passed)
        if self._form.makes:
            booked.made += len(closed)
            booked.dropped[Drop.JOINED] += held - self._windows.held
        return len(closed)

    def finish(self) -> Batch:
        """Close every session."""
        released = Batch([])
        closed = self._close(None, released, released)
        released.measures.update({self._measure: closed, "without_key": 0})
        return self._told(released, _END_US)

    def changes(self, *, is_whole: bool = False) -> Any:  # as in `Memory`
        """Tell what has changed in the windows, or all that is in them."""
        return self._windows.told(self._form.packed, is_whole=is_whole)

    def restore(self, changes: Any) -> None:  # as above
        """Take it up."""
        self._windows.take_up(changes, self._form.unpacked)

    def _told(self, batch: Batch, watermark_us: int) -> Batch:
        """Tell a later memory up to when everything has come to it: not what is held, nor the rest of the batch."""
        if self._feeds_memory:
            batch.watermarks = [min([self._windows.oldest(watermark_us), *batch.times])] * len(batch)
        return batch


def _late(settings: KeyedSettings) -> Fault:
    message = f"its {settings.holder} had ended, and `lateness` ({settings.lateness}) was over"
    return Fault(pointer(*settings.key[0].parts) if settings.key else "", "window", "late", message)


def _overflow(name: str, settings: KeyedSettings) -> UnfinishedError:
    key = f" by `{', '.join(map(str, settings.key))}`" if settings.key else ""
    message = f"`{name}`{key} holds more than {settings.max_held:,} events in every open {settings.holder}"
    shorter = "deadline" if settings.holder == "join" else "window"
    return UnfinishedError(
        message, hint=f"shorten `{shorter}`, or raise `max_held` if there is enough memory"
    )
