"""Events → JSON: compact, the keys in the order in which they were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.replay.events.fault import Fault
from tiktoktoe_cli.replay.events.letter import Reason

if TYPE_CHECKING:
    from tiktoktoe_cli.replay.events.batch import Batch


def encode(batch: Batch) -> None:
    """Fill the column of encoded events. JSON nested deeper than 254 can be read but not written: it is rejected."""
    try:
        batch.encoded = list(map(orjson.dumps, batch.bodies))
    except orjson.JSONEncodeError:
        batch.encoded = [_encoded(batch, index) for index in range(len(batch.bodies))]


def _encoded(batch: Batch, index: int) -> bytes:
    try:
        return orjson.dumps(batch.bodies[index])
    except orjson.JSONEncodeError as error:
        batch.reject(index, Reason.ENCODING, (Fault("", "RFC 8259", "encoding", str(error).lower()),))
        return b""
