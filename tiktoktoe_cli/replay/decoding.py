"""Records → events: reads JSON and the time, and says exactly what is wrong with a record that is no event.

Two things that JSON leaves open are decided here. Integers beyond 64 bits are refused, because they would silently
become floating-point numbers. Of repeated keys the last one counts, as in most readers (RFC 8259, section 4).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.replay.events.batch import Batch, Drop
from tiktoktoe_cli.replay.events.fault import Body, Fault, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.events.record import Origin, RecordEnd
from tiktoktoe_cli.replay.flow.passage import Passage
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.events.record import Records, TimedRecords
    from tiktoktoe_cli.replay.events.times import TimeColumn
    from tiktoktoe_cli.replay.flow.step import Probe

RULE = "RFC 8259"

_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = b"0" * 19
# possessive: nothing is kept for going back, so a text of any length is passed over in the same memory
_STRING_OR_NUMBER = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(-?[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)'
)
_LEAST, _MOST = -(2**63), 2**64 - 1
_MAX_DIGITS = 20
_SHOWN_CHARACTERS = 60
_KINDS = {dict: "an object", list: "an array", bool: "a boolean", type(None): "null"}
_TOO_LONG = Fault("", "max_line", "too-long", "the line is longer than `max_line`")
_DAMAGED = Fault("", "RFC 1952", "damaged", "the compressed file is cut or damaged from here on")
_UNCLOSED = Fault("", RULE, "unclosed", "the file ends before the array does in which the events stand")
_MISFIT = Fault(
    "", "RFC 4180", "misfit", "the row is not UTF-8, has more columns than the header, or a stray quote"
)
_UNREADABLE = {
    RecordEnd.TOO_LONG: (Reason.PARSE, _TOO_LONG),
    RecordEnd.DAMAGED: (Reason.DAMAGED, _DAMAGED),
    RecordEnd.UNCLOSED: (Reason.DAMAGED, _UNCLOSED),
    RecordEnd.MISFIT: (Reason.PARSE, _MISFIT),
}


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads blocks of records: their JSON, and the time in `field` with `times`."""

    field: FieldPath
    times: TimeColumn

    def decode(self, block: Records) -> Batch:
        """Turn records into events; empty ones are dropped, those that are no event rejected."""
        batch = Batch(block, list(range(len(block))), stage="input")
        if not self._decoded_at_once(batch, block):
            self._decode_each(batch, block)
        self._read_times(batch)
        return batch

    def step(
        self, block: Records, clock: Callable[[], int], probe: Probe | None = None
    ) -> tuple[Batch, Passage]:
        """Decode, and take down what happened."""
        began_ns = clock()
        batch = self.decode(block)
        if probe is not None:
            probe.decoded(batch)
        passage = Passage(
            "input", len(block), len(batch), batch.letters, batch.dropped, Counter(), {}, clock() - began_ns
        )
        batch.letters, batch.dropped = [], Counter()
        return batch, passage

    def again(self, block: TimedRecords, clock: Callable[[], int]) -> tuple[Batch, Passage]:
        """Decode records that are known to be events, and when they happened; they were taken down as not passed."""
        began_ns, size = clock(), len(block)
        bodies = list(map(orjson.loads, block.raws))
        batch = Batch(block, list(range(size)), bodies, list(block.times), stage="input")
        return batch, Passage("input", 0, size, (), Counter(), Counter(), {}, clock() - began_ns)

    def _decoded_at_once(self, batch: Batch, block: Records) -> bool:
        """Bet that each record is an event."""
        if block.ends or _MANY_DIGITS in b"".join(block.raws).translate(_DIGITS_TO_ZERO):
            return False
        try:
            batch.bodies = list(map(orjson.loads, block.raws))
        except orjson.JSONDecodeError:
            return False
        return set(map(type, batch.bodies)) == {dict}

    def _decode_each(self, batch: Batch, block: Records) -> None:
        bodies: list[Body] = [{}] * len(block)
        for index in range(len(block)):
            origin = block[index]
            match parse(origin) if origin.end not in _UNREADABLE else _UNREADABLE[origin.end]:
                case None:
                    batch.drop(index, Drop.EMPTY)
                case Fault() as fault:
                    batch.reject(index, Reason.PARSE, (fault,))
                case (reason, fault):
                    batch.reject(index, reason, (fault,))
                case body:
                    bodies[index] = body
        batch.bodies = bodies
        batch.settle()

    def _read_times(self, batch: Batch) -> None:
        found = self.times.read(self.field.column(batch.bodies))
        batch.times = [time_us for time_us in found if time_us is not None]
        if len(batch.times) == len(found):
            return
        times, batch.times = batch.times, []
        for index, time_us in enumerate(found):
            if time_us is None:
                batch.reject(index, Reason.TIME, (_time_fault(self.field, batch.bodies[index]),))
        batch.settle()
        batch.times = times


def parse(origin: Origin) -> Body | Fault | None:
    """Read the JSON object of a record; None if there is only white space."""
    raw = origin.raw
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _syntax_fault(origin, error) if raw.strip(b" \t\r\n") else None
    if not isinstance(value, dict):
        return Fault("", RULE, "not-an-object", f"expected an object, found {_described(value)}")
    # a search for [0-9]{19} would take as long as everything else here together
    if _MANY_DIGITS in raw.translate(_DIGITS_TO_ZERO) and _has_huge_integer(raw):
        return Fault("", RULE, "integer-range", "an integer does not fit 64 bits")
    return value


def _syntax_fault(origin: Origin, error: orjson.JSONDecodeError) -> Fault:
    if b"\0" in origin.raw:
        return Fault(
            "", RULE, "nul", f"a NUL byte at byte {origin.raw.index(0)} of the line: no JSON text has one"
        )
    try:
        origin.raw.decode()
    except UnicodeDecodeError as problem:
        return Fault("", RULE, "utf-8", f"not UTF-8 from byte {problem.start} of the line")
    if origin.end is RecordEnd.END_OF_FILE:
        return Fault(
            "", RULE, "cut", f"the file ends within the line: {error.msg} at character {error.colno}"
        )
    return Fault("", RULE, "json", f"{error.msg} at character {error.colno}")


def _has_huge_integer(raw: bytes) -> bool:
    """Look at the numbers of a text that is valid JSON."""
    return any(found[1] and _is_huge_integer(found[1]) for found in _STRING_OR_NUMBER.finditer(raw))


def _is_huge_integer(number: bytes) -> bool:
    digits = number.removeprefix(b"-")
    if not digits.isdigit():
        return False
    return len(digits) > _MAX_DIGITS or not _LEAST <= int(number) <= _MOST


def _time_fault(field: FieldPath, body: Body) -> Fault:
    value = field.read(body)
    where = pointer(*field.parts)
    if value is None:
        return Fault(where, "time", "missing", f"the time `{field}` is missing")
    return Fault(where, "time", "invalid", f"the time `{field}` is not valid: found {_described(value)}")


def _described(value: object) -> str:
    """Name a JSON value: scalars by themselves, the others by their kind, for they may be nested deeply."""
    return _KINDS.get(type(value)) or f"`{shortened(str(value), _SHOWN_CHARACTERS)}`"
