"""Correlation: marks the events of a session with its id, their position in it, and how many they are.

    correlationid         the key and the time of the session's first event: `ord-000017@2026-03-02T08:00:00.000Z`
    correlationposition   1 for the first event of the session in the order of time
    correlationcount      how many events the session has

`correlationid` is CloudEvents' own extension for this; an event that has these attributes loses their old values.
Events are held until their session closes, and pass on session by session, in the order in which sessions end. Those
without a key are not held.

Where nothing after it looks at the events again, they arrive encoded, and the marks are spliced into their bytes: that
is quicker than writing into objects that were kept, and gives the same bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.choices import Emit
from tiktoktoe_cli.replay.correlating.fixed import FixedWindows, hopping, sliding
from tiktoktoe_cli.replay.correlating.joins import Joins
from tiktoktoe_cli.replay.correlating.sessions import Sessions
from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.settings.windows import CorrelationSettings
from tiktoktoe_cli.replay.stages.holding import (
    Gathered,
    Objects,
    group,
    id_of,
    joining,
    packed_origin,
    unpacked_origin,
)
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item, Session
    from tiktoktoe_cli.replay.correlating.window import Windows
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.events.record import Origin
    from tiktoktoe_cli.replay.settings.windows import KeyedSettings
    from tiktoktoe_cli.replay.stages.holding import Form
    from tiktoktoe_cli.replay.stages.stage import Kit, Look

ANNOTATIONS = ("correlationid", "correlationposition", "correlationcount")
_NAMES = frozenset(ANNOTATIONS)
_END_US = 1 << 62


def build(settings: CorrelationSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are `sessions` and `uncorrelated` (events without the key)."""
    if settings.emit is Emit.JOIN:
        return _join(settings, kit)
    windows = windows_of(settings)
    if settings.emit is Emit.GROUP:
        form: Form = Gathered(f"tiktoktoe/{kit.name}", group)
        return Stage(take_keys(kit.name, settings.key), Correlation(kit, settings, windows, form))
    form = Encoded(with_origins=kit.with_origins) if kit.is_encoded else Objects()
    return Stage(_look(kit.name, settings), Correlation(kit, settings, windows, form))


def is_blind(settings: CorrelationSettings) -> bool:
    """Tell whether the memory only marks events, which can be done to their bytes."""
    return settings.emit is Emit.ANNOTATE


