"""Map: writes computed values into events, field by field in the order of the YAML; each sees those before it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import orjson

from tiktoktoe_cli.expressions import EvaluationError, to_json
from tiktoktoe_cli.replay.asking import answers, no_value
from tiktoktoe_cli.replay.choices import OnNoValue
from tiktoktoe_cli.replay.events.fault import no_object, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.expressions.values import Value
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.field_path import FieldPath, Json
    from tiktoktoe_cli.replay.settings.processors import MapSettings
    from tiktoktoe_cli.replay.stages.stage import Kit

_SCALARS = frozenset({str, int, bool, type(None)})
_AS_IT_IS = (
    orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS
)


def build(settings: MapSettings, _kit: Kit) -> Stage:
    """Make the stage."""

    def look(batch: Batch) -> None:
        for path, expression in settings.fields.items():
            _compute(batch, path, expression, settings.on_error)
            batch.settle()  # the next field is computed only for the events that are left

    return Stage(look)


def _compute(batch: Batch, path: FieldPath, expression: Expression, on_error: OnNoValue) -> None:
    values = answers(expression, batch.bodies)
    if not set(map(type, values)) <= _SCALARS:
        values = list(map(_plain, values))
    if on_error is OnNoValue.NULL:
        values = [None if isinstance(value, EvaluationError) else value for value in values]
    for index in path.write_column(batch.bodies, values):
        if not isinstance(values[index], EvaluationError):
            batch.reject(index, Reason.SHAPE, (no_object(path.parts),))
    for index, value in enumerate(values):
        if isinstance(value, EvaluationError):
            batch.reject(index, Reason.EXPRESSION, (no_value(expression, value, pointer(*path.parts)),))


def _plain(value: object) -> Json:
    """Make JSON of a value of CEL, a copy: two fields of an event shall not be one object."""
    if type(value) in _SCALARS or isinstance(value, EvaluationError):
        return value
    if type(value) is float:
        return value if math.isfinite(value) else EvaluationError(f"the value is {value}, which JSON has not")
    try:
        return orjson.loads(orjson.dumps(value, option=_AS_IT_IS))
    except orjson.JSONEncodeError:
        return to_json(cast("Value", value))
