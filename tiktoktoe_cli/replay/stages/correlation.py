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
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from tiktoktoe_cli.errors import UnfinishedError
from tiktoktoe_cli.replay.correlating.sessions import Change, Sessions
from tiktoktoe_cli.replay.events.batch import Batch
from tiktoktoe_cli.replay.events.fault import Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd
from tiktoktoe_cli.replay.events.times import write_rfc3339
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item, Session
    from tiktoktoe_cli.replay.settings.windows import CorrelationSettings
    from tiktoktoe_cli.replay.stages.stage import Kit, Look

ANNOTATIONS = ("correlationid", "correlationposition", "correlationcount")
_NAMES = frozenset(ANNOTATIONS)
_END_US = 1 << 62


def build(settings: CorrelationSettings, kit: Kit) -> Stage:
    """Make the stage; its measures are `sessions` and `uncorrelated` (events without the key)."""
    form = Encoded(with_origins=kit.with_origins) if kit.is_encoded else Objects()
    return Stage(_look(kit.name, settings), Correlation(kit, settings, form))


def _look(name: str, settings: CorrelationSettings) -> Look:
    def look(batch: Batch) -> None:
        batch.keys[name] = settings.key.text_column(batch.bodies)
        for key, body in zip(batch.keys[name], batch.bodies, strict=True):
            if key is not None and not _NAMES.isdisjoint(body):
                for annotation in ANNOTATIONS:
                    body.pop(annotation, None)

    return look


class Form(Protocol):
    """In which form events are held."""

    def pass_on(self, batch: Batch, index: int, passed: Batch) -> None:
        """Add an event that is not held to those that go on."""

    def items(self, batch: Batch) -> list[Item]:
        """Say what to keep of each event of a batch; its time comes first."""

    def release(self, sessions: Iterable[Session], released: Batch) -> None:
        """Mark the events of closed sessions, and add them to a batch."""

    def packed(self, item: Item) -> Item:
        """Write what is kept of an event in values that `marshal` can write."""

    def unpacked(self, item: Item) -> Item:
        """Read it back."""


