"""`format`: the clauses of cel-spec's doc/extensions/strings.md."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.arithmetic import MAX_SIZE, checked_size
from tiktoktoe_cli.expressions.conversions import bytes_of_text, plain_text
from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.maps import MISSING, keys_of
from tiktoktoe_cli.expressions.times import format_duration, format_timestamp
from tiktoktoe_cli.expressions.values import Duration, Timestamp, TypeValue, UInt, Value, adopt, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CLAUSE: Final = re.compile(
    r"%(?:(?P<percent>%)|(?:\.(?P<precision>[0-9]{1,9}))?(?P<kind>.)|(?P<end>\Z))", re.DOTALL
)
_DEFAULT_PRECISION: Final = 6
_MAX_PRECISION: Final = 1000


def format_text(template: str, arguments: list[Value]) -> str:
    """Fill the clauses of a template (`%s %d %f %e %x %X %o %b %%`) in order; raises EvaluationError."""
    pieces: list[str] = []
    remaining = iter(arguments)
    position = size = 0
    for clause in _CLAUSE.finditer(template):
        pieces += (template[position : clause.start()], _filled(clause, remaining))
        position = clause.end()
        size += len(pieces[-1])
        if size > MAX_SIZE:
            break
    return checked_size("".join((*pieces, template[position:])))


def _filled(clause: re.Match[str], remaining: Iterator[Value]) -> str:
    if clause["percent"]:
        return "%"
    rule = _RULES.get(clause["kind"] or "")
    if rule is None or (clause["precision"] and clause["kind"] not in _PRECISE):
        raise EvaluationError(f"unknown clause `{clause[0]}` in a format")
    value = next(remaining, MISSING)
    if value is MISSING:
        raise EvaluationError("the format has more clauses than arguments")
    return rule(adopt(value), clause)


def _unfit(clause: re.Match[str], value: Value) -> EvaluationError:
    return EvaluationError(f"no such overload: format clause `{clause[0]}` for {type_name(value)}")


def _special(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _text(value: Value) -> str:  # noqa: PLR0911  # one case for each type
    """Write a value as `%s` does."""
    match adopt(value):
        case None:
            return "null"
        case bool() as truth:
            return str(truth).lower()
        case float() as number:
            return plain_text(number) if math.isfinite(number) else _special(number)
        case bytes() as octets:
            return octets.decode(errors="replace")
        case Timestamp() as instant:
            return format_timestamp(instant)
        case Duration() as span:
            return format_duration(span)
        case TypeValue(name):
            return name
        case list() as items:
            return f"[{', '.join(map(_text, items))}]"
        case dict() as entries:
            pairs = sorted(zip(map(_text, keys_of(entries)), map(_text, entries.values()), strict=True))
            return f"{{{', '.join(f'{key}: {item}' for key, item in pairs)}}}"
        case other:
            return str(other)


def _string(value: Value, _: re.Match[str]) -> str:
    return _text(value)


def _decimal(value: Value, clause: re.Match[str]) -> str:
    if type(value) not in (int, UInt, float):
        raise _unfit(clause, value)
    return _text(value)


def _floating(value: Value, clause: re.Match[str]) -> str:
    if type(value) not in (int, UInt, float):
        raise _unfit(clause, value)
    precision = int(clause["precision"] or _DEFAULT_PRECISION)
    if precision > _MAX_PRECISION:
        raise EvaluationError(f"a precision of more than {_MAX_PRECISION} in a format")
    return f"{float(value):.{precision}{clause['kind']}}" if math.isfinite(value) else _special(value)


def _whole(value: Value, clause: re.Match[str]) -> str:
    kind = clause["kind"]
    if type(value) in (int, UInt) or (type(value) is bool and kind == "b"):
        return f"{int(value):{kind}}"
    raise _unfit(clause, value)


def _hexadecimal(value: Value, clause: re.Match[str]) -> str:
    if type(value) not in (str, bytes):
        return _whole(value, clause)
    digits = (bytes_of_text(value) if type(value) is str else value).hex()
    return digits.upper() if clause["kind"] == "X" else digits


_PRECISE: Final = frozenset("fe")
_RULES: Final[Mapping[str, Callable[[Value, re.Match[str]], str]]] = {
    "s": _string,
    "d": _decimal,
    "f": _floating,
    "e": _floating,
    "x": _hexadecimal,
    "X": _hexadecimal,
    "o": _whole,
    "b": _whole,
}