def windows_of(settings: KeyedSettings) -> Windows:
    """Make the windows that the YAML asks for."""
    window, lateness_us = settings.window, settings.lateness_us
    size_us = window.chosen // 1_000
    if window.kind == "session":
        return Sessions(size_us, lateness_us)
    if window.kind == "sliding" and window.every is None:
        return FixedWindows(sliding(size_us), lateness_us, is_half_open=False)
    return FixedWindows(hopping(size_us, (window.every or window.chosen) // 1_000), lateness_us)


def _join(settings: CorrelationSettings, kit: Kit) -> Stage:
    look, expects = take_keys(kit.name, settings.key), frozenset(settings.expects)
    joins = Joins(settings.expects, (settings.deadline or 0) // 1_000, settings.lateness_us)

    def look_for_expected(batch: Batch) -> None:
        look(batch)
        batch.keys[kit.name] = [
            key if body.get("type") in expects else None
            for key, body in zip(batch.keys[kit.name], batch.bodies, strict=True)
        ]

    form = Gathered(f"tiktoktoe/{kit.name}", joining(settings.expects))
    return Stage(look_for_expected, Correlation(kit, settings, joins, form))


def take_keys(name: str, fields: Sequence[FieldPath]) -> Look:
    """Make the look that takes keys down: of each event that of the first field which has a value."""

    def look(batch: Batch) -> None:
        keys = fields[0].text_column(batch.bodies)
        for field in fields[1:]:
            if None not in keys:
                break
            others = field.text_column(batch.bodies)
            keys = [other if key is None else key for key, other in zip(keys, others, strict=True)]
        batch.keys[name] = keys

    return look


def _look(name: str, settings: CorrelationSettings) -> Look:
    take = take_keys(name, settings.key)

    def look(batch: Batch) -> None:
        take(batch)
        for key, body in zip(batch.keys[name], batch.bodies, strict=True):
            if key is not None and not _NAMES.isdisjoint(body):
                for annotation in ANNOTATIONS:
                    body.pop(annotation, None)

    return look


class Correlation:
    """The memory; `form` is how it holds events.

    Raises:
        UnfinishedError: while it runs: more events are held than `max_held`.
    """

    def __init__(self, kit: Kit, settings: KeyedSettings, windows: Windows, form: Form) -> None:
        self._name = kit.name
        self._feeds_memory = kit.feeds_memory
        self._settings = settings
        self._form = form
        self._sessions = windows
        self._measure = "sessions" if isinstance(windows, Sessions) else "windows"

    def take(self, batch: Batch) -> Batch:
        """Put events into sessions; give those on whose session has closed, and those without a key.

        What has closed before an event without a key goes out before it, however the input is cut into batches.
        """
        keys = batch.keys.pop(self._name)
        passed, sessions, start = Batch([]), 0, 0
        unkeyed = [index for index, key in enumerate(keys) if key is None] if None in keys else []
        for index in unkeyed:
            self._hold(batch, keys, range(start, index))
            sessions += self._close(batch.watermarks[index], passed, batch)
            self._form.pass_on(batch, index, passed)
            start = index + 1
        self._hold(batch, keys, range(start, len(keys)))
        sessions += self._close(batch.watermarks[-1], passed, batch)
        if self._sessions.held > self._settings.max_held:
            raise _overflow(self._settings)
        batch.measures.update({self._measure: sessions, "uncorrelated": len(unkeyed)})
        return self._told(passed, batch.watermarks[-1])

    def _hold(self, batch: Batch, keys: Sequence[str | None], indexes: range) -> None:
        """Put some events, which have keys, into their sessions."""
        if not indexes:
            return
        part = batch if len(indexes) == len(keys) else batch.picked(indexes)
        named = [key for key in keys[indexes.start : indexes.stop] if key is not None]
        for position in self._sessions.add(named, self._form.items(part), part.watermarks):
            batch.reject(indexes[position], Reason.LATE, (_late(self._settings),))

    def _close(self, watermark_us: int | None, passed: Batch, booked: Batch) -> int:
        """Add the events of closed sessions to a batch; return how many sessions that were.

        Where one event is made of a window, that is booked, and that the events in it go no further.
        """
        held = self._sessions.held
        closed = self._sessions.close(watermark_us)
        self._form.release(closed, passed)
        if self._form.makes:
            booked.made += len(closed)
            booked.dropped[Drop.JOINED] += held - self._sessions.held
        return len(closed)

    def finish(self) -> Batch:
        """Close every session."""
        released = Batch([])
        closed = self._close(None, released, released)
        released.measures.update({self._measure: closed, "uncorrelated": 0})
        return self._told(released, _END_US)

    def changes(self) -> Any:  # as in `Memory`
        """Tell what has changed in the sessions."""
        return self._sessions.told(self._form.packed)

    def restore(self, changes: Any) -> None:  # as above
        """Take it up."""
        self._sessions.take_up(changes, self._form.unpacked)

    def _told(self, batch: Batch, watermark_us: int) -> Batch:
        """Tell a later memory up to when everything has come to it: not what is held, nor the rest of the batch."""
        if self._feeds_memory:
            batch.watermarks = [min([self._sessions.oldest(watermark_us), *batch.times])] * len(batch)
        return batch


class Encoded:
    """Holds events as JSON, with their routes, and with their origins where somebody may refuse them.

    Annotations that they brought along are gone already.
    """

    makes = False

    def __init__(self, *, with_origins: bool) -> None:
        self._with_origins = with_origins

    def pass_on(self, batch: Batch, index: int, passed: Batch) -> None:
        """Add its bytes and its route."""
        passed.routes.append(batch.routes[index])
        passed.encoded.append(batch.encoded[index])
        if self._with_origins:
            passed.times.append(batch.times[index])
            passed.add_origins([batch.origin(index)])

    def items(self, batch: Batch) -> list[Item]:
        """Keep routes and bytes, without the last `}`."""
        opened = [raw[:-1] for raw in batch.encoded]
        if self._with_origins:
            origins = map(batch.origins.__getitem__, batch.rows)
            return list(zip(batch.times, batch.routes, opened, origins, strict=True))
        return list(zip(batch.times, batch.routes, opened, strict=True))

    def release(self, sessions: Iterable[Session], released: Batch) -> None:
        """Splice the session into the bytes."""
        routes, encoded, join = released.routes, released.encoded, b"".join
        origins: list[Origin] = []
        for session in sessions:
            items = session.items
            head = b',"correlationid":%b,"correlationposition":' % orjson.dumps(id_of(session))
            routes += [item[1] for item in items]
            encoded += [
                join((item[2], head, tail)) for item, tail in zip(items, _tails(len(items)), strict=True)
            ]
            if self._with_origins:
                origins += [item[3] for item in items]
                released.times += [item[0] for item in items]
        released.add_origins(origins)

    def packed(self, item: Item) -> Item:
        """Write the origin, if there is one, as a plain tuple."""
        return (*item[:3], packed_origin(item[3])) if self._with_origins else item

    def unpacked(self, item: Item) -> Item:
        """Make an origin of it."""
        return (*item[:3], unpacked_origin(item[3])) if self._with_origins else item


@lru_cache(maxsize=64)
def _tails(count: int) -> tuple[bytes, ...]:
    return tuple(b'%d,"correlationcount":%d}' % (position, count) for position in range(1, count + 1))


def _late(settings: KeyedSettings) -> Fault:
    join = settings.deadline if isinstance(settings, CorrelationSettings) else None
    kind, length = ("join", join) if join is not None else (settings.window.kind, settings.window.chosen)
    message = f"its {kind} was closed: newer events were more than {length} and {settings.lateness} past it"
    return Fault(pointer(*settings.key[0].parts), "correlation", "late", message)


def _overflow(settings: KeyedSettings) -> UnfinishedError:
    key = ", ".join(map(str, settings.key))
    kind = "sessions" if settings.window.kind == "session" else "windows"
    message = f"correlation by `{key}` holds more than {settings.max_held:,} events in open {kind}"
    return UnfinishedError(message, hint="shorten `window`, or raise `max_held` if there is enough memory")
