"""The values of CEL as Python values, and their type names.

bool, int, float, str, bytes, list, dict and None stand for themselves; a plain int is CEL's `int`. What Python
lacks is added here: `UInt`, `Timestamp` and `Duration` in whole nanoseconds (exact, unlike datetime's
microseconds), and types as values. A host may also bind datetime (a naive one is UTC), timedelta, tuples,
mappings and subclasses of the plain types: `adopt` translates them where an operation meets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any, Final, TypeAlias

from tiktoktoe_cli.expressions.errors import EvaluationError

Value: TypeAlias = Any
"""A CEL value: CEL is dynamically typed, so its operations find out what they were given."""

INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
UINT_MAX: Final = 2**64 - 1
NS_PER_S: Final = 1_000_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIMESTAMP_MIN_NS: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND * 1000
_TIMESTAMP_MAX_NS: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND * 1000 + 999


class UInt(int):
    """CEL's unsigned 64-bit integer: a type of its own that equals the int of the same size."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"UInt({self})"

    def __str__(self) -> str:
        return int.__repr__(self)


@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """An instant: nanoseconds since 1970-01-01T00:00:00Z, from year 1 to year 9999."""

    ns: int

    def __post_init__(self) -> None:
        if not _TIMESTAMP_MIN_NS <= self.ns <= _TIMESTAMP_MAX_NS:
            raise EvaluationError("timestamp out of range")

    @classmethod
    def from_datetime(cls, moment: datetime) -> Timestamp:
        """Translate a datetime; a naive one is taken as UTC."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return cls((aware - _EPOCH) // _MICROSECOND * 1000)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A signed span of nanoseconds that fits 64 bits, about 292 years, as the language definition says."""

    ns: int

    def __post_init__(self) -> None:
        if not INT_MIN <= self.ns <= INT_MAX:
            raise EvaluationError("duration out of range")

    @classmethod
    def from_timedelta(cls, span: timedelta) -> Duration:
        """Translate a timedelta exactly."""
        return cls(span // _MICROSECOND * 1000)


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value: what `type(x)` gives and what the names `int`, `string`, ... stand for."""

    name: str


TYPE_NAMES: Final[Mapping[type, str]] = {
    bool: "bool",
    int: "int",
    UInt: "uint",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    NoneType: "null_type",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
    TypeValue: "type",
}
TYPE_VALUES: Final[Mapping[str, TypeValue]] = {name: TypeValue(name) for name in TYPE_NAMES.values()}


def adopt(value: Value) -> Value:  # noqa: PLR0911  # one case for each type
    """Translate a host's value into one of exactly CEL's types; raises EvaluationError for a stranger."""
    if type(value) in TYPE_NAMES:
        return value
    match value:
        case datetime():
            return Timestamp.from_datetime(value)
        case timedelta():
            return Duration.from_timedelta(value)
        case int() | float() | str():
            return next(plain(value) for plain in (int, float, str) if isinstance(value, plain))
        case bytes() | bytearray():
            return bytes(value)
        case list() | tuple():
            return list(value)
        case Mapping():
            return dict(value)
        case _:
            raise EvaluationError(f"a value of the host type `{type(value).__name__}` has no type here")


def type_name(value: Value) -> str:
    """Name the CEL type of a value: `int`, `map`, `google.protobuf.Timestamp`, ..."""
    return TYPE_NAMES[type(adopt(value))]
