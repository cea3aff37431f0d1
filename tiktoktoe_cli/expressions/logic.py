"""Logic that absorbs errors: an operand that decides the answer makes the others' errors irrelevant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.values import type_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.expressions.values import Value


def as_bool(value: Value) -> bool:
    """Give the value back if it is a bool; raises EvaluationError."""
    if value is True or value is False:
        return value
    raise EvaluationError(f"no such overload: expected bool, found {type_name(value)}")


def negation(value: Value) -> bool:
    """Evaluate `!value`; raises EvaluationError."""
    return not as_bool(value)


def _decided(operands: tuple[Callable[[], Value], ...], *, decisive: bool) -> bool:
    failure: EvaluationError | None = None
    for operand in operands:
        try:
            if as_bool(operand()) is decisive:
                return decisive
        except EvaluationError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return not decisive


def conjunction(*operands: Callable[[], Value]) -> bool:
    """Evaluate `&&`: false if any operand is false, else the first error, else true."""
    return _decided(operands, decisive=False)


def disjunction(*operands: Callable[[], Value]) -> bool:
    """Evaluate `||`: true if any operand is true, else the first error, else false."""
    return _decided(operands, decisive=True)
