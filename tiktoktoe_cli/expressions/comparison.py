"""Equality, order and membership, where numbers meet across their types and other types never do."""

from __future__ import annotations

import operator
from types import NoneType
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.dispatch import Operation, no_such_overload, overloaded
from tiktoktoe_cli.expressions.maps import MISSING, find, keys_of
from tiktoktoe_cli.expressions.values import (
    INT_MIN,
    TYPE_NAMES,
    UINT_MAX,
    Duration,
    Timestamp,
    TypeValue,
    UInt,
    Value,
    adopt,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _as_double(number: int) -> float | int:
    """Convert an integer as CEL does to compare it with a double; a host's still larger int stays exact."""
    return float(number) if INT_MIN <= number <= UINT_MAX else number


def _numeric(compare: Callable[[Value, Value], bool]) -> dict[tuple[type, ...], Operation]:
    """List the overloads of a comparison for every pair of numeric types."""
    whole = (int, UInt)
    table: dict[tuple[type, ...], Operation] = {(left, right): compare for left in whole for right in whole}
    for kind in whole:
        table[kind, float] = lambda left, right: compare(_as_double(left), right)
        table[float, kind] = lambda left, right: compare(left, _as_double(right))
    table[float, float] = compare
    return table


def equals(left: Value, right: Value) -> bool:
    """Say whether two values are equal; values of different kinds are not, and that is no error."""
    rule = _EQUALITY.get((type(left), type(right)))
    if rule is not None:
        return bool(rule(left, right))
    if type(left) in TYPE_NAMES and type(right) in TYPE_NAMES:
        return False
    return equals(adopt(left), adopt(right))


def not_equals(left: Value, right: Value) -> bool:
    """Say whether two values differ."""
    return not equals(left, right)


def _lists_equal(left: list[Value], right: list[Value]) -> bool:
    if len(left) != len(right):
        return False
    return all(map(equals, left, right))


def _maps_equal(left: dict[Value, Value], right: dict[Value, Value]) -> bool:
    if len(left) != len(right):
        return False
    for key, mine in zip(keys_of(left), left.values(), strict=True):
        theirs = find(right, key)
        if theirs is MISSING or not equals(mine, theirs):
            return False
    return True


_EQUALITY: Final[Mapping[tuple[type, ...], Operation]] = {
    **{(kind, kind): operator.eq for kind in (bool, str, bytes, NoneType, Timestamp, Duration, TypeValue)},
    **_numeric(operator.eq),
    (list, list): _lists_equal,
    (dict, dict): _maps_equal,
}


def _ordering(name: str, compare: Callable[[Value, Value], bool]) -> Operation:
    same: dict[tuple[type, ...], Operation] = {
        (kind, kind): compare for kind in (bool, str, bytes, Timestamp, Duration)
    }
    return overloaded(name, same | _numeric(compare))


less = _ordering("_<_", operator.lt)
less_equal = _ordering("_<=_", operator.le)
greater = _ordering("_>_", operator.gt)
greater_equal = _ordering("_>=_", operator.ge)


def contains(element: Value, container: Value) -> bool:
    """Evaluate `element in container`, for a list's elements or a map's keys; raises EvaluationError."""
    match adopt(container):
        case list() as items:
            return any(equals(element, item) for item in items)
        case dict() as entries:
            return find(entries, adopt(element)) is not MISSING
        case other:
            raise no_such_overload("@in", (element, other))