class Correlation:
    """The memory; `form` is how it holds events.

    Raises:
        UnfinishedError: while it runs: more events are held than `max_held`.
    """

    def __init__(self, kit: Kit, settings: CorrelationSettings, form: Form) -> None:
        self._name = kit.name
        self._feeds_memory = kit.feeds_memory
        self._settings = settings
        self._form = form
        self._sessions = Sessions(settings.window // 1_000, settings.lateness // 1_000)

    def take(self, batch: Batch) -> Batch:
        """Put events into sessions; give those on whose session has closed, and those without a key.

        What has closed before an event without a key goes out before it, however the input is cut into batches.
        """
        keys = batch.keys.pop(self._name)
        passed, sessions, start = Batch([]), 0, 0
        unkeyed = [index for index, key in enumerate(keys) if key is None] if None in keys else []
        for index in unkeyed:
            self._hold(batch, keys, range(start, index))
            sessions += self._close(batch.watermarks[index], passed)
            self._form.pass_on(batch, index, passed)
            start = index + 1
        self._hold(batch, keys, range(start, len(keys)))
        sessions += self._close(batch.watermarks[-1], passed)
        if self._sessions.held > self._settings.max_held:
            raise _overflow(self._settings)
        batch.measures.update(sessions=sessions, uncorrelated=len(unkeyed))
        return self._told(passed, batch.watermarks[-1])

    def _hold(self, batch: Batch, keys: Sequence[str | None], indexes: range) -> None:
        """Put some events, which have keys, into their sessions."""
        if not indexes:
            return
        part = batch if len(indexes) == len(keys) else batch.picked(indexes)
        named = [key for key in keys[indexes.start : indexes.stop] if key is not None]
        for position in self._sessions.add(named, self._form.items(part), part.watermarks):
            batch.reject(indexes[position], Reason.LATE, (_late(self._settings),))

    def _close(self, watermark_us: int | None, passed: Batch) -> int:
        """Add the events of closed sessions to a batch; return how many sessions that were."""
        closed = self._sessions.close(watermark_us)
        self._form.release(closed, passed)
        return len(closed)

    def finish(self) -> Batch:
        """Close every session."""
        released = Batch([])
        released.measures.update(sessions=self._close(None, released), uncorrelated=0)
        return self._told(released, _END_US)

    def changes(self) -> Any:  # as in `Memory`
        """Tell what has changed in the sessions."""
        serial, told = self._sessions.changes()
        packed = self._form.packed
        return serial, [
            (key, [(*change[:-1], list(map(packed, change.items))) for change in sessions])
            for key, sessions in told
        ]

    def restore(self, changes: Any) -> None:  # as above
        """Take it up."""
        serial, told = changes
        unpacked = self._form.unpacked
        sessions = [
            (key, [Change._make([*rest, list(map(unpacked, items))]) for *rest, items in sessions])
            for key, sessions in told
        ]
        self._sessions.restore((serial, sessions))

    def _told(self, batch: Batch, watermark_us: int) -> Batch:
        """Tell a later memory up to when everything has come to it: not what is held, nor the rest of the batch."""
        if self._feeds_memory:
            batch.watermarks = [min([self._sessions.oldest(watermark_us), *batch.times])] * len(batch)
        return batch


class Objects:
    """Holds events as objects."""

    def pass_on(self, batch: Batch, index: int, passed: Batch) -> None:
        """Add its body."""
        passed.append(batch.times[index], batch.bodies[index], batch.origin(index))

    def items(self, batch: Batch) -> list[Item]:
        """Keep bodies and origins."""
        return list(zip(batch.times, batch.bodies, map(batch.origins.__getitem__, batch.rows), strict=True))

    def release(self, sessions: Iterable[Session], released: Batch) -> None:
        """Write the session into bodies."""
        for session in sessions:
            correlation_id, count = _id_of(session), len(session.items)
            for position, (time_us, body, origin) in enumerate(session.items, start=1):
                body["correlationid"] = correlation_id
                body["correlationposition"] = position
                body["correlationcount"] = count
                released.append(time_us, body, origin)

    def packed(self, item: Item) -> Item:
        """Write the origin as a plain tuple."""
        time_us, body, origin = item
        return time_us, body, _packed_origin(origin)

    def unpacked(self, item: Item) -> Item:
        """Make an origin of it."""
        time_us, body, origin = item
        return time_us, body, _unpacked_origin(origin)


class Encoded:
    """Holds events as JSON, with their routes, and with their origins where somebody may refuse them.

    Annotations that they brought along are gone already.
    """

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
            head = b',"correlationid":%b,"correlationposition":' % orjson.dumps(_id_of(session))
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
        return (*item[:3], _packed_origin(item[3])) if self._with_origins else item

    def unpacked(self, item: Item) -> Item:
        """Make an origin of it."""
        return (*item[:3], _unpacked_origin(item[3])) if self._with_origins else item


def _packed_origin(origin: Origin) -> tuple[int, int, int, bytes, str]:
    return (*origin[:4], origin.end.value)


def _unpacked_origin(packed: tuple[int, int, int, bytes, str]) -> Origin:
    return Origin(*packed[:4], RecordEnd(packed[4]))


@lru_cache(maxsize=64)
def _tails(count: int) -> tuple[bytes, ...]:
    return tuple(b'%d,"correlationcount":%d}' % (position, count) for position in range(1, count + 1))


def _id_of(session: Session) -> str:
    return f"{session.key}@{write_rfc3339(session.first_us)}"


def _late(settings: CorrelationSettings) -> Fault:
    message = f"its session was closed: newer events were more than {settings.window} and {settings.lateness} past it"
    return Fault(pointer(*settings.key.parts), "correlation", "late", message)


def _overflow(settings: CorrelationSettings) -> UnfinishedError:
    message = f"correlation by `{settings.key}` holds more than {settings.max_held:,} events in open sessions"
    return UnfinishedError(message, hint="shorten `window`, or raise `max_held` if there is enough memory")
