"""Lines → events: reads JSON and the time, and says exactly what is wrong with a line that is no event.

Two things that JSON leaves open are decided here. Integers beyond 64 bits are refused, because they would silently
become floating-point numbers. Of repeated keys the last one counts, as in most readers (RFC 8259, section 4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import orjson

from tiktoktoe_cli.replay.dead_letters import Reason
from tiktoktoe_cli.replay.event import Body, Event, Fault, Line, LineEnd, pointer
from tiktoktoe_cli.replay.station import Drop
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.replay.field_path import FieldPath
    from tiktoktoe_cli.replay.station import Station
    from tiktoktoe_cli.replay.times import ReadTime

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
_UNREADABLE = {LineEnd.TOO_LONG: (Reason.PARSE, _TOO_LONG), LineEnd.DAMAGED: (Reason.DAMAGED, _DAMAGED)}


def decode(lines: Iterable[Line], field: FieldPath, read_time: ReadTime, station: Station) -> Iterator[Event]:
    """Turn lines into events; empty lines are dropped, those that are no event rejected."""
    for line in lines:
        if line.end is not LineEnd.NEWLINE and line.end in _UNREADABLE:
            reason, fault = _UNREADABLE[line.end]
            station.reject(reason, line, (fault,))
            continue
        body = parse(line)
        if isinstance(body, dict):
            time_us = read_time(field.read(body))
            if time_us is None:
                station.reject(Reason.TIME, line, (_time_fault(field, body),))
            else:
                yield Event(time_us, line, body)
        elif body is None:
            station.drop(Drop.EMPTY)
        else:
            station.reject(Reason.PARSE, line, (body,))


def parse(line: Line) -> Body | Fault | None:
    """Read the JSON object of a line; None if there is only white space."""
    raw = line.raw
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _syntax_fault(line, error) if raw.strip(b" \t\r") else None
    if not isinstance(value, dict):
        return Fault("", RULE, "not-an-object", f"expected an object, found {_described(value)}")
    # a search for [0-9]{19} would take as long as everything else here together
    if _MANY_DIGITS in raw.translate(_DIGITS_TO_ZERO) and _has_huge_integer(raw):
        return Fault("", RULE, "integer-range", "an integer does not fit 64 bits")
    return value


def _syntax_fault(line: Line, error: orjson.JSONDecodeError) -> Fault:
    if b"\0" in line.raw:
        return Fault(
            "", RULE, "nul", f"a NUL byte at byte {line.raw.index(0)} of the line: no JSON text has one"
        )
    try:
        line.raw.decode()
    except UnicodeDecodeError as problem:
        return Fault("", RULE, "utf-8", f"not UTF-8 from byte {problem.start} of the line")
    if line.end is LineEnd.END_OF_FILE:
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
