"""Asks expressions about events: all at once, and one by one only where some event has no answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import orjson

from tiktoktoe_cli.expressions import EvaluationError, to_json
from tiktoktoe_cli.replay.events.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.expressions.values import Value
    from tiktoktoe_cli.replay.events.fault import Body
    from tiktoktoe_cli.replay.events.field_path import Json

SCALARS = frozenset({str, int, bool, type(None)})
"""What is JSON as it is."""
_AS_IT_IS = (
    orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
)


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


def plain(value: object) -> Json:
    """Make JSON of a value of CEL, a copy: two fields of an event shall not be one object."""
    if type(value) in SCALARS or isinstance(value, EvaluationError):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else EvaluationError(f"the value is {value}, which JSON has not")
    try:
        return orjson.loads(orjson.dumps(value, option=_AS_IT_IS))
    except orjson.JSONEncodeError:
        return to_json(cast("Value", value))
