"""Asks expressions about events: all at once, and one by one only where some event has no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.events.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.fault import Body


def answers(expression: Expression, bodies: Sequence[Body]) -> list[object]:
    """Evaluate an expression for each event; where it has no value, the error stands in its place."""
    try:
        return list(map(expression.evaluate, bodies))
    except EvaluationError:
        return [_answer(expression, body) for body in bodies]


def _answer(expression: Expression, body: Body) -> object:
    try:
        return expression.evaluate(body)
    except EvaluationError as error:
        return error


def no_value(expression: Expression, answer: object, path: str = "") -> Fault:
    """Say that an expression has no value, or not one that was asked for; `path` is the field that it is for."""
    reason = answer.reason if isinstance(answer, EvaluationError) else "neither true nor false"
    return Fault(path, expression.text, "expression", reason)
