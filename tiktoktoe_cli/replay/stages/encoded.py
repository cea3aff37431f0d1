"""Holds events as JSON: where nothing after a stage looks at them again, marks are spliced into their bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.replay.stages.holding import id_of, packed_origin, unpacked_origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tiktoktoe_cli.replay.correlating.sessions import Item, Session
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.record import Origin


class Encoded:
    """Holds events as JSON, with their routes, and with their origins where somebody may refuse them.

    Annotations that they brought along are gone already.
    """

    makes = False

    def __init__(self, *, with_origins: bool) -> None:
        self._with_origins = with_origins
        self._has_empty = False

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
        self._has_empty = self._has_empty or _EMPTY in opened
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
            if len(items) == 1 and not self._with_origins:  # the most frequent session by far
                ((_, route, raw),) = items
                routes.append(route)
                encoded.append(join((raw, head, _ALONE)))
                continue
            routes += [item[1] for item in items]
            encoded += [
                join((item[2], head, tail)) for item, tail in zip(items, _tails(len(items)), strict=True)
            ]
            if self._with_origins:
                origins += [item[3] for item in items]
                released.times += [item[0] for item in items]
        released.add_origins(origins)
        if self._has_empty:  # nothing stands before the marks that a comma could follow
            released.encoded = [
                _EMPTY + raw[2:] if raw.startswith(_EMPTY_AND_COMMA) else raw for raw in released.encoded
            ]

    def packed(self, item: Item) -> Item:
        """Write the origin, if there is one, as a plain tuple."""
        return (*item[:3], packed_origin(item[3])) if self._with_origins else item

    def unpacked(self, item: Item) -> Item:
        """Make an origin of it."""
        return (*item[:3], unpacked_origin(item[3])) if self._with_origins else item


_EMPTY, _EMPTY_AND_COMMA = b"{", b"{,"
_ALONE = b'1,"correlationcount":1}'


@lru_cache(maxsize=64)
def _tails(count: int) -> tuple[bytes, ...]:
    return tuple(b'%d,"correlationcount":%d}' % (position, count) for position in range(1, count + 1))
