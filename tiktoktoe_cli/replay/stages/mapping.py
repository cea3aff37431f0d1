"""Map: writes computed values into events, field by field in the order of the YAML; each sees those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.replay.asking import SCALARS, answers, no_value, plain
from tiktoktoe_cli.replay.choices import OnNoValue
from tiktoktoe_cli.replay.events.fault import no_object, pointer
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.stages.stage import Stage

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.replay.events.batch import Batch
    from tiktoktoe_cli.replay.events.field_path import FieldPath
    from tiktoktoe_cli.replay.settings.processors import MapSettings
    from tiktoktoe_cli.replay.stages.stage import Kit


def build(settings: MapSettings, _kit: Kit) -> Stage:
    """Make the stage."""

    def look(batch: Batch) -> None:
        for path, expression in settings.fields.items():
            _compute(batch, path, expression, settings.on_error)
            batch.settle()  # the next field is computed only for the events that are left

    return Stage(look)


def _compute(batch: Batch, path: FieldPath, expression: Expression, on_error: OnNoValue) -> None:
    values = answers(expression, batch.bodies)
    if not set(map(type, values)) <= SCALARS:
        values = list(map(plain, values))
    if on_error is OnNoValue.NULL:
        values = [None if isinstance(value, EvaluationError) else value for value in values]
    for index in path.write_column(batch.bodies, values):
        if not isinstance(values[index], EvaluationError):
            batch.reject(index, Reason.SHAPE, (no_object(path.parts),))
    for index, value in enumerate(values):
        if isinstance(value, EvaluationError):
            batch.reject(index, Reason.EXPRESSION, (no_value(expression, value, pointer(*path.parts)),))
