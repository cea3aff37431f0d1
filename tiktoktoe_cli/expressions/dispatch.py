"""One call, several types: how an operation finds the implementation for its operands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import TYPE_NAMES, Value, adopt

Operation: TypeAlias = Callable[..., Value]
Overloads: TypeAlias = Mapping[tuple[type, ...], Operation]


def overloaded(name: str, overloads: Overloads) -> Operation:
    """Make one function of several: it takes the overload that has exactly the operands' types.

    The function raises EvaluationError (`no such overload`) where none fits. There is no conversion between
    CEL's types; a host's values are adopted first.
    """

    def call(*operands: Value) -> Value:
        overload = overloads.get(tuple(map(type, operands)))
        if overload is not None:
            return overload(*operands)
        adopted = [adopt(operand) for operand in operands]
        overload = overloads.get(tuple(map(type, adopted)))
        if overload is None:
            raise no_such_overload(name, adopted)
        return overload(*adopted)

    return call


def no_such_overload(name: str, operands: Sequence[Value]) -> EvaluationError:
    """Say that an operation does not exist for these types: `no such overload: _+_(int, string)`."""
    types = ", ".join(TYPE_NAMES[type(adopt(operand))] for operand in operands)
    return EvaluationError(f"no such overload: {name}({types})")
