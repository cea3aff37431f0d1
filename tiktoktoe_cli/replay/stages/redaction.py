"""Redact: takes out of events what nobody shall read, wherever they are told.

    drop   the field goes
    mask   `***` stands in its place
    hmac   the HMAC of the value with the key of the settings (RFC 2104, SHA-256, as hexadecimal digits): who has the
           key can tell that two values are the same, nobody can tell which they are

The HMAC is that of a text's UTF-8, and of the compact JSON of anything else. Null stays null. Where the path leads
through an array, it goes on in each of its elements: of what is to be hidden rather too much is found than too little.

Dead letters keep the original bytes of events, also of those that never came to the stage. So the same redaction is
applied to these bytes (`Redaction`); bytes that hold no JSON object are left out as a whole, because nobody can say
where in them a field is.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tiktoktoe_cli.replay.choices import Redact
from tiktoktoe_cli.replay.events.fault import pointer
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.fault import Body, Fault
    from tiktoktoe_cli.replay.events.field_path import FieldPath, Json
    from tiktoktoe_cli.replay.events.letter import DeadLetter
    from tiktoktoe_cli.replay.settings.processors import RedactSettings
    from tiktoktoe_cli.replay.settings.stage import StageSettings
    from tiktoktoe_cli.replay.stages.stage import Kit

MASK = "***"
UNREADABLE = b"[redacted]"
"""Stands for bytes that hold no JSON object."""


class _Field(NamedTuple):
    """A field, and what takes the place of its value; None if nothing does."""

    path: FieldPath
    cover: Callable[[Json], str] | None


def build(settings: RedactSettings, _kit: Kit) -> Stage:
    """Make the stage."""
    fields = _fields(settings)

    def look(batch: Batch) -> None:
        for body in batch.bodies:
            _redact(body, fields)

    return Stage(look)


def _fields(settings: RedactSettings) -> list[_Field]:
    key = settings.key.get_secret_value().encode() if settings.key else b""
    covers: dict[Redact, Callable[[Json], str] | None] = {
        Redact.DROP: None,
        Redact.MASK: lambda _: MASK,
        Redact.HMAC: partial(_hmac, key),
    }
    return [_Field(path, covers[way]) for path, way in settings.fields.items()]


def _hmac(key: bytes, value: Json) -> str:
    return hmac.digest(key, value.encode() if isinstance(value, str) else _compact(value), "sha256").hex()


def _compact(value: Json) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # nested deeper than it writes, or an integer beyond 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _redact(body: Body, fields: Iterable[_Field]) -> None:
    for path, cover in fields:
        name = path.parts[-1]
        for place in _places(body, path.parts[:-1]):
            if name not in place:
                continue
            if cover is None:
                del place[name]
            elif place[name] is not None:
                place[name] = cover(place[name])


def _places(value: Json, parts: Sequence[str]) -> Iterator[dict[str, Json]]:
    """Find the objects at a path; in arrays, those of each element."""
    if type(value) is dict:
        if not parts:
            yield value
        elif parts[0] in value:
            yield from _places(value[parts[0]], parts[1:])
    elif type(value) is list:
        for element in value:
            yield from _places(element, parts)


@dataclass(frozen=True, slots=True)
class Redaction:
    """All that the stages of a pipeline take out of events, for what is told of events beside the outputs."""

    fields: Sequence[_Field] = ()

    @classmethod
    def of(cls, stages: Iterable[StageSettings]) -> Redaction:
        """Gather what the stages say."""
        return cls([field for stage in stages if stage.redact for field in _fields(stage.redact)])

    def redacted(self, raw: bytes) -> bytes:
        """Redact the original bytes of an event; `[redacted]` if they hold no JSON object."""
        return self._redacted(raw)[0] if self.fields else raw

    def letter(self, letter: DeadLetter) -> DeadLetter:
        """Redact a dead letter: the original bytes, and what its faults say of values."""
        if not self.fields:
            return letter
        raw, hidden = self._redacted(letter.origin.raw)
        faults = tuple(fault._replace(message=self._message(fault, hidden)) for fault in letter.faults)
        return replace(letter, origin=letter.origin._replace(raw=raw), faults=faults)

    def _redacted(self, raw: bytes) -> tuple[bytes, list[str]]:
        """Redact the bytes; tell what texts stood there."""
        try:
            body = json.loads(raw)  # keeps integers of any size, unlike orjson
            if not isinstance(body, dict):
                return UNREADABLE, []
            hidden = list(_texts(_values(body, self.fields)))
            _redact(body, self.fields)
            text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            return text.encode(), hidden
        except (ValueError, RecursionError):
            return UNREADABLE, []

    def _message(self, fault: Fault, hidden: Iterable[str]) -> str:
        """Say nothing of a field that is redacted, or within or around it, and no value of one elsewhere."""
        if any(_overlap(fault.path, pointer(*field.path.parts)) for field in self.fields):
            return "redacted" if fault.message else ""
        message = fault.message
        for text in hidden:
            message = message.replace(text, MASK)
        return message


def _overlap(one: str, other: str) -> bool:
    """Tell whether one of two pointers is the other, or leads to something within it."""
    return f"{one}/".startswith(f"{other}/") or (bool(one) and f"{other}/".startswith(f"{one}/"))


def _values(body: Body, fields: Iterable[_Field]) -> Iterator[Any]:  # Any: JSON
    for path, _ in fields:
        for place in _places(body, path.parts[:-1]):
            yield place.get(path.parts[-1])


def _texts(values: Iterable[Any]) -> Iterator[str]:
    """Write values as messages may write them."""
    for value in values:
        if isinstance(value, dict):
            yield from _texts(value.values())
        elif isinstance(value, list):
            yield from _texts(value)
        elif isinstance(value, str):
            yield from filter(None, (value, json.dumps(value)[1:-1], repr(value)[1:-1]))
        elif value is not None:
            yield json.dumps(value)
