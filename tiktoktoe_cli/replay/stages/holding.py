"""Holds events as objects, and what is made of those that were held together: themselves with marks, or one event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import orjson

from tiktoktoe_cli.replay.correlating.joins import types_of
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd
from tiktoktoe_cli.replay.events.times import write_rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tiktoktoe_cli.replay.correlating.sessions import Item, Session
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body


class Form(Protocol):
    """In which form events are held. `makes` says that what it releases is one new event for each window."""

    makes: bool

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


class Objects:
    """Holds events as objects."""

    makes = False

    def pass_on(self, batch: Batch, index: int, passed: Batch) -> None:
        """Add its body."""
        passed.append(batch.times[index], batch.bodies[index], batch.origin(index))

    def items(self, batch: Batch) -> list[Item]:
        """Keep bodies and origins."""
        return list(zip(batch.times, batch.bodies, map(batch.origins.__getitem__, batch.rows), strict=True))

    def release(self, sessions: Iterable[Session], released: Batch) -> None:
        """Write the session into bodies."""
        for session in sessions:
            correlation_id, count = id_of(session), len(session.items)
            for position, (time_us, body, origin) in enumerate(session.items, start=1):
                body["correlationid"] = correlation_id
                body["correlationposition"] = position
                body["correlationcount"] = count
                released.append(time_us, body, origin)

    def packed(self, item: Item) -> Item:
        """Write the origin as a plain tuple."""
        time_us, body, origin = item
        return time_us, body, packed_origin(origin)

    def unpacked(self, item: Item) -> Item:
        """Make an origin of it."""
        time_us, body, origin = item
        return time_us, body, unpacked_origin(origin)


class Gathered(Objects):
    """Holds events as objects, and makes one CloudEvent of those of a window.

    Its time and its place in the input are those of the last of them; its own bytes are what a dead letter would keep.
    `make` gives the id, the type, and what stands in `data` beside the key, the window and the count.
    """

    makes = True

    def __init__(self, source: str, make: Callable[[Session], tuple[str, str, Body]]) -> None:
        self._source = source
        self._make = make

    def release(self, sessions: Iterable[Session], released: Batch) -> None:
        """Add one event for each window."""
        for session in sessions:
            time_us, _, origin = session.items[-1]
            body = self._event(session, time_us)
            released.append(time_us, body, origin._replace(raw=_written(body), end=RecordEnd.WHOLE))

    def _event(self, session: Session, time_us: int) -> Body:
        identity, kind, content = self._make(session)
        window = {"start": write_rfc3339(session.first_us), "end": write_rfc3339(session.last_us)}
        return {
            "specversion": "1.0",
            "id": identity,
            "source": self._source,
            "type": kind,
            "time": write_rfc3339(time_us),
            "datacontenttype": "application/json",
            "correlationid": identity,
            "data": {"key": session.key or None, "window": window, "count": len(session.items), **content},
        }


def _written(body: Body) -> bytes:
    """Write a made event; one that is too deep to be delivered still goes to the dead letters as it is."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


def group(session: Session) -> tuple[str, str, Body]:
    """Put all events of a window into one."""
    return id_of(session), "correlation.group", {"events": bodies_of(session)}


def joining(expects: Sequence[str]) -> Callable[[Session], tuple[str, str, Body]]:
    """Make what puts joined events into one, and names the expected types that never came."""

    def join(session: Session) -> tuple[str, str, Body]:
        found = types_of(session)
        missing = [kind for kind in dict.fromkeys(expects) if kind not in found]
        kind = "correlation.incomplete" if missing else "correlation.complete"
        content = {"missing": missing} if missing else {}
        # a second join of the key may begin at the same time
        return f"{id_of(session)}#{session.serial}", kind, {**content, "events": bodies_of(session)}

    return join


def bodies_of(session: Session) -> list[Body]:
    """List the events of a window in the order of time."""
    return [item[1] for item in session.items]


def id_of(session: Session) -> str:
    """Name a window by its key and its beginning."""
    return f"{session.key}@{write_rfc3339(session.first_us)}"


def packed_origin(origin: Origin) -> tuple[int, int, int, bytes, str]:
    """Write an origin as a plain tuple."""
    return (*origin[:4], origin.end.value)


def unpacked_origin(packed: tuple[int, int, int, bytes, str]) -> Origin:
    """Make an origin of it."""
    return Origin(*packed[:4], RecordEnd(packed[4]))
